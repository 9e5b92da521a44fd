"""Fingerprints: everything a message is, nothing of where it lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brokerctl.clients import content
from brokerctl.clients.base import Message
from brokerctl.operations.fingerprint import Fingerprints, content_hash
from brokerctl.wire import properties

MESSAGE = Message("shop", "order.new", False, content.encode({"delivery_mode": 2}, {"n": 1}), b"body", {}, {}, 1)


def test_equal_messages_are_told_apart_by_their_number_alone() -> None:
    fingerprints = Fingerprints()

    first, second, other = (fingerprints.of(each) for each in (MESSAGE, MESSAGE, replace(MESSAGE, body=b"other")))

    assert first == f"{content_hash(MESSAGE)}-1"
    assert second == f"{content_hash(MESSAGE)}-2"
    assert other.endswith("-1")
    assert other[:64] != first[:64]


@pytest.mark.parametrize(
    "changed",
    [
        {"exchange": "shop2"},
        {"routing_key": "order"},
        {"header": content.encode({"delivery_mode": 2}, {"n": 2})},
        {"body": b"bod"},
        # The same letters on both sides of a border: without lengths they would be one message.
        {"exchange": "shopo", "routing_key": "rder.new"},
    ],
)
def test_any_other_content_is_another_fingerprint(changed: dict[str, object]) -> None:
    assert content_hash(replace(MESSAGE, **changed)) != content_hash(MESSAGE)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [{"n": 1}, {}, None], ids=["some", "empty", "none"])
def test_what_a_look_changes_is_no_part_of_it(headers: dict[str, int] | None) -> None:
    """RabbitMQ 4 and the embedded broker tell no count the first time, and add a table for it afterwards."""
    first = content.encode({"delivery_mode": 2}, {"n": 1})
    if headers is None:
        first = properties.encode({"delivery_mode": 2}, 0)[12:]
    elif not headers:
        first = properties.encode({"delivery_mode": 2, "headers": {}}, 0)[12:]
    looked_at = content.amend(first, {content.DELIVERY_COUNT: 3})
    before, after = (replace(MESSAGE, header=header) for header in (first, looked_at))

    assert looked_at != first
    assert content_hash(replace(after, redelivered=True, delivery_tag=9)) == content_hash(before)
