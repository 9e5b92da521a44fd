"""Who may consume beside whom, and how the prefetch of a consumer and that of its channel go together."""

from __future__ import annotations

import pytest

from brokerctl.core import publishing
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.consumers import Consumer
from brokerctl.core.message import Message
from brokerctl.core.queue import Queue
from brokerctl.errors import AccessRefused
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties


class Stage:
    """A channel and two queues."""

    def __init__(self, **arguments: object) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        given = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
        self.queue: Queue = self.vhost.declare_queue("q", [], arguments=given)
        self.other: Queue = self.vhost.declare_queue("other", [])
        self.channel: Channel = self.broker.open_channel(Peer("c", "guest", "/"), 1)

    def consume(
        self, tag: str, queue: Queue | None = None, *, needs_ack: bool = True, is_exclusive: bool = False
    ) -> Consumer:
        return self.vhost.consume(
            queue or self.queue,
            self.channel,
            tag,
            [],
            needs_ack=needs_ack,
            is_exclusive=is_exclusive,
            arguments={},
        )

    def publish(self, count: int, key: str = "q") -> None:
        for _ in range(count):
            publishing.publish(self.vhost, None, Message("", key, properties.encode({}, 0), b""), False, [])


IN_USE = r"^queue 'q' in vhost '/' in exclusive use$"


def test_exclusive_consumer_comes_alone_and_stays_alone() -> None:
    stage = Stage()
    stage.consume("first")
    with pytest.raises(AccessRefused, match=IN_USE):
        stage.consume("alone", is_exclusive=True)
    stage.vhost.cancel(stage.channel, "first", [])

    stage.consume("alone", is_exclusive=True)

    with pytest.raises(AccessRefused, match=IN_USE):
        stage.consume("second")


def test_nobody_has_a_queue_with_a_single_active_consumer_for_itself() -> None:
    with pytest.raises(AccessRefused, match=IN_USE):
        Stage(single_active_consumer=True).consume("alone", is_exclusive=True)


def test_prefetch_of_the_channel_is_shared_by_its_consumers_and_each_keeps_its_own() -> None:
    stage = Stage()
    stage.channel.prefetch = 2
    stage.channel.global_prefetch = 3
    one, other = stage.consume("one"), stage.consume("other", stage.other)
    stage.publish(5)
    stage.publish(5, "other")

    assert (one.unacked, other.unacked) == (2, 1)


def test_ack_of_one_consumer_makes_room_for_another_of_the_channel() -> None:
    stage = Stage()
    stage.channel.global_prefetch = 1
    one, other = stage.consume("one"), stage.consume("other", stage.other)
    stage.publish(1)
    stage.publish(1, "other")
    assert (one.unacked, other.unacked) == (1, 0)

    stage.channel.acknowledge(1, False, [])

    assert (one.unacked, other.unacked) == (0, 1)


def test_consumer_without_acks_waits_only_for_the_limit_of_its_channel() -> None:
    stage = Stage()
    stage.channel.prefetch = 1
    stage.consume("free", needs_ack=False)
    stage.publish(3)
    assert stage.queue.ready == 0

    stage.channel.global_prefetch = 1
    stage.consume("holds", stage.other)
    stage.publish(1, "other")
    stage.publish(3)

    assert stage.queue.ready == 3


def test_prefetch_set_later_is_for_consumers_to_come() -> None:
    stage = Stage()
    early = stage.consume("early")

    stage.channel.prefetch = 1
    late = stage.consume("late", stage.other)
    stage.publish(3)
    stage.publish(3, "other")

    assert (early.unacked, late.unacked) == (3, 1)
