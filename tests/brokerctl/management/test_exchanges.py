"""Exchanges over the API: declare, show, list, delete."""

from __future__ import annotations

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.test_queues import publish


def test_every_vhost_starts_with_the_predeclared_exchanges(api: httpx.Client, vhost: str) -> None:
    found = api.get(path("exchanges", vhost)).json()

    assert {exchange["name"]: exchange["type"] for exchange in found} == {
        "": "direct",
        "amq.direct": "direct",
        "amq.fanout": "fanout",
        "amq.headers": "headers",
        "amq.match": "headers",
        "amq.topic": "topic",
    }
    assert all(exchange["durable"] for exchange in found)


def test_declared_exchange_is_shown(api: httpx.Client, vhost: str) -> None:
    body = {"type": "topic", "durable": True, "internal": True, "arguments": {"alternate-exchange": "amq.fanout"}}
    assert api.put(path("exchanges", vhost, "events"), json=body).status_code == 201

    exchange = api.get(path("exchanges", vhost, "events")).json()

    assert exchange == {
        "name": "events",
        "vhost": vhost,
        **body,
        "auto_delete": False,
        "user_who_performed_action": "guest",
        "incoming": [],
        "outgoing": [],
    }


def test_the_default_exchange_has_a_name_in_paths(api: httpx.Client, vhost: str) -> None:
    assert api.get(path("exchanges", vhost, "amq.default")).json()["name"] == ""


def test_type_is_direct_unless_said_otherwise(api: httpx.Client, vhost: str) -> None:
    api.put(path("exchanges", vhost, "x"), json={})

    exchange = api.get(path("exchanges", vhost, "x")).json()

    assert (exchange["type"], exchange["durable"]) == ("direct", False)


def test_same_declaration_changes_nothing_and_another_is_refused(api: httpx.Client, vhost: str) -> None:
    where = path("exchanges", vhost, "x")
    api.put(where, json={"type": "topic"})

    assert api.put(where, json={"type": "topic"}).status_code == 204
    refused = api.put(where, json={"type": "fanout"})

    assert refused.status_code == 400
    assert "inequivalent arg 'type'" in refused.json()["reason"]


@pytest.mark.parametrize(
    ("name", "body", "status", "reason"),
    [
        ("x", {"type": "wat"}, 400, "unknown exchange type 'wat'"),
        ("x", {"type": 7}, 400, ["not_string", "type"]),
        ("x", {"internal": 1}, 400, ["not_boolean", 1]),
        ("amq.mine", {}, 401, "Access refused."),
        ("x" * 256, {}, 400, "an exchange name takes at most 255 bytes, not 256"),
    ],
)
def test_bad_declaration_says_what_is_wrong(
    api: httpx.Client, vhost: str, name: str, body: object, status: int, reason: object
) -> None:
    reply = api.put(path("exchanges", vhost, name), json=body)

    assert (reply.status_code, reply.json()["reason"]) == (status, reason)


def test_counters_follow_the_messages(api: httpx.Client, vhost: str) -> None:
    api.put(path("queues", vhost, "q"), json={})
    publish(api, vhost, "q")

    stats = api.get(path("exchanges", vhost, "amq.default")).json()["message_stats"]

    assert (stats["publish_in"], stats["publish_out"]) == (1, 1)
    assert set(stats) == {"publish_in", "publish_in_details", "publish_out", "publish_out_details"}


def test_delete_keeps_a_used_exchange_when_asked_to(api: httpx.Client, vhost: str) -> None:
    where = path("exchanges", vhost, "x")
    api.put(where, json={})
    api.put(path("queues", vhost, "q"), json={})
    api.post(path("bindings", vhost, "e", "x", "q", "q"), json={})
    refused = api.delete(where, params={"if-unused": "true"})
    assert (refused.status_code, refused.json()["reason"]) == (400, f"exchange 'x' in vhost '{vhost}' in use")

    assert api.delete(where).status_code == 204

    assert api.get(where).status_code == 404
    assert api.delete(where).status_code == 404


@pytest.mark.parametrize("name", ["amq.topic", "amq.default"])
def test_predeclared_exchanges_stay(api: httpx.Client, vhost: str, name: str) -> None:
    reply = api.delete(path("exchanges", vhost, name))

    assert (reply.status_code, reply.json()["reason"]) == (401, "Access refused.")


def test_patterns_of_the_user_decide(vhost: str, login: Login) -> None:
    person = login("management", vhost, configure="^mine", write="^mine", read="")

    assert person.put(path("exchanges", vhost, "mine"), json={}).status_code == 201
    assert person.put(path("exchanges", vhost, "yours"), json={}).status_code == 401
    # An alternate exchange takes messages from this one: read here, write there.
    body = {"arguments": {"alternate-exchange": "mine"}}
    assert person.put(path("exchanges", vhost, "mine.too"), json=body).status_code == 401


@pytest.mark.parametrize("said", ["true", "True", "TRUE"])
def test_exchange_in_use_is_kept_however_that_is_asked_for(
    api: httpx.Client, vhost: str, queue: str, said: str
) -> None:
    api.put(path("exchanges", vhost, "x"), json={"type": "fanout"}).raise_for_status()
    api.post(path("bindings", vhost, "e", "x", "q", "q"), json={}).raise_for_status()

    assert api.delete(path("exchanges", vhost, "x"), params={"if-unused": said}).status_code == 400
