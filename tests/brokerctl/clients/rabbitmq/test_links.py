"""Shovels and federation links, read from a RabbitMQ and from what others recorded."""

from __future__ import annotations

import pytest

from brokerctl.clients.links import FederationLink
from brokerctl.clients.rabbitmq.links import parse_link, parse_shovel
from brokerctl.errors import ObjectNotFound
from tests.support.brokers import VHOST, Place
from tests.support.shovels import found, shoveling
from tests.support.waiting import wait_until

NAME = "a shovel/ö"


def test_a_shovel_is_told_restarted_and_deleted(real: Place) -> None:
    with shoveling(real, NAME) as shovel:
        assert (shovel.vhost, shovel.name, shovel.is_dynamic) == (VHOST, NAME, True)
        assert shovel.source.startswith("queue queue/ö")
        assert shovel.destination.startswith("queue queue/ö")
        assert "guest" not in shovel.source_uri
        real.client.restart_shovel(VHOST, NAME)
        wait_until(lambda: found(real, NAME) is not None)
        real.client.delete_shovel(VHOST, NAME)
        wait_until(lambda: found(real, NAME) is None)
        with pytest.raises(ObjectNotFound):
            real.client.delete_shovel(VHOST, NAME)


def test_what_is_not_enabled_is_no_empty_list(ours: Place, real: Place) -> None:
    for ask in (ours.client.shovels, ours.client.federation_links, real.client.federation_links):
        with pytest.raises(ObjectNotFound):
            ask()


def test_a_static_shovel_and_one_of_a_later_version_are_read() -> None:
    static = parse_shovel(
        {"name": "s", "node": "n", "type": "static", "state": "terminated", "reason": "no such queue"}
    )
    later = parse_shovel(
        {
            "vhost": "/",
            "name": "d",
            "type": "dynamic",
            "state": "running",
            "src_exchange": "logs",
            "src_exchange_key": "a.*",
            "dest_address": "/queues/x",
            "remaining": "unlimited",
            "forwarded": 12,
        }
    )

    assert (static.is_dynamic, static.vhost, static.reason) == (False, "", "no such queue")
    assert (later.source, later.destination) == ("exchange logs, key a.*", "/queues/x")
    assert (later.remaining, later.forwarded) == (None, 12)


def test_a_federation_link_is_read() -> None:
    item = {
        "node": "rabbit@one",
        "queue": "orders",
        "upstream": "dc2",
        "type": "queue",
        "vhost": "/",
        "status": "error",
        "error": "connection refused",
        "uri": "amqp://dc2",
        "timestamp": "2026-03-01 10:00:00",
    }

    assert parse_link(item) == FederationLink(
        "/",
        "dc2",
        "queue",
        "orders",
        "rabbit@one",
        "error",
        "2026-03-01 10:00:00",
        uri="amqp://dc2",
        reason="connection refused",
    )
