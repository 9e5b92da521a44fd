"""Bindings over the API: bind, find, unbind, from every side."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login


@pytest.fixture
def pair(api: httpx.Client, vhost: str) -> str:
    """The path between exchange `x` and queue `q`."""
    api.put(path("exchanges", vhost, "x"), json={"type": "topic"}).raise_for_status()
    api.put(path("queues", vhost, "q"), json={}).raise_for_status()
    return path("bindings", vhost, "e", "x", "q", "q")


def bound(vhost: str, **more: object) -> dict[str, object]:
    return {
        "source": "x",
        "vhost": vhost,
        "destination": "q",
        "destination_type": "queue",
        "routing_key": "",
        "arguments": {},
        "properties_key": "~",
        **more,
    }


@pytest.mark.parametrize(
    ("key", "properties_key"), [("", "~"), ("order.new", "order.new"), ("a b+c~/ü", "a+b%2Bc%7E%2F%C3%BC")]
)
def test_new_binding_says_where_it_is(api: httpx.Client, pair: str, vhost: str, key: str, properties_key: str) -> None:
    reply = api.post(pair, json={"routing_key": key, "arguments": {}})
    assert (reply.status_code, reply.headers["location"]) == (201, "q/" + quote(properties_key, safe=""))

    found = api.get(pair + "/" + quote(properties_key, safe=""))

    assert found.json() == bound(vhost, routing_key=key, properties_key=properties_key)


def test_bindings_with_arguments_are_told_apart(api: httpx.Client, pair: str) -> None:
    keys = {
        api.post(pair, json={"routing_key": "k", "arguments": arguments}).headers["location"]
        for arguments in ({}, {"a": 1}, {"a": 2}, {"a": "1"})
    }

    assert len(keys) == 4
    assert all(api.get(pair.rpartition("/")[0] + "/" + key).status_code == 200 for key in keys)
    assert len(api.get(pair).json()) == 4


def test_binding_twice_is_one_binding(api: httpx.Client, pair: str) -> None:
    assert api.post(pair, json={"routing_key": "k"}).status_code == 201
    assert api.post(pair, json={"routing_key": "k"}).status_code == 201

    assert len(api.get(pair).json()) == 1


def test_a_binding_is_seen_from_the_vhost_and_from_both_ends(api: httpx.Client, pair: str, vhost: str) -> None:
    api.post(pair, json={"routing_key": "k"})
    mine = bound(vhost, routing_key="k", properties_key="k")
    implied = bound(vhost, source="", routing_key="q", properties_key="q")

    assert api.get(path("bindings", vhost)).json() == [implied, mine]
    assert api.get(path("queues", vhost, "q", "bindings")).json() == [implied, mine]
    assert api.get(path("exchanges", vhost, "x", "bindings", "source")).json() == [mine]
    assert api.get(path("exchanges", vhost, "x", "bindings", "destination")).json() == []
    assert api.get(path("exchanges", vhost, "amq.default", "bindings", "source")).json() == [implied]
    assert mine in api.get("/bindings").json()


def test_exchanges_are_bound_to_exchanges(api: httpx.Client, pair: str, vhost: str) -> None:
    between = path("bindings", vhost, "e", "x", "e", "amq.fanout")
    assert api.post(between, json={"routing_key": "#"}).headers["location"] == "amq.fanout/%2523"

    (found,) = api.get(path("exchanges", vhost, "amq.fanout", "bindings", "destination")).json()

    assert (found["source"], found["destination"], found["destination_type"]) == ("x", "amq.fanout", "exchange")
    assert api.delete(between + "/%2523").status_code == 204
    assert api.get(between).json() == []


def test_unbound_binding_routes_no_more(api: httpx.Client, pair: str, vhost: str) -> None:
    api.post(pair, json={"routing_key": "k"})
    message = {"routing_key": "k", "payload": "", "payload_encoding": "string", "properties": {}}
    publish = path("exchanges", vhost, "x", "publish")
    assert api.post(publish, json=message).json() == {"routed": True}

    assert api.delete(pair + "/k").status_code == 204

    assert api.post(publish, json=message).json() == {"routed": False}
    assert api.delete(pair + "/k").status_code == 404
    assert api.get(pair + "/k").status_code == 404


def test_the_default_exchange_cannot_be_bound_or_unbound(api: httpx.Client, pair: str, vhost: str) -> None:
    default = path("bindings", vhost, "e", "amq.default", "q", "q")

    for reply in (api.post(default, json={"routing_key": "z"}), api.delete(default + "/q")):
        assert (reply.status_code, reply.json()["reason"]) == (401, "Access refused.")


@pytest.mark.parametrize(
    ("source", "destination", "body", "status", "reason"),
    [
        ("nope", "q", {}, 404, "no exchange 'nope' in vhost '{}'"),
        ("x", "nope", {}, 404, "no queue 'nope' in vhost '{}'"),
        ("x", "q", {"routing_key": 7}, 400, ["not_string", "routing_key"]),
        ("x", "q", {"routing_key": "k" * 256}, 400, "routing_key takes at most 255 bytes, not 256"),
        ("x", "q", {"arguments": {"a": None}}, 400, "null_not_allowed"),
        ("x", "q", {"arguments": {"a": "x" * 6000}}, 400, "Payload size limit exceeded"),
    ],
)
def test_bad_binding_says_what_is_wrong(
    api: httpx.Client, pair: str, vhost: str, source: str, destination: str, body: object, status: int, reason: object
) -> None:
    reply = api.post(path("bindings", vhost, "e", source, "q", destination), json=body)

    assert reply.status_code == status
    assert reply.json()["reason"] == (reason.format(vhost) if isinstance(reason, str) else reason)


def test_a_binding_leads_to_a_queue_or_an_exchange(api: httpx.Client, pair: str) -> None:
    assert api.get(pair.replace("/q/q", "/z/q")).status_code == 404


def test_binding_takes_write_on_the_queue_and_read_on_the_exchange(
    api: httpx.Client, pair: str, vhost: str, login: Login
) -> None:
    for rights in ({"write": "^q$", "read": ""}, {"write": "", "read": "^x$"}):
        assert login("management", vhost, configure=".*", **rights).post(pair, json={}).status_code == 401

    assert login("management", vhost, configure="", write="^q$", read="^x$").post(pair, json={}).status_code == 201


def test_binding_is_found_by_its_key_as_listed_and_as_encoded(api: httpx.Client, vhost: str, queue: str) -> None:
    pair = path("bindings", vhost, "e", "amq.topic", "q", "q")
    for key in ("a/b c%", "~", "x~y"):
        api.post(pair, json={"routing_key": key, "arguments": {"n": 1}}).raise_for_status()
        (listed,) = api.get(pair).json()
        plain = listed["properties_key"]

        assert api.get(f"{pair}/{plain}").json() == listed
        assert api.get(pair + path(plain)).json() == listed
        assert api.get(f"{pair}/{plain[:-4]}AAAA").status_code == 404
        assert api.delete(f"{pair}/{plain}").status_code == 204
