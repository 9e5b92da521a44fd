"""What queue arguments do: time to live, lengths, priorities, single active consumers, delivery limits."""

from __future__ import annotations

import pytest

from brokerctl.core import getting, publishing
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.confirms import Confirmation, Confirms
from brokerctl.core.consumers import Consumer
from brokerctl.core.effects import Deliver, Effects
from brokerctl.core.message import Arguments, Message
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.errors import NotImplementedHere, PreconditionFailed, ResourceLocked
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

DEAD = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}


class Stage:
    """A broker with a queue `q` of these arguments, a queue `dead` for what it gives up, and a clock to move."""

    def __init__(self, arguments: Arguments) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost: Vhost = self.broker.vhosts["/"]
        self.dead = self.vhost.declare_queue("dead", [])
        self.queue: Queue = self.vhost.declare_queue(
            "q", [], is_durable="x-queue-type" in arguments, arguments=DEAD | arguments
        )

    def publish(self, *bodies: str, channel: Channel | None = None, **values: object) -> None:
        for body in bodies:
            header = properties.encode(values, len(body))
            facts = properties.facts(header)
            expiration = int(facts.expiration) if facts.expiration else None
            message = Message("", "q", header, body.encode(), False, facts.priority, expiration)
            publishing.publish(self.vhost, channel, message, False, [])

    def pass_time(self, seconds: float) -> None:
        self.broker.context.clock.now += seconds
        self.broker.expire([])

    @property
    def ready(self) -> list[str]:
        return [entry.message.body.decode() for entry in self.queue.entries()]

    @property
    def buried(self) -> list[tuple[str, str]]:
        """(body, reason) of what the queue gave up."""
        codec = self.broker.context.codec
        return [
            (entry.message.body.decode(), codec.read(entry.message.header)["x-death"][0]["reason"])
            for entry in self.dead.entries()
        ]


def a_channel() -> Channel:
    return Channel(1, Peer("c", "guest", "/"))


def consume(stage: Stage, tag: str, **arguments: object) -> Consumer:
    return stage.vhost.consume(
        stage.queue, a_channel(), tag, [], needs_ack=True, is_exclusive=False, arguments=dict(arguments)
    )


def test_messages_expire_after_the_smaller_of_the_two_times() -> None:
    stage = Stage({"x-message-ttl": 1000})
    stage.publish("short", expiration="100")
    stage.publish("long", expiration="9000")

    stage.pass_time(0.1)
    assert stage.ready == ["long"]
    stage.pass_time(0.9)

    assert stage.ready == []
    assert stage.buried == [("short", "expired"), ("long", "expired")]


def test_message_expires_only_at_the_head() -> None:
    stage = Stage({})
    stage.publish("stays")
    stage.publish("behind", expiration="100")

    stage.pass_time(5)

    assert stage.ready == ["stays", "behind"]


def test_message_with_no_time_at_all_reaches_only_a_waiting_consumer() -> None:
    stage = Stage({"x-message-ttl": 0})

    stage.publish("late")

    assert (stage.ready, stage.buried) == ([], [("late", "expired")])


def test_message_whose_time_is_over_is_given_to_nobody_even_before_somebody_looks_for_it() -> None:
    stage = Stage({})
    stage.publish("late", "later", expiration="100")
    stage.publish("in time")
    stage.publish("overdue", expiration="100")
    stage.broker.context.clock.now += 0.2

    got = getting.get(stage.queue, a_channel(), [], needs_ack=False)
    reader = consume(stage, "reader")

    assert got is not None
    assert got.entry.message.body == b"in time"
    assert reader.channel.unacked == {}
    assert [body for body, _ in stage.buried] == ["late", "later", "overdue"]


def test_more_overdue_messages_than_can_go_at_once_are_given_to_nobody_either() -> None:
    stage = Stage({})
    stage.publish(*(["late"] * 2500), expiration="100")
    stage.publish("in time")
    stage.broker.context.clock.now += 0.2

    reader = consume(stage, "reader")
    got = getting.get(stage.queue, a_channel(), [], needs_ack=False)

    assert got is None
    assert reader.channel.unacked == {}
    stage.broker.expire([])
    assert [held.entry.message.body for held in reader.channel.unacked.values()] == [b"in time"]
    assert len(stage.buried) == 2500


def test_message_with_no_time_at_all_goes_to_a_consumer_that_waits() -> None:
    stage = Stage({"x-message-ttl": 0})
    stage.broker.context.clock.now = 5.0
    reader = consume(stage, "reader")

    stage.publish("at once")

    assert len(reader.channel.unacked) == 1
    assert stage.buried == []


def test_unused_queue_expires_and_a_consumer_or_get_keeps_it() -> None:
    stage = Stage({"x-expires": 1000})
    stage.pass_time(0.5)
    stage.queue.take()
    stage.pass_time(0.1)
    stage.pass_time(0.9)
    assert "q" in stage.vhost.queues

    stage.pass_time(0.2)

    assert "q" not in stage.vhost.queues


def test_queue_that_nobody_looks_at_costs_no_time() -> None:
    stage = Stage({})
    stage.publish("x")

    assert stage.broker.context.expiring == {}


def test_oldest_message_makes_room() -> None:
    stage = Stage({"x-max-length": 2})

    stage.publish("1", "2", "3")

    assert stage.ready == ["2", "3"]
    assert stage.buried == [("1", "maxlen")]


def test_bytes_are_limited_too() -> None:
    stage = Stage({"x-max-length-bytes": 5})

    stage.publish("123", "45", "6")

    assert stage.ready == ["45", "6"]


@pytest.mark.parametrize(("overflow", "buried"), [("reject-publish", []), ("reject-publish-dlx", [("2", "maxlen")])])
def test_full_queue_refuses_and_the_publisher_hears_it(overflow: str, buried: list[tuple[str, str]]) -> None:
    stage = Stage({"x-max-length": 1, "x-overflow": overflow})
    channel = a_channel()
    channel.confirms = Confirms()

    stage.publish("1", "2", channel=channel)

    assert stage.ready == ["1"]
    assert stage.buried == buried
    assert channel.confirms.take() == [Confirmation(2, False, False), Confirmation(1, False, True)]


def test_higher_priority_goes_first_and_order_holds_within_one() -> None:
    stage = Stage({"x-max-priority": 5})
    for body, priority in [("a", 1), ("b", 9), ("c", 0), ("d", 1), ("e", 5)]:
        stage.publish(body, priority=priority)

    assert stage.ready == ["b", "e", "a", "d", "c"]


def test_only_the_first_consumer_is_active_until_it_leaves() -> None:
    stage = Stage({"x-single-active-consumer": True})
    first, second = consume(stage, "first"), consume(stage, "second")
    assert (first.is_active, second.is_active) == (True, False)

    stage.vhost.cancel(first.channel, "first", [])

    assert second.is_active


def test_consumer_of_higher_priority_is_served_first_while_it_has_credit() -> None:
    stage = Stage({})
    effects: Effects = []
    low = consume(stage, "low")
    high_channel = a_channel()
    high_channel.prefetch = 1
    high = stage.vhost.consume(
        stage.queue, high_channel, "high", effects, needs_ack=True, is_exclusive=False, arguments={"x-priority": 10}
    )

    got: Effects = []
    for body in ("1", "2"):
        message = Message("", "q", properties.encode({}, 1), body.encode())
        publishing.publish(stage.vhost, None, message, False, got)

    assert [effect.consumer for effect in got if isinstance(effect, Deliver)] == [high, low]


def test_message_that_comes_back_too_often_is_given_up() -> None:
    stage = Stage({"x-queue-type": "quorum", "x-delivery-limit": 2})
    stage.publish("poison")
    channel = a_channel()

    for _ in range(3):
        entry = stage.queue.take()
        assert entry is not None
        stage.queue.hold(entry)
        channel.give_back(channel.hand_out(entry, stage.queue, None), False, [])

    assert stage.ready == []
    assert stage.buried == [("poison", "delivery_limit")]


def test_sender_selects_more_queues_and_blind_copies_stay_hidden() -> None:
    stage = Stage({})
    for name in ("cc", "bcc"):
        stage.vhost.declare_queue(name, [])

    stage.publish("x", headers={"CC": ["cc"], "BCC": ["bcc"], "n": 1})

    for name in ("q", "cc", "bcc"):
        [entry] = stage.vhost.queues[name].entries()
        assert stage.broker.context.codec.read(entry.message.header) == {"CC": ["cc"], "n": 1}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"x-message-ttl": -1},
            "invalid arg 'x-message-ttl' for queue 'bad' in vhost '/': takes a whole number from 0",
        ),
        ({"x-expires": 0}, "takes a whole number from 1"),
        ({"x-max-length": "many"}, "invalid arg 'x-max-length'"),
        ({"x-max-length": True}, "invalid arg 'x-max-length'"),
        ({"x-max-priority": 256}, "takes a whole number from 0 to 255"),
        ({"x-delivery-limit": 5}, "invalid arg 'x-delivery-limit' for queue 'bad' in vhost '/' of queue type classic"),
        ({"x-queue-type": "quorum", "x-max-priority": 5}, "of queue type quorum"),
        ({"x-overflow": "explode"}, "takes one of drop-head, reject-publish, reject-publish-dlx"),
        ({"x-dead-letter-exchange": 5}, "takes a string"),
        ({"x-dead-letter-routing-key": "k"}, "needs x-dead-letter-exchange beside it"),
        ({"x-single-active-consumer": 1}, "takes true or false"),
        ({"x-queue-type": "circular"}, "takes one of classic, quorum, stream"),
    ],
)
def test_argument_that_makes_no_sense_is_refused_by_name(arguments: Arguments, text: str) -> None:
    with pytest.raises(PreconditionFailed) as refused:
        Stage({}).vhost.declare_queue("bad", [], arguments=arguments)

    assert text in refused.value.text


def test_streams_are_refused_clearly() -> None:
    with pytest.raises(NotImplementedHere, match="no streams"):
        Stage({}).vhost.declare_queue("s", [], arguments={"x-queue-type": "stream"})


def test_quorum_queue_takes_no_consumer_of_a_channel_with_global_prefetch() -> None:
    stage = Stage({"x-queue-type": "quorum"})
    channel = a_channel()
    channel.global_prefetch = 1

    with pytest.raises(NotImplementedHere, match=r"^queue 'q' in vhost '/' does not support global qos$"):
        stage.vhost.consume(stage.queue, channel, "t", [], needs_ack=True, is_exclusive=False, arguments={})


def test_quorum_queue_with_a_single_active_consumer_is_not_for_get() -> None:
    stage = Stage({"x-queue-type": "quorum", "x-single-active-consumer": True})

    with pytest.raises(ResourceLocked, match=r"^cannot obtain access to locked queue 'q' in vhost '/'"):
        getting.get(stage.queue, a_channel(), [], needs_ack=True)
