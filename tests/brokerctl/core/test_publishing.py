"""Routing into queues, dead-lettering out of them."""

from __future__ import annotations

import pytest

from brokerctl.core import publishing
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.confirms import Confirms
from brokerctl.core.context import Clock, Context
from brokerctl.core.effects import Effects, Forget, Return, Store
from brokerctl.core.message import Arguments, Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused, NotFound
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

CODEC = WireCodec()
NOW = 1_700_000_000


def a_vhost() -> Vhost:
    return Vhost("/", Context(CODEC, Clock(now=100.0, time=NOW)))


def message(exchange: str = "", key: str = "q", **values: object) -> Message:
    header = properties.encode(values, 4)
    facts = properties.facts(header)
    expiration = int(facts.expiration) if facts.expiration else None
    return Message(exchange, key, header, b"body", facts.persistent, facts.priority, expiration)


def channel(*, confirming: bool = False) -> Channel:
    opened = Channel(1, Peer("c", "guest", "/"))
    opened.confirms = Confirms() if confirming else None
    return opened


def vhost_with(
    queue: str = "q", *, is_durable: bool = False, arguments: Arguments | None = None
) -> tuple[Vhost, Queue]:
    vhost = a_vhost()
    return vhost, vhost.declare_queue(queue, [], is_durable=is_durable, arguments=arguments)


def reject(vhost: Vhost, queue: Queue, effects: Effects, reason: Reason = Reason.REJECTED) -> None:
    """Take the next message and give it up."""
    holder = channel()
    entry = queue.take()
    assert entry is not None
    queue.hold(entry)
    tag = holder.hand_out(entry, queue, None)
    publishing.discard(vhost, holder.reject(tag, False), reason, effects)


def headers(queue: Queue) -> Arguments:
    [entry] = queue.entries()
    return CODEC.read(entry.message.header)


def test_mandatory_message_without_a_queue_comes_back() -> None:
    vhost, sender = a_vhost(), channel()
    effects: Effects = []

    publishing.publish(vhost, sender, lost := message(key="nobody"), True, effects)

    assert effects == [Return(sender, 312, "NO_ROUTE", lost)]
    assert sender.counters.return_unroutable == 1


def test_only_persistent_messages_in_durable_queues_wait_for_the_disk() -> None:
    vhost, _ = vhost_with(is_durable=True)
    effects: Effects = []
    sender = channel(confirming=True)

    publishing.publish(vhost, sender, message(delivery_mode=1), False, effects)
    publishing.publish(vhost, sender, message(delivery_mode=2), False, effects)

    assert [type(effect) for effect in effects] == [Store]
    assert sender.confirms is not None
    assert [told.sequence for told in sender.confirms.take()] == [1]


def test_unknown_and_internal_exchanges_refuse() -> None:
    vhost = a_vhost()
    vhost.declare_exchange("inside", "fanout", [], is_durable=False, is_internal=True)

    with pytest.raises(NotFound, match="no exchange 'none' in vhost '/'"):
        publishing.publish(vhost, channel(), message("none"), False, [])
    with pytest.raises(AccessRefused, match="internal exchange 'inside'"):
        publishing.publish(vhost, channel(), message("inside"), False, [])


def test_rejected_message_goes_to_the_dead_letter_exchange_with_its_history() -> None:
    vhost, queue = vhost_with(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"})
    dead = vhost.declare_queue("dead", [])
    publishing.publish(vhost, None, message(expiration="500", headers={"mine": 1}), False, [])

    reject(vhost, queue, [])

    found = headers(dead)
    assert found["mine"] == 1
    assert found["x-first-death-queue"] == "q"
    assert found["x-death"] == [
        {
            "count": 1,
            "exchange": "",
            "queue": "q",
            "reason": "rejected",
            "routing-keys": ["q"],
            "time": NOW,
            "original-expiration": "500",
        }
    ]
    [entry] = dead.entries()
    assert "expiration" not in properties.decode(entry.message.header)


def test_second_death_in_the_same_queue_is_counted_not_listed_again() -> None:
    vhost, queue = vhost_with(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q"})
    publishing.publish(vhost, None, message(), False, [])

    reject(vhost, queue, [])
    reject(vhost, queue, [])

    assert [(death["queue"], death["count"]) for death in headers(queue)["x-death"]] == [("q", 2)]


def test_circle_without_a_rejection_ends() -> None:
    vhost, queue = vhost_with(arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q"})
    publishing.publish(vhost, None, message(), False, [])

    reject(vhost, queue, [], Reason.EXPIRED)

    assert queue.ready == 0


def test_dead_letter_is_stored_before_the_original_is_forgotten() -> None:
    vhost, queue = vhost_with(
        is_durable=True, arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "d"}
    )
    vhost.declare_queue("d", [], is_durable=True)
    publishing.publish(vhost, None, message(delivery_mode=2), False, [])
    effects: Effects = []

    reject(vhost, queue, effects)

    assert [type(effect) for effect in effects] == [Store, Forget]


def test_missing_dead_letter_exchange_drops_the_message() -> None:
    vhost, queue = vhost_with(arguments={"x-dead-letter-exchange": "none"})
    publishing.publish(vhost, None, message(), False, [])

    reject(vhost, queue, [])

    assert (queue.ready, queue.unacked) == (0, 0)


def test_dead_letter_keeps_the_keys_of_its_sender_unless_the_queue_has_one_of_its_own() -> None:
    vhost, queue = vhost_with(arguments={"x-dead-letter-exchange": "amq.direct"})
    own, copied = vhost.declare_queue("own", []), vhost.declare_queue("copied", [])
    vhost.bind(vhost.exchange("amq.direct"), own, "q", {}, [])
    vhost.bind(vhost.exchange("amq.direct"), copied, "extra", {}, [])
    arguments = {"x-dead-letter-exchange": "amq.direct", "x-dead-letter-routing-key": "q"}
    other = vhost.declare_queue("other", [], arguments=arguments)
    publishing.publish(vhost, None, message(headers={"CC": ["extra"]}), False, [])
    publishing.publish(vhost, None, message(key="other", headers={"CC": ["extra"]}), False, [])

    reject(vhost, queue, [])
    assert (own.ready, copied.ready) == (1, 1)
    reject(vhost, other, [])

    assert (own.ready, copied.ready) == (2, 1)
