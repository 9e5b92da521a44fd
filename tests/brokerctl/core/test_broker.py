"""What becomes of consumers and messages when a channel or a connection ends."""

from __future__ import annotations

from brokerctl.core import enforcing, publishing
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.effects import Deliver, DeliverAll, Effects
from brokerctl.core.message import Message
from brokerctl.core.policies import Kind, Policy
from brokerctl.core.queue import BURIAL_WORK, WORK, Queue
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties


class Stage:
    """A connection with two channels, and a queue `q`."""

    def __init__(self, **arguments: object) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        given = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
        self.queue: Queue = self.vhost.declare_queue("q", [], arguments=given)
        self.peer = self.broker.peers["c"] = Peer("c", "guest", "/")
        self.one: Channel = self.broker.open_channel(self.peer, 1)
        self.other: Channel = self.broker.open_channel(self.peer, 2)

    def consume(self, channel: Channel, tag: str, *, prefetch: int = 1, needs_ack: bool = True) -> None:
        channel.prefetch = prefetch
        self.vhost.consume(self.queue, channel, tag, [], needs_ack=needs_ack, is_exclusive=False, arguments={})

    def publish(self, count: int) -> None:
        for _ in range(count):
            publishing.publish(self.vhost, None, Message("", "q", properties.encode({}, 0), b""), False, [])


def are_deliveries(effects: Effects) -> bool:
    return any(isinstance(effect, Deliver | DeliverAll) for effect in effects)


def test_what_one_channel_held_does_not_go_to_another_of_the_connection_that_ends() -> None:
    stage = Stage()
    stage.consume(stage.one, "takes")
    stage.publish(1)
    stage.consume(stage.other, "loses", needs_ack=False)
    assert len(stage.one.unacked) == 1
    effects: Effects = []

    stage.broker.close_peer(stage.peer, effects)

    assert not are_deliveries(effects)
    assert (stage.queue.ready, stage.queue.unacked) == (1, 0)


def test_next_in_line_of_a_single_active_consumer_gets_nothing_when_it_ends_with_it() -> None:
    stage = Stage(single_active_consumer=True)
    stage.consume(stage.one, "active")
    stage.publish(2)
    stage.consume(stage.one, "next", needs_ack=False)
    effects: Effects = []

    stage.broker.close_channel(stage.one, effects)

    assert not are_deliveries(effects)
    assert [entry.delivery_count for entry in stage.queue.entries()] == [1, 0]


def test_next_in_line_on_another_channel_takes_over() -> None:
    stage = Stage(single_active_consumer=True)
    stage.consume(stage.one, "active")
    stage.publish(1)
    stage.consume(stage.other, "next")
    effects: Effects = []

    stage.broker.close_channel(stage.one, effects)

    assert are_deliveries(effects)
    assert len(stage.other.unacked) == 1


def test_much_that_is_over_at_once_goes_piece_by_piece_and_no_queue_waits_for_another() -> None:
    stage = Stage(message_ttl=1000, dead_letter_exchange="amq.fanout")
    few = stage.vhost.declare_queue("few", [], arguments={"x-message-ttl": 1000})
    stage.publish(2 * WORK // BURIAL_WORK)
    publishing.publish(stage.vhost, None, Message("", "few", properties.encode({}, 0), b""), False, [])
    stage.broker.context.clock.now += 2

    stage.broker.expire([])
    assert (stage.queue.ready, few.ready) == (WORK // BURIAL_WORK, 1)
    stage.broker.expire([])
    assert few.ready == 0
    stage.broker.expire([])

    assert stage.queue.ready == 0


def test_queue_far_above_a_new_limit_shrinks_piece_by_piece() -> None:
    stage = Stage(dead_letter_exchange="amq.fanout")
    stage.publish(2 * WORK // BURIAL_WORK)
    limit = Policy("p", "^q$", {"max-length": 10})

    enforcing.put_policy(stage.vhost, Kind.POLICY, limit, [])
    assert stage.queue.ready == WORK // BURIAL_WORK
    stage.broker.expire([])

    assert stage.queue.ready == 10
