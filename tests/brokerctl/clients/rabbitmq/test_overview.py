"""Who a broker is and what it holds in all, read from ours and from a RabbitMQ."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.base import Address
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq import overview
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_until


def test_overview_names_the_broker_and_counts_what_it_has(place: Place) -> None:
    found = place.client.overview()

    assert found.product == ("Postroom" if place.is_embedded else "RabbitMQ")
    assert int(found.version.split(".")[0]) >= (0 if place.is_embedded else 3)
    assert "@" in found.node
    assert found.exchanges >= 7


def test_overview_counts_connections_and_their_channels(place: Place) -> None:
    with place.channel() as channel:
        channel.queue_declare("", exclusive=True)

        wait_until(lambda: place.client.overview().channels >= 1)
        wait_until(lambda: place.client.overview().connections >= 1)
        assert place.client.overview().queues >= 1


def test_overview_tells_how_fast_messages_of_all_kinds_move(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, [b"one", b"two"])
    with place.channel() as channel:
        channel.basic_get(queue, auto_ack=True)

    wait_until(lambda: {"publish", "confirm", "get_no_ack"} <= set(place.client.overview().rates))
    assert all(value >= 0 for value in place.client.overview().rates.values())
    place.client.delete_queue(VHOST, queue)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"rabbitmq_version": "3.10.8"}, ("RabbitMQ", "3.10.8")),
        ({"product_name": "Postroom", "product_version": "1.2", "rabbitmq_version": "3.13.0"}, ("Postroom", "1.2")),
        ({"lavinmq_version": "2.4.0", "rabbitmq_version": "3.10.0"}, ("LavinMQ", "2.4.0")),
        ({"product_name": "Tanzu RabbitMQ", "product_version": "4.1"}, ("Tanzu RabbitMQ", "4.1")),
    ],
)
def test_product_is_told_from_what_each_kind_answers(item: dict[str, str], expected: tuple[str, str]) -> None:
    assert overview.product_of(item) == expected


@pytest.mark.parametrize(
    ("item", "expected"), [({}, (True, "")), ({"disable_stats": True, "rates_mode": "none"}, (False, "none"))]
)
def test_what_it_is_set_not_to_count_is_told(item: dict[str, Any], expected: tuple[bool, str]) -> None:
    found = overview.parse_overview({"rabbitmq_version": "4.1.0", **item})

    assert (found.has_statistics, found.rates_mode) == expected


def test_empty_statistics_are_zeros_and_not_errors() -> None:
    """RabbitMQ writes an empty object as a list, and leaves out what it has not counted yet."""
    found = overview.parse_overview({"rabbitmq_version": "3.9.1", "message_stats": [], "object_totals": []})

    assert (found.messages_ready, found.connections, found.counters.publish) == (0, 0, 0)


def test_address_keeps_its_password_out_of_texts() -> None:
    address = Address("::1", 5672, 15672, "guest", "very secret")
    http = Http(address)

    assert "very secret" not in repr(address) + repr(http)
    http.close()
