"""Vhosts and their limits, made, read and taken away on ours and on a RabbitMQ."""

from __future__ import annotations

import pytest

from brokerctl import names
from brokerctl.clients.models import Limits, Vhost
from brokerctl.errors import ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place, client_at


def test_vhosts_are_those_the_user_can_see(place: Place) -> None:
    assert {each.name for each in place.client.vhosts()} >= {"/", VHOST}

    with place.api() as api:
        api.put(names.path("users", "one"), json={"password": "o", "tags": "management"}).raise_for_status()
        rights = {"configure": "", "write": "", "read": ""}
        api.put(names.path("permissions", VHOST, "one"), json=rights).raise_for_status()
    with client_at(place.address, username="one", password="o") as client:
        assert [each.name for each in client.vhosts()] == [VHOST]


def test_vhost_has_its_description(place: Place) -> None:
    with place.api() as api:
        api.put(names.path("vhosts", "described"), json={"description": "für die Tests"}).raise_for_status()

        found = {each.name: each for each in place.client.vhosts()}
        api.delete(names.path("vhosts", "described")).raise_for_status()

    assert found["described"].description == "für die Tests"


def test_vhost_is_made_described_anew_and_deleted(place: Place) -> None:
    name = "made/größe"
    place.client.put_vhost(Vhost(name, "first", 0, 0, ("a", "b")))
    first = place.client.vhost(name)
    place.client.put_vhost(Vhost(name, "second", 0, 0))
    second = place.client.vhost(name)
    place.client.delete_vhost(name)

    assert (first.description, first.tags) == ("first", ("a", "b"))
    assert (second.description, second.messages_ready) == ("second", 0)
    with pytest.raises(ObjectNotFound):
        place.client.vhost(name)


def test_vhost_that_is_protected_is_not_deleted(ours: Place) -> None:
    name = "protected/ö"
    ours.client.put_vhost(Vhost(name, "", 0, 0))
    ours.client.protect_vhost(name, True)

    with pytest.raises(RequestRefused, match="protected from deletion"):
        ours.client.delete_vhost(name)
    seen = ours.client.vhost(name)
    ours.client.protect_vhost(name, False)
    ours.client.delete_vhost(name)

    assert seen.is_protected


def test_vhost_that_runs_may_be_started_and_one_that_is_not_there_may_not(place: Place) -> None:
    (node,) = [each.name for each in place.client.nodes()]

    place.client.start_vhost(VHOST, node)

    assert place.client.vhost(VHOST).cluster_state == {node: "running"}
    with pytest.raises((ObjectNotFound, RequestRefused)):
        place.client.start_vhost("no such vhost", node)


def test_limits_of_a_vhost_are_set_read_and_taken_away(place: Place) -> None:
    name = "limited/ö"
    place.client.put_vhost(Vhost(name, "", 0, 0))
    place.client.put_vhost_limit(name, "max-queues", 1)
    place.client.declare_queue(name, "first")

    with pytest.raises(RequestRefused, match="limit"):
        place.client.declare_queue(name, "second")
    found = [each for each in place.client.vhost_limits() if each.name == name]
    place.client.delete_vhost_limit(name, "max-queues")
    place.client.declare_queue(name, "second")

    assert found == [Limits(name, {"max-queues": 1})]
    assert [each for each in place.client.vhost_limits() if each.name == name and each.values] == []
    place.client.delete_vhost(name)
