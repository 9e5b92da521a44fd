"""Publishing one message by hand."""

from __future__ import annotations

import pytest

from brokerctl.errors import ObjectNotFound, RequestRefused
from brokerctl.operations.publish import publish
from tests.support.brokers import VHOST, Place


def test_message_arrives_with_its_properties_and_headers(place: Place) -> None:
    queue = place.queue()

    result = publish(place.client, VHOST, "", queue, b"\0\xff", {"priority": 3, "type": None}, {"n": 1, "ok": True})

    assert (result.confirmed, result.routed, result.reason) == (True, True, "")
    [seen] = place.look(queue).seen
    assert seen.message.body == b"\0\xff"
    assert seen.message.properties == {"priority": 3}
    assert seen.message.headers == {"n": 1, "ok": True}


def test_message_without_a_queue_is_returned(place: Place) -> None:
    result = publish(place.client, VHOST, "amq.direct", "nobody's key", b"x")

    assert (result.confirmed, result.routed) == (True, False)
    assert result.reason.startswith("NO_ROUTE")


def test_full_queue_refuses(place: Place) -> None:
    queue = place.queue(x_max_length=1, x_overflow="reject-publish")
    publish(place.client, VHOST, "", queue, b"first")

    refused = publish(place.client, VHOST, "", queue, b"second")

    assert not refused.confirmed
    assert place.bodies(queue) == [b"first"]


def test_unknown_exchange_is_named(place: Place) -> None:
    with pytest.raises(ObjectNotFound, match="no exchange 'nothing here'"):
        publish(place.client, VHOST, "nothing here", "", b"x")


@pytest.mark.parametrize(
    ("properties", "headers"),
    [
        ({"priority": 256}, {}),
        ({"content_type": "x" * 256}, {}),
        ({}, {"k" * 256: 1}),
        ({}, {"number": 2**64}),
        ({}, {"what": object()}),
    ],
)
def test_what_does_not_fit_amqp_is_refused_before_a_connection(
    ours: Place, properties: dict[str, object], headers: dict[str, object]
) -> None:
    with pytest.raises(RequestRefused, match="cannot be sent"):
        publish(ours.client, VHOST, "", "anything", b"x", properties, headers)
