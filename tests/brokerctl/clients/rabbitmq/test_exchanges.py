"""Exchanges, made, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

import itertools

import pytest

from brokerctl.errors import ClientError, ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_until

_numbers = itertools.count(1)


def exchange(place: Place, kind: str = "topic") -> str:
    name = f"exchanges/ö {next(_numbers)}"
    place.client.declare_exchange(VHOST, name, kind)
    return name


def test_declared_exchange_is_read_back(place: Place) -> None:
    place.client.declare_exchange(
        VHOST, "clients/read back", "headers", durable=False, arguments={"alternate-exchange": "amq.fanout"}
    )

    found = place.client.exchange(VHOST, "clients/read back")
    place.client.delete_exchange(VHOST, "clients/read back")

    assert (found.vhost, found.name, found.type) == (VHOST, "clients/read back", "headers")
    assert (found.durable, found.auto_delete, found.internal) == (False, False, False)
    assert (found.arguments, found.policy) == ({"alternate-exchange": "amq.fanout"}, None)
    with pytest.raises(ObjectNotFound):
        place.client.exchange(VHOST, "clients/read back")


def test_exchanges_every_broker_has_are_listed(place: Place) -> None:
    found = {each.name: each.type for each in place.client.exchanges(VHOST)}

    assert found.items() >= {"": "direct", "amq.direct": "direct", "amq.fanout": "fanout", "amq.topic": "topic"}.items()
    assert {each.vhost for each in place.client.exchanges()} >= {"/", VHOST}
    assert place.client.exchange(VHOST, "").type == "direct"


def test_default_exchange_cannot_be_deleted_and_none_declared_as_another_kind(place: Place) -> None:
    name = exchange(place)

    with pytest.raises(RequestRefused, match="inequivalent arg 'type'"):
        place.client.declare_exchange(VHOST, name, "fanout")
    with pytest.raises(RequestRefused, match=r"unknown|invalid"):
        place.client.declare_exchange(VHOST, "clients/other", "no such kind")
    with pytest.raises(ClientError):
        place.client.delete_exchange(VHOST, "amq.topic")


def test_auto_delete_and_internal_exchanges_say_so_and_one_in_use_stays(place: Place) -> None:
    queue = place.queue()
    place.client.declare_exchange(VHOST, "clients/inner", "fanout", auto_delete=True, internal=True)
    place.client.bind(VHOST, "clients/inner", "queue", queue, "", {"note": "ö"})

    found = place.client.exchange(VHOST, "clients/inner")
    [binding] = [each for each in place.client.queue_bindings(VHOST, queue) if each.source]

    assert (found.auto_delete, found.internal, found.durable) == (True, True, True)
    assert binding.arguments == {"note": "ö"}
    with pytest.raises(RequestRefused):
        place.client.delete_exchange(VHOST, "clients/inner", if_unused=True)
    place.client.delete_exchange(VHOST, "clients/inner")


def test_channels_that_publish_to_an_exchange_are_told_where_the_broker_counts_them(place: Place) -> None:
    name = exchange(place, "fanout")
    with place.channel() as channel:
        channel.confirm_delivery()
        for _ in range(3):
            channel.basic_publish(name, "", b"x")

        publishers = place.client.exchange_publishers(VHOST, name)

        # RabbitMQ does not, unless it is told to (rates_mode).
        assert [each.publish for each in publishers] == ([3] if place.is_embedded else [])
        if publishers:
            wait_until(lambda: bool(place.client.channels()))
            assert {(each.channel_name, each.connection_name) for each in publishers} <= {
                (each.name, each.connection_name) for each in place.client.channels()
            }
