"""Definitions, exported and imported, on a RabbitMQ."""

from __future__ import annotations

from brokerctl.clients.models import Vhost
from tests.support.brokers import Place

NAME = "definitions/ö"


def test_definitions_of_a_vhost_come_back_after_it_was_deleted(real: Place) -> None:
    real.client.put_vhost(Vhost(NAME, "", 0, 0))
    real.client.declare_queue(NAME, "größe", arguments={"x-max-length": 3})
    real.client.declare_exchange(NAME, "own", "topic", auto_delete=True, internal=True)
    real.client.bind(NAME, "own", "queue", "größe", "a.#", {"weight": 2})
    exported = real.client.definitions(NAME)
    real.client.delete_vhost(NAME)
    real.client.put_vhost(Vhost(NAME, "", 0, 0))

    real.client.import_definitions(exported)

    again = real.client.definitions(NAME)
    real.client.delete_vhost(NAME)
    assert exported.vhost == NAME
    assert [(each["name"], each["arguments"]) for each in again.items("queues")] == [("größe", {"x-max-length": 3})]
    assert [(each["name"], each["auto_delete"], each["internal"]) for each in again.items("exchanges")] == [
        ("own", True, True)
    ]
    assert again.items("bindings") == exported.items("bindings")
    assert again.items("no such kind") == []


def test_definitions_of_all_hold_users_and_vhosts(real: Place) -> None:
    found = real.client.definitions()

    assert found.vhost is None
    assert "guest" in {each["name"] for each in found.items("users")}
    assert "/" in {each["name"] for each in found.items("vhosts")}
