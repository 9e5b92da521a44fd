from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.models import Capabilities, MessageCounters, Overview, Queue
from dashboard.reading.effects import after, before


def queue(type: str = "classic", consumers: int = 0, **columns: Any) -> Queue:
    given: dict[str, Any] = {
        "vhost": "/",
        "name": "orders",
        "type": type,
        "durable": True,
        "auto_delete": False,
        "exclusive": False,
        "arguments": {},
        "state": "running",
        "policy": None,
        "effective_policy": {},
        "messages_ready": 3,
        "messages_unacknowledged": 0,
        "consumers": consumers,
        "consumer_utilisation": None,
        "message_bytes": None,
        "counters": MessageCounters(),
        "node": "n",
    }
    return Queue(**{**given, **columns})


def rabbit(version: str) -> Overview:
    return Overview("RabbitMQ", version, "c", "n")


def test_a_broker_that_lets_us_look_changes_nothing() -> None:
    ours = Overview("Postroom", "0.1.0", "c", "n", capabilities=Capabilities(peek=True))
    single = queue("quorum", 1, arguments={"x-single-active-consumer": True})

    assert before(single, ours).is_traceless
    assert before(single, ours).sentence.startswith("The broker shows the messages where they lie: none is taken")
    assert not before(queue(exclusive=True), ours).is_readable
    told = after(queue(), ours, 3, is_traceless=True)
    assert (told.title, told.is_traceless) == ("This look changed nothing.", True)
    assert "taken and given back" in after(queue(), ours, 3).sentence


def test_a_classic_queue_flags_and_counts_nothing() -> None:
    assert before(queue(), rabbit("3.10.8")).sentence == (
        "The messages are taken and given back at once, in their order. "
        "Each is then flagged as redelivered; no delivery limit counts it."
    )
    assert after(queue(), rabbit("3.10.8"), 3).sentence == (
        "These 3 messages were taken and given back, so each is now flagged as redelivered; "
        "no delivery limit counts it. Their order is kept."
    )


@pytest.mark.parametrize(
    ("version", "arguments", "policy", "words"),
    [
        ("4.1.0", {}, {}, "used 1 of its 20 deliveries"),
        ("3.13.1", {}, {}, "has no delivery limit"),
        ("4.1.0", {"x-delivery-limit": 5}, {}, "used 1 of its 5 deliveries"),
        ("3.13.1", {}, {"delivery-limit": 7}, "used 1 of its 7 deliveries"),
        ("4.1.0", {"x-delivery-limit": -1}, {}, "has no delivery limit"),
    ],
)
def test_a_quorum_queue_counts_the_look(
    version: str, arguments: dict[str, Any], policy: dict[str, Any], words: str
) -> None:
    shown = queue("quorum", arguments=arguments, effective_policy=policy)

    assert words in before(shown, rabbit(version)).sentence
    assert words in after(shown, rabbit(version), 3).sentence


def test_lavinmq_counts_on_any_queue_with_a_limit() -> None:
    lavinmq = Overview("LavinMQ", "2.9.1", "c", "n")

    assert "1 of its 5 deliveries" in before(queue(arguments={"x-delivery-limit": 5}), lavinmq).sentence
    assert "no delivery limit counts it" in before(queue(), lavinmq).sentence


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (queue("stream"), "It is a stream"),
        (queue("quorum", consumers=1, arguments={"x-single-active-consumer": True}), "single active consumer"),
        (queue(exclusive=True), "exclusive"),
    ],
)
def test_queues_that_no_one_may_browse_say_why(shown: Queue, words: str) -> None:
    effect = before(shown, None)

    assert not effect.is_readable
    assert words in effect.sentence


def test_consumers_are_named_because_they_take_messages_too() -> None:
    assert "2 consumers take messages too" in before(queue(consumers=2), None).sentence


def test_an_empty_read_took_nothing() -> None:
    assert after(queue(), None, 0).title == "Nothing was taken."
