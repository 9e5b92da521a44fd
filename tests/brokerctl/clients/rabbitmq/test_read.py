"""A broker's JSON may say anything: what makes no sense counts as not told, and nothing fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from brokerctl.clients.rabbitmq import queues, read, unacked

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "true", "null", '"7"', "[]"]
)
def test_what_is_no_number_is_not_told(text: str) -> None:
    item: dict[str, Any] = json.loads(f'{{"n": {text}}}')

    assert (read.number(item, "n", 3), read.optional_number(item, "n"), read.share(item, "n")) == (3, None, None)
    assert (read.milliseconds(item, "n"), read.seconds(item, "n"), read.since(item, "n", NOW)) == (None, None, None)


def test_numbers_are_read_whole_or_in_parts() -> None:
    item = {"n": 2.5, "m": 2**62}

    assert (read.number(item, "n"), read.share(item, "n"), read.number(item, "m")) == (2, 2.5, 2**62)


@pytest.mark.parametrize("seconds", [1e15, 2**62, -(2**62)])
def test_time_outside_the_calendar_is_not_told(seconds: float) -> None:
    assert read.since({"n": seconds}, "n", NOW) is None


def test_a_queue_of_nonsense_is_a_queue() -> None:
    keys = [*queues.COLUMNS.split(","), "messages", "consumer_details"]
    nonsensical: list[Any] = [float("inf"), float("nan"), 10**400, [], {}, "x", None, True, [[1]], {"x": []}]
    for nonsense in nonsensical:
        found = queues.parse(dict.fromkeys(keys, nonsense))
        assert (found.messages_ready, found.consumers, found.message_bytes) == (0, 0, None)
        assert unacked._parse({"unacked_for_seconds": nonsense}, "/", "q", NOW).since is None
