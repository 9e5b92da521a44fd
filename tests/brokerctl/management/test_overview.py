"""The broker as a whole: overview, node, health."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import brokerctl
from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.brokerctl.management.test_queues import publish
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS, wait_until


def overview(api: httpx.Client) -> dict[str, Any]:
    return dict(api.get("/overview").raise_for_status().json())


def test_it_says_what_it_is(embedded_broker: EmbeddedBroker, api: httpx.Client) -> None:
    found = overview(api)

    assert (found["product_name"], found["product_version"]) == ("Postroom", brokerctl.__version__)
    assert found["rabbitmq_version"] == found["management_version"] == "3.13.7"
    assert [kind["name"] for kind in found["exchange_types"]] == ["direct", "fanout", "headers", "topic"]
    ports = {(listener["protocol"], listener["port"]) for listener in found["listeners"]}
    assert ports == {("amqp", embedded_broker.amqp_port), ("http", embedded_broker.api_port)}
    assert found["node"] == api.get("/nodes").json()[0]["name"]
    assert api.get("/cluster-name").json() == {"name": found["cluster_name"]}
    (extension,) = api.get("/extensions").json()
    assert {"peek", "pause"} <= set(extension["postroom"]["capabilities"])


@pytest.fixture
def fresh(home: Path) -> Iterator[EmbeddedBroker]:
    """A broker where nothing else happens."""
    with embedded.running(home) as broker:
        yield broker


def test_totals_follow_what_happens(fresh: EmbeddedBroker) -> None:
    with client(fresh, "guest", "guest") as api:
        assert overview(api)["message_stats"] == {}
        with fresh.connect() as connection:
            channel = connection.channel()
            channel.queue_declare("q")
            channel.basic_consume("q", lambda *_: None)
            publish(api, "/", "q")
            during = overview(api)
        after = overview(api)

    assert during["object_totals"] == {"connections": 1, "channels": 1, "consumers": 1, "queues": 1, "exchanges": 6}
    assert (during["queue_totals"]["messages"], during["queue_totals"]["messages_unacknowledged"]) == (1, 1)
    assert (during["message_stats"]["publish"], during["message_stats"]["deliver"]) == (1, 1)
    assert (during["churn_rates"]["connection_created"], during["churn_rates"]["connection_closed"]) == (1, 0)
    # What channels counted stays when they are gone; the API publishes on a channel of its own.
    assert (after["message_stats"]["publish"], after["message_stats"]["deliver"]) == (1, 1)
    assert after["object_totals"] == {"connections": 0, "channels": 0, "consumers": 0, "queues": 1, "exchanges": 6}
    assert (after["churn_rates"]["connection_created"], after["churn_rates"]["connection_closed"]) == (1, 1)
    assert (after["churn_rates"]["channel_created"], after["churn_rates"]["channel_closed"]) == (2, 2)
    assert (after["churn_rates"]["queue_declared"], after["churn_rates"]["queue_created"]) == (1, 1)


def test_others_see_the_totals_of_their_vhosts_only(api: httpx.Client, vhost: str, login: Login) -> None:
    api.put(path("queues", vhost, "q"), json={})
    publish(api, vhost, "q")

    inside, outside = overview(login("management", vhost)), overview(login("management"))

    assert inside["queue_totals"]["messages"] == 1
    assert inside["message_stats"]["publish"] == 1
    assert inside["object_totals"] == {"channels": 0, "connections": 0, "exchanges": 6, "queues": 1}
    assert outside["queue_totals"]["messages"] == 0
    assert outside["message_stats"] == {}
    for name in ("node", "listeners", "contexts"):
        assert name not in inside


def test_totals_go_back_over_the_range_that_is_asked_for(api: httpx.Client) -> None:
    asked = {"lengths_age": 60, "lengths_incr": 5, "msg_rates_age": 60, "msg_rates_incr": 5}

    def details() -> dict[str, Any]:
        return dict(api.get("/overview", params=asked).json()["queue_totals"]["messages_details"])

    # A broker that has just begun has taken no reading yet.
    wait_until(lambda: bool(details()["samples"]))
    assert set(details()) >= {"rate", "samples"}
    assert set(details()["samples"][0]) == {"sample", "timestamp"}


def test_a_range_of_nothing_is_refused(api: httpx.Client) -> None:
    reply = api.get("/overview", params={"lengths_age": 0, "lengths_incr": 5})

    assert (reply.status_code, reply.json()["reason"]) == (400, "Invalid range parameters: age 0, incr 5")


def test_version_is_told_without_a_login(api: httpx.Client) -> None:
    assert httpx.get(f"{api.base_url}version", timeout=PATIENCE_SECONDS).json() == brokerctl.__version__


def test_without_statistics_there_are_totals_of_objects_only(api: httpx.Client) -> None:
    plain = api.get("/overview", params={"disable_stats": "true"}).json()

    assert plain["disable_stats"] is True
    assert set(plain["object_totals"]) == {"connections", "exchanges", "queues"}
    assert {"message_stats", "queue_totals", "churn_rates", "listeners"}.isdisjoint(plain)
    assert api.get("/nodes", params={"disable_stats": "true"}).json() == [
        {"name": plain["node"], "type": "disc", "running": True}
    ]


@pytest.mark.parametrize("where", ["/consumers", "/consumers/%2F", "/channels", "/vhosts/%2F/channels", "/channels/x"])
def test_without_statistics_there_are_no_channels_and_consumers(api: httpx.Client, where: str) -> None:
    reply = api.get(where, params={"disable_stats": "true"})

    assert (reply.status_code, reply.json()["reason"]) == (400, "Stats in management UI are disabled on this node")
