"""How long a channel may hold a delivery, and how well that is known."""

from __future__ import annotations

from brokerctl.core import getting, overdue, publishing, transactions
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.message import Message
from brokerctl.core.overdue import Overdue
from brokerctl.core.queue import Queue
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

TIMEOUT_MS = 10_000


class Stage:
    """A channel that gets one message a second from `q`, and is looked at each second."""

    def __init__(self, **arguments: int) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        given = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
        self.queue: Queue = self.vhost.declare_queue("q", [], arguments=given)
        peer = self.broker.peers["c"] = Peer("c", "guest", "/")
        self.channel: Channel = self.broker.open_channel(peer, 1)

    def get(self) -> int:
        """The tag of a delivery that is out from now on."""
        publishing.publish(self.vhost, None, Message("", "q", properties.encode({}, 0), b""), False, [])
        got = getting.get(self.queue, self.channel, [], needs_ack=True)
        assert got is not None
        return got.delivery_tag

    def look(self, timeout_ms: int | None = TIMEOUT_MS) -> list[Overdue]:
        return overdue.look(self.broker, timeout_ms)

    def pass_seconds(self, count: int) -> list[Overdue]:
        """Look at each of them; return what the last look found."""
        found: list[Overdue] = []
        for _ in range(count):
            self.broker.context.clock.now += 1
            found = self.look()
        return found


def test_delivery_that_is_not_settled_in_time_is_found() -> None:
    stage = Stage()
    stage.get()
    stage.look()

    assert stage.pass_seconds(10) == []
    assert len(stage.channel.marks) == 1
    assert stage.pass_seconds(1) == [Overdue(stage.channel, stage.queue, TIMEOUT_MS)]


def test_age_is_that_of_the_oldest_delivery_however_many_were_settled_before() -> None:
    stage = Stage()
    for _ in range(8):
        stage.get()
        stage.pass_seconds(1)
    for tag in range(1, 8):
        stage.channel.acknowledge(tag, False, [])

    # The eighth is out since second 7, and was seen at second 8.
    assert stage.pass_seconds(10) == []
    assert len(stage.pass_seconds(1)) == 1


def test_channel_that_settles_in_time_is_left_alone_and_remembers_little() -> None:
    stage = Stage()
    for _ in range(100):
        tag = stage.get()
        assert stage.pass_seconds(1) == []
        if tag > 5:
            stage.channel.acknowledge(tag - 5, False, [])

    assert len(stage.channel.marks) <= 7
    stage.channel.acknowledge(0, True, [])
    stage.look()
    assert stage.channel.marks == []


def test_queue_has_its_own_timeout_also_where_there_is_none_for_all() -> None:
    stage = Stage(consumer_timeout=2_000)
    stage.get()
    stage.look()

    assert stage.pass_seconds(2) == []
    stage.broker.context.clock.now += 1

    assert stage.look(None) == [Overdue(stage.channel, stage.queue, 2_000)]


def test_without_any_timeout_nobody_is_overdue() -> None:
    stage = Stage()
    stage.get()
    stage.look(None)
    stage.broker.context.clock.now += 10_000_000

    assert stage.look(None) == []


def test_delivery_whose_ack_was_rolled_back_is_as_old_as_before() -> None:
    stage = Stage()
    transactions.select(stage.channel)
    tag = stage.get()
    stage.look()
    stage.pass_seconds(5)
    stage.get()
    stage.channel.acknowledge(tag, False, [])
    transactions.rollback(stage.channel)

    assert stage.pass_seconds(5) == []
    assert len(stage.pass_seconds(1)) == 1
