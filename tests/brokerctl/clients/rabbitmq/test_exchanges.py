"""Exchanges and bindings, made, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

import itertools

import pytest

from brokerctl.clients.models import Binding
from brokerctl.errors import ClientError, ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place

_numbers = itertools.count(1)


def exchange(place: Place, kind: str = "topic") -> str:
    name = f"clients/ö {next(_numbers)}"
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


@pytest.mark.parametrize("key", ["order.#", "", "größe/x y", "a%2Fb~c", "k" * 255])
def test_binding_of_any_key_is_read_back_and_removed_again(place: Place, key: str) -> None:
    source, queue = exchange(place), place.queue()

    place.client.bind(VHOST, source, "queue", queue, key)
    [binding] = [each for each in place.client.queue_bindings(VHOST, queue) if each.source]
    place.client.unbind(binding)

    assert (binding.source, binding.destination, binding.destination_type) == (source, queue, "queue")
    assert (binding.routing_key, binding.arguments) == (key, {})
    assert [each.source for each in place.client.queue_bindings(VHOST, queue)] == [""]


def test_bindings_that_differ_in_arguments_are_removed_one_by_one(place: Place) -> None:
    """Their properties keys hold a hash of the arguments, which only the broker can work out."""
    source, queue = exchange(place, "headers"), place.queue()
    with place.channel() as channel:
        for colour in ("red", "blue"):
            channel.queue_bind(queue, source, "k", {"x-match": "all", "colour": colour})
    found = {each.arguments["colour"]: each for each in place.client.queue_bindings(VHOST, queue) if each.source}

    place.client.unbind(found["red"])

    left = [each.arguments["colour"] for each in place.client.queue_bindings(VHOST, queue) if each.source]
    assert (set(found), left) == ({"red", "blue"}, ["blue"])


def test_exchange_knows_its_bindings_in_both_directions(place: Place) -> None:
    first, second, queue = exchange(place), exchange(place), place.queue()
    place.client.bind(VHOST, first, "exchange", second, "a.*")
    place.client.bind(VHOST, second, "queue", queue, "a.b")

    source, destination = place.client.exchange_bindings(VHOST, second)

    assert [(each.source, each.destination, each.destination_type) for each in source] == [(second, queue, "queue")]
    assert [(each.source, each.destination, each.destination_type) for each in destination] == [
        (first, second, "exchange")
    ]
    in_vhost, everywhere = place.client.bindings(VHOST), place.client.bindings()
    assert {(each.source, each.routing_key) for each in in_vhost} >= {(first, "a.*"), (second, "a.b")}
    assert set(map(repr, in_vhost)) <= set(map(repr, everywhere))
    place.client.unbind(destination[0])
    assert place.client.exchange_bindings(VHOST, second)[1] == []


def test_binding_that_is_gone_and_ends_that_are_not_there_are_refused(place: Place) -> None:
    source, queue = exchange(place), place.queue()

    with pytest.raises(ClientError):
        place.client.bind(VHOST, source, "queue", "no such queue", "")
    with pytest.raises(ObjectNotFound):
        place.client.unbind(Binding(VHOST, source, queue, "queue", "k", {}, "k"))
