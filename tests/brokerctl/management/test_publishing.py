"""Publishing messages over HTTP."""

from __future__ import annotations

import base64

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.letters import lengths, take
from tests.brokerctl.management.test_queues import publish
from tests.support.embedded import EmbeddedBroker

PROPERTIES = {
    "content_type": "text/plain",
    "content_encoding": "utf-8",
    "headers": {"text": "größe", "number": 2**40, "nested": {"list": [1, 2.5, True, "x"]}, "small": -1},
    "delivery_mode": 2,
    "priority": 3,
    "correlation_id": "c",
    "reply_to": "r",
    "expiration": "600000",
    "message_id": "m",
    "timestamp": 1_700_000_000,
    "type": "t",
    "user_id": "guest",
    "app_id": "a",
}


def test_published_message_comes_back_whole(api: httpx.Client, vhost: str, queue: str) -> None:
    publish(api, vhost, "q", "grüß dich", **PROPERTIES)

    (message,) = take(api, queue)

    assert message == {
        "payload_bytes": 11,
        "redelivered": False,
        "exchange": "",
        "routing_key": "q",
        "message_count": 0,
        "properties": PROPERTIES,
        "payload": "grüß dich",
        "payload_encoding": "string",
    }


def test_amqp_client_reads_what_was_published_over_http(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    # No fraction among the headers: pika reads a double as a whole number.
    sent = {**PROPERTIES, "headers": {"text": "größe", "number": 2**40, "nested": {"list": [1, True, "x"]}}}
    publish(api, vhost, "q", "hello", **sent)

    with embedded_broker.connect(vhost) as connection:
        method, properties, body = connection.channel().basic_get("q", auto_ack=True)

    assert method is not None
    assert (method.routing_key, body) == ("q", b"hello")
    assert {name: getattr(properties, name) for name in sent} == sent


def test_payload_may_come_as_base64(api: httpx.Client, vhost: str, queue: str) -> None:
    raw = bytes(range(256)) * 400
    body = {
        "routing_key": "q",
        "payload": base64.b64encode(raw).decode(),
        "payload_encoding": "base64",
        "properties": {},
    }
    assert api.post(path("exchanges", vhost, "amq.default", "publish"), json=body).json() == {"routed": True}

    (message,) = take(api, queue)

    assert base64.b64decode(message["payload"]) == raw


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"payload": 7}, 400, "payload_not_string"),
        ({"payload_encoding": "x"}, 400, ["unsupported_encoding", "x"]),
        ({"payload": "!!", "payload_encoding": "base64"}, 400, ["not_base64", "!!"]),
        ({"routing_key": 7}, 400, ["not_string", "routing_key"]),
        ({"routing_key": "k" * 256}, 400, "routing_key takes at most 255 bytes, not 256"),
        ({"properties": "x"}, 400, "properties must be an object"),
        ({"properties": {"priority": "a"}}, 400, ["not_int", "priority"]),
        ({"properties": {"priority": 300}}, 400, "priority takes 0 to 255"),
        ({"properties": {"delivery_mode": True}}, 400, ["not_int", "delivery_mode"]),
        ({"properties": {"timestamp": -1}}, 400, f"timestamp takes 0 to {2**64 - 1}"),
        ({"properties": {"type": 7}}, 400, ["not_string", "type"]),
        ({"properties": {"type": "x" * 256}}, 400, "type takes at most 255 bytes, not 256"),
        ({"properties": {"headers": 7}}, 400, "headers must be an object"),
        ({"properties": {"headers": {"a": None}}}, 400, "null_not_allowed"),
        (
            {"properties": {"headers": {"a": "x" * 140_000}}},
            400,
            "properties and headers take 140025 bytes; 131064 fit one frame",
        ),
        (
            {"properties": {"expiration": "soon"}},
            400,
            "406 PRECONDITION_FAILED - invalid expiration 'soon': expected milliseconds in decimal",
        ),
        (
            {"properties": {"user_id": "x"}},
            400,
            "406 PRECONDITION_FAILED - user_id property set to 'x' but authenticated user was 'guest'",
        ),
    ],
)
def test_a_publish_that_makes_no_sense_says_why(
    api: httpx.Client, vhost: str, queue: str, change: dict[str, object], status: int, reason: object
) -> None:
    body = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": {}, **change}

    reply = api.post(path("exchanges", vhost, "amq.default", "publish"), json=body)

    assert (reply.status_code, reply.json()["reason"]) == (status, reason)
    assert lengths(api, queue) == (0, 0)


def test_unknown_properties_are_ignored_and_an_empty_list_is_none(api: httpx.Client, vhost: str, queue: str) -> None:
    publish(api, vhost, "q", unknown=7)
    body = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": []}
    assert api.post(path("exchanges", vhost, "amq.default", "publish"), json=body).json() == {"routed": True}

    assert [message["properties"] for message in take(api, queue)] == [{}, {}]


def test_a_message_nobody_wants_is_not_routed(api: httpx.Client, vhost: str) -> None:
    body = {"routing_key": "nobody", "payload": "x", "payload_encoding": "string", "properties": {"delivery_mode": 2}}

    reply = api.post(path("exchanges", vhost, "amq.default", "publish"), json=body)

    assert (reply.status_code, reply.json()) == (200, {"routed": False})


def test_a_full_queue_that_refuses_is_told(api: httpx.Client, vhost: str) -> None:
    arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
    api.put(path("queues", vhost, "q"), json={"durable": True, "arguments": arguments})
    publish(api, vhost, "q", delivery_mode=2)
    body = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": {"delivery_mode": 2}}

    reply = api.post(path("exchanges", vhost, "amq.default", "publish"), json=body)

    assert reply.status_code == 400
    assert reply.json()["reason"] == "rejected Unable to publish message. Check queue limits."
    assert lengths(api, path("queues", vhost, "q")) == (1, 0)


def test_an_internal_exchange_takes_no_messages(api: httpx.Client, vhost: str) -> None:
    api.put(path("exchanges", vhost, "x"), json={"internal": True})
    body = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": {}}

    reply = api.post(path("exchanges", vhost, "x", "publish"), json=body)

    assert reply.status_code == 401
    assert reply.json()["reason"] == f"ACCESS_REFUSED - cannot publish to internal exchange 'x' in vhost '{vhost}'"


def test_an_impersonator_may_sign_for_others(api: httpx.Client, vhost: str, queue: str, login: Login) -> None:
    publish(login("management,impersonator", vhost), vhost, "q", user_id="somebody")

    (message,) = take(api, queue)

    assert message["properties"]["user_id"] == "somebody"
