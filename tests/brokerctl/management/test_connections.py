"""Connections, channels and consumers over the API: what is seen, by whom, and closing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pika import BlockingConnection
from pika.exceptions import ConnectionClosedByBroker

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
def amqp(embedded_broker: EmbeddedBroker, vhost: str) -> Iterator[BlockingConnection]:
    connection = embedded_broker.connect(vhost)
    yield connection
    if connection.is_open:
        connection.close()


def only(api: httpx.Client, where: str) -> dict[str, Any]:
    (found,) = api.get(where).raise_for_status().json()
    return dict(found)


def test_a_connection_is_shown(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    amqp.channel()

    shown = only(api, path("vhosts", vhost, "connections"))

    assert shown["name"] == f"127.0.0.1:{shown['peer_port']} -> 127.0.0.1:{shown['port']}"
    assert (shown["user"], shown["vhost"], shown["channels"], shown["state"]) == ("guest", vhost, 1, "running")
    assert (shown["protocol"], shown["type"], shown["auth_mechanism"]) == ("AMQP 0-9-1", "network", "PLAIN")
    assert shown["client_properties"]["product"] == "Pika Python Client Library"
    assert shown["client_properties"]["capabilities"]["basic.nack"] is True
    assert shown["connected_at"] > 1_600_000_000_000
    assert shown["recv_oct"] > 0
    assert shown["send_oct"] > 0
    assert shown["ssl"] is False
    assert api.get(path("connections", shown["name"])).json()["name"] == shown["name"]
    assert shown["name"] in [each["name"] for each in api.get("/connections").json()]


def test_a_channel_is_shown(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    channel = amqp.channel(7)
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=5)
    channel.queue_declare("q")
    for _ in range(2):
        channel.basic_publish("", "q", b"x")
    channel.basic_get("q")

    shown = only(api, path("vhosts", vhost, "channels"))

    assert shown["number"] == 7
    assert shown["name"] == f"{shown['connection_details']['name']} (7)"
    assert (shown["user"], shown["vhost"], shown["state"]) == ("guest", vhost, "running")
    assert (shown["confirm"], shown["transactional"]) == (True, False)
    assert (shown["prefetch_count"], shown["messages_unacknowledged"], shown["consumer_count"]) == (5, 1, 0)
    stats = shown["message_stats"]
    assert (stats["publish"], stats["confirm"], stats["get"], stats["deliver_get"]) == (2, 2, 1, 1)
    single = api.get(path("channels", shown["name"])).json()
    assert (single["consumer_details"], single["deliveries"]) == ([], [])
    assert single["publishes"] == [{"stats": {"publish": 2}, "exchange": {"name": "", "vhost": vhost}}]
    [incoming] = api.get(path("exchanges", vhost, "amq.default")).json()["incoming"]
    assert incoming["stats"] == {"publish": 2}
    assert incoming["channel_details"]["name"] == shown["name"]
    assert incoming["channel_details"]["connection_name"] == shown["connection_details"]["name"]
    of_connection = api.get(path("connections", shown["connection_details"]["name"], "channels")).json()
    assert [each["name"] for each in of_connection] == [shown["name"]]


def test_a_consumer_is_shown_from_everywhere(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    channel = amqp.channel()
    channel.queue_declare("q")
    channel.basic_consume("q", lambda *_: None, consumer_tag="reader", auto_ack=True, exclusive=True)

    shown = only(api, path("consumers", vhost))

    assert (shown["consumer_tag"], shown["queue"]) == ("reader", {"name": "q", "vhost": vhost})
    assert (shown["ack_required"], shown["exclusive"], shown["prefetch_count"]) == (False, True, 0)
    assert shown in api.get("/consumers").json()
    assert api.get(path("channels", shown["channel_details"]["name"])).json()["consumer_details"] == [shown]
    assert api.get(path("queues", vhost, "q")).json()["exclusive_consumer_tag"] == "reader"


def test_a_closed_connection_hears_the_reason(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    where = path("connections", only(api, path("vhosts", vhost, "connections"))["name"])

    assert api.delete(where, headers={"x-reason": "maintenance"}).status_code == 204

    with pytest.raises(ConnectionClosedByBroker, match="CONNECTION_FORCED - maintenance"):
        amqp.process_data_events(time_limit=PATIENCE_SECONDS)
    assert api.get(where).status_code == 404
    assert api.delete(where).status_code == 404
    assert api.get(path("vhosts", vhost, "connections")).json() == []


def test_without_a_reason_the_client_hears_rabbitmqs(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    api.delete(path("connections", only(api, path("vhosts", vhost, "connections"))["name"]))

    with pytest.raises(ConnectionClosedByBroker, match="Closed via management plugin"):
        amqp.process_data_events(time_limit=PATIENCE_SECONDS)


def test_people_see_and_close_their_own_connections(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, amqp: BlockingConnection, login: Login
) -> None:
    person = login("management", vhost)
    name = person.get("/whoami").json()["name"]
    of_guest = only(api, path("vhosts", vhost, "connections"))["name"]
    amqp.channel()
    own = embedded_broker.connect(vhost, name, "secret")
    own.channel()

    assert {each["user"] for each in person.get("/connections").json()} == {name}
    assert {each["user"] for each in person.get("/channels").json()} == {name}
    assert [each["user"] for each in person.get(path("vhosts", vhost, "connections")).json()] == [name]
    for reply in (
        person.get(path("connections", of_guest)),
        person.delete(path("connections", of_guest)),
        person.get(path("connections", of_guest, "channels")),
        person.get(path("channels", f"{of_guest} (1)")),
        person.get(path("connections", "username", "guest")),
        person.delete(path("connections", "username", "guest")),
    ):
        assert (reply.status_code, reply.json()["reason"]) == (401, "User not authorised to access object")

    assert person.delete(path("connections", "username", name)).status_code == 204
    with pytest.raises(ConnectionClosedByBroker):
        own.process_data_events(time_limit=PATIENCE_SECONDS)


def test_monitors_see_everybody_but_close_nobody(
    api: httpx.Client, vhost: str, amqp: BlockingConnection, login: Login
) -> None:
    monitor = login("monitoring", vhost)
    name = only(monitor, path("vhosts", vhost, "connections"))["name"]

    assert monitor.get(path("connections", name)).status_code == 200
    assert monitor.delete(path("connections", name)).status_code == 401


def test_connections_of_a_user_are_listed_in_short(api: httpx.Client, vhost: str, amqp: BlockingConnection) -> None:
    found = api.get(path("connections", "username", "guest")).json()

    mine = [each for each in found if each["vhost"] == vhost]
    assert [set(each) for each in mine] == [{"name", "vhost", "user", "node"}]
    assert api.get(path("connections", "username", "nobody")).json() == []


def test_unknown_names_are_404(api: httpx.Client) -> None:
    for where in ("/connections/nope", "/connections/nope/channels", "/channels/nope"):
        assert api.get(where).status_code == 404
