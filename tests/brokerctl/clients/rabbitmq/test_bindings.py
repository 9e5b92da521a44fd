"""Bindings, made, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

import itertools

import pytest

from brokerctl.clients.models import Binding
from brokerctl.errors import ClientError, ObjectNotFound
from tests.support.brokers import VHOST, Place

_numbers = itertools.count(1)


def exchange(place: Place, kind: str = "topic") -> str:
    name = f"bindings/ö {next(_numbers)}"
    place.client.declare_exchange(VHOST, name, kind)
    return name


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
