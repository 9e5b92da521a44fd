"""Shovels and federation links, read from a RabbitMQ and from what others recorded."""

from __future__ import annotations

import pytest

from brokerctl.clients.links import SHOVEL, UPSTREAM, FederationLink, LinkSetup
from brokerctl.clients.rabbitmq.links import parse_link, parse_setup, parse_shovel
from brokerctl.errors import ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place, client_at
from tests.support.proxied import NO_PLUGIN, answering
from tests.support.shovels import federating, found, linked, shoveling
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
    with (
        answering(real.address.api_port, {"GET /api/federation-links": NO_PLUGIN}) as (port, _),
        client_at(real.address, api_port=port) as without,
    ):
        for ask in (ours.client.shovels, ours.client.federation_links, without.federation_links):
            with pytest.raises(ObjectNotFound):
                ask()


def test_an_upstream_is_made_told_changed_and_deleted(real: Place) -> None:
    uri, other = "amqp://ann:secret@127.0.0.1:1", "amqp://ann:secret@127.0.0.1:2"
    made = LinkSetup(UPSTREAM, VHOST, NAME, {"uri": (uri,)}, {"prefetch-count": 10, "ack-mode": "on-publish"})

    real.client.put_link(made)
    assert real.client.link_setup(UPSTREAM, VHOST, NAME) == made
    assert made.shown() in real.client.link_setups(UPSTREAM)
    changed = LinkSetup(UPSTREAM, VHOST, NAME, {"uri": (uri, other)}, {"max-hops": 2})
    real.client.put_link(changed)
    assert real.client.link_setup(UPSTREAM, VHOST, NAME) == changed
    real.client.delete_upstream(VHOST, NAME)
    with pytest.raises(ObjectNotFound):
        real.client.link_setup(UPSTREAM, VHOST, NAME)


def test_a_shovel_that_is_made_anew_carries_elsewhere(real: Place) -> None:
    with shoveling(real, NAME) as shovel:
        there, elsewhere = real.client.link_setup(SHOVEL, VHOST, NAME), real.queue()
        assert there.uris["src-uri"][0].startswith("amqp://guest:guest@")

        real.client.put_link(LinkSetup(SHOVEL, VHOST, NAME, there.uris, {**there.settings, "dest-queue": elsewhere}))

        wait_until(lambda: (now := found(real, NAME)) is not None and elsewhere in now.destination)
        assert elsewhere not in shovel.destination
    real.client.delete_queue(VHOST, elsewhere)


def test_a_refusal_is_one_line_without_the_password_that_was_sent(real: Place) -> None:
    uris = {"uri": ("amqp://ann:s3cret@host:s3cret",)}

    with pytest.raises(RequestRefused) as of_uri:
        real.client.put_link(LinkSetup(UPSTREAM, VHOST, NAME, uris, {}))
    with pytest.raises(RequestRefused) as of_key:
        real.client.put_link(LinkSetup(UPSTREAM, VHOST, NAME, {"uri": ("amqp://ann:s3cret@host",)}, {"wrong": 1}))

    assert "no URI of AMQP" in str(of_uri.value)
    assert 'Unrecognised terms [{<<"wrong">>,1}]' in str(of_key.value)
    for refusal in (of_uri.value, of_key.value):
        assert "s3cret" not in f"{refusal}{refusal.__cause__}"
        assert "\n" not in str(refusal)


def test_a_link_is_told_and_restarted(real: Place) -> None:
    with federating(real, NAME) as link:
        assert (link.vhost, link.upstream, link.type) == (VHOST, NAME, "queue")
        with pytest.raises(ObjectNotFound):
            real.client.restart_link(VHOST, "none", link.node)

        # Its time is told in seconds: one that was restarted in the second of its failure looks as before.
        def is_restarted() -> bool:
            now = linked(real, link.name)
            if now and now.since == link.since:
                real.client.restart_link(VHOST, now.id, now.node)
            return now is not None and now.since != link.since

        wait_until(is_restarted)


def test_what_others_wrote_into_a_parameter_is_read() -> None:
    value = {"uri": ["amqp://a", 1, "amqp://b"], "expires": 5}

    read = parse_setup({"component": UPSTREAM, "vhost": "/", "name": "u", "value": value})
    empty = parse_setup({"component": UPSTREAM, "vhost": "/", "name": "u", "value": []})

    assert read == LinkSetup(UPSTREAM, "/", "u", {"uri": ("amqp://a", "amqp://b")}, {"expires": 5})
    assert (empty.uris, empty.settings) == ({"uri": ()}, {})


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
            "dest_protocol": "amqp10",
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
    assert (static.is_amqp_091, later.is_amqp_091) == (True, False)


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
        "id": "9bb28bb7",
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
        id="9bb28bb7",
    )


def test_what_a_state_says_is_without_passwords_whoever_wrote_it() -> None:
    shovel = parse_shovel(
        {"name": "s", "vhost": "/", "src_uri": ["amqp://a:pw1@h"], "dest_uri": "amqp://pw2", "error": "amqp://b:pw3@h"}
    )

    assert (shovel.source_uri, shovel.destination_uri, shovel.reason) == ("amqp://a@h", "amqp://pw2", "amqp://b@h")
