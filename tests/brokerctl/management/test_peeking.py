"""True peek: everything is seen, nothing is changed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from brokerctl.clients.base import Message
from brokerctl.names import path
from brokerctl.operations.fingerprint import content_hash
from tests.brokerctl.management.conftest import Login, client
from tests.brokerctl.management.letters import lengths, take
from tests.brokerctl.management.test_queues import publish
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker


def peek(api: httpx.Client, queue: str, **body: object) -> dict[str, Any]:
    found: dict[str, Any] = api.post(queue + "/peek", json=body).raise_for_status().json()
    return found


def without_time(shown: dict[str, Any]) -> dict[str, Any]:
    """A queue but for what changes when nothing happens to it: rates, and for how long something is so."""
    return {
        key: without_time(value) if isinstance(value, dict) else value
        for key, value in shown.items()
        if not key.endswith(("_details", "_seconds")) and key != "idle_since"
    }


def payloads(found: dict[str, Any]) -> list[str]:
    return [message["payload"] for message in found["messages"]]


def test_a_peek_changes_nothing(api: httpx.Client, vhost: str, queue: str) -> None:
    for number in range(3):
        publish(api, vhost, "q", str(number))
    before = without_time(api.get(queue).json())

    first, second = peek(api, queue, count=2), peek(api, queue)

    assert (payloads(first), payloads(second)) == (["0", "1"], ["0", "1", "2"])
    assert without_time(api.get(queue).json()) == before
    assert [message["redelivered"] for message in take(api, queue)] == [False, False, False]


def test_pages_follow_each_other_and_an_offset_skips(api: httpx.Client, vhost: str, queue: str) -> None:
    for number in range(5):
        publish(api, vhost, "q", str(number))

    first = peek(api, queue, count=2)
    second = peek(api, queue, count=2, after=first["next"])
    last = peek(api, queue, count=2, after=second["next"])

    assert [payloads(page) for page in (first, second, last)] == [["0", "1"], ["2", "3"], ["4"]]
    assert last["next"] is None
    assert payloads(peek(api, queue, offset=3)) == ["3", "4"]
    assert payloads(peek(api, queue, offset=9)) == []
    assert (first["messages_ready"], first["examined"]) == (5, 2)


def test_a_message_is_told_to_the_byte(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    body = "größe".encode() * 100
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(content_type="text/plain", headers={"tenant": "é", "n": 1})
        channel.basic_publish("amq.direct", "nowhere", b"")
        channel.basic_publish("", "q", body, properties)
        (shown,) = peek(api, queue, truncate=3, hash=True)["messages"]

    taken = Message("", "q", False, base64.b64decode(shown["header"]), body, {}, {})

    assert (shown["payload"], shown["payload_encoding"]) == ("Z3LD", "base64")
    assert shown["payload_bytes"] == len(body)
    assert shown["properties"] == {"content_type": "text/plain", "headers": {"tenant": "é", "n": 1}}
    assert base64.b64decode(shown["header"]) == b"".join(properties.encode())
    assert shown["hash"] == content_hash(taken)
    assert isinstance(shown["age_seconds"], int)


BODIES = ['{"payment":{"status":"timeout","tries":3}}', '{"payment":{"status":"ok"},"items":[{"sku":"a.b"}]}', "plain"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"field": "body", "contains": "timeout"}, [0]),
        ({"field": "body", "equals": "plain"}, [2]),
        ({"field": "body", "matches": "^pl..n$"}, [2]),
        ({"field": "body.payment.status", "equals": "ok"}, [1]),
        ({"field": "body.payment.tries", "equals": 3}, [0]),
        ({"field": "body.payment.tries", "equals": True}, []),
        ({"field": "body.payment.tries", "equals": "3"}, []),
        ({"field": "body.payment", "contains": '"ok"'}, [1]),
        ({"field": "body.items.0.sku", "matches": r"^a\.b$"}, [1]),
        ({"field": "body.items.1.sku", "exists": False}, [0, 1, 2]),
        ({"field": "routing_key", "equals": "q"}, [0, 1, 2]),
        ({"field": "exchange", "equals": ""}, [0, 1, 2]),
        ({"field": "headers.x.y", "equals": 1}, [1]),
        ({"field": "headers.x", "exists": True}, [2]),
        ({"field": "properties.message_id", "matches": "[12]"}, [1, 2]),
    ],
)
def test_conditions(api: httpx.Client, vhost: str, queue: str, condition: dict[str, object], found: list[int]) -> None:
    headers: list[dict[str, object]] = [{}, {"x.y": 1}, {"x": {"y": 2}}]
    for number, body in enumerate(BODIES):
        publish(api, vhost, "q", body, message_id=str(number), headers=headers[number])

    assert payloads(peek(api, queue, filter=[condition])) == [BODIES[number] for number in found]


def test_all_conditions_must_hold_and_what_cannot_be_searched_is_counted(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "q", b" " * 1_100_000 + b"{}")
        channel.basic_publish("", "q", b"a" * 40_000 + b"c")
    publish(api, vhost, "q", '{"a":1}')
    by_member = [{"field": "routing_key", "equals": "q"}, {"field": "body.a", "equals": 1}]

    assert payloads(peek(api, queue, filter=by_member)) == ['{"a":1}']
    assert peek(api, queue, filter=by_member)["not_searched"] == 1
    endless = peek(api, queue, filter=[{"field": "body", "matches": "(a|aa)+$"}])
    assert (endless["messages"], endless["not_searched"]) == ([], 2)


@pytest.mark.parametrize(
    "body",
    [
        {"count": 1001},
        {"count": -1},
        {"after": "x"},
        {"after": 7},
        {"encoding": "hex"},
        {"filter": {}},
        {"filter": [{"field": "body"}]},
        {"filter": [{"field": "body", "equals": 1, "contains": "x"}]},
        {"filter": [{"field": "colour", "equals": 1}]},
        {"filter": [{"field": "headers.", "equals": 1}]},
        {"filter": [{"field": "body." + "0." * 512, "exists": True}]},
        {"filter": [{"field": "body", "matches": "("}]},
        {"filter": [{"field": "body", "contains": 1}]},
        {"filter": [{"field": "body", "exists": "yes"}]},
    ],
)
def test_what_cannot_be_asked_is_told(api: httpx.Client, queue: str, body: dict[str, object]) -> None:
    reply = api.post(queue + "/peek", json=body)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")


def test_a_queue_that_is_not_there_is_named(api: httpx.Client, vhost: str) -> None:
    reply = api.post(path("queues", vhost, "none", "peek"), json={})

    assert (reply.status_code, reply.json()["reason"]) == (404, f"NOT_FOUND - no queue 'none' in vhost '{vhost}'")


def test_peeking_needs_the_right_to_read(login: Login, vhost: str, queue: str) -> None:
    writer = login("management", vhost, read="^other")

    refused = writer.post(queue + "/peek", json={})

    assert (refused.status_code, refused.json()["error"]) == (401, "not_authorised")


def test_a_queue_on_disk_is_paged_through_without_loading_it(home: Path) -> None:
    where = path("queues", "/", "q")
    with (
        embedded.running(home, POSTROOM_QUEUE_MEMORY_BYTES="65536") as broker,
        client(broker, "guest", "guest") as api,
        broker.connect() as connection,
    ):
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("q", durable=True, arguments={"x-max-priority": 3})
        for number in range(600):
            channel.basic_publish("", "q", b"%d" % number, pika.BasicProperties(delivery_mode=2, priority=number % 2))
        expected = [str(number) for number in (*range(1, 600, 2), *range(0, 600, 2))]
        before = api.get(where).json()

        seen, after = [], None
        while True:
            page = peek(api, where, count=130, after=after)
            seen += payloads(page)
            after = page["next"]
            if after is None:
                break

        assert before["messages_paged_out"] > 400
        assert seen == expected
        assert payloads(peek(api, where, offset=450, count=3)) == expected[450:453]
        assert payloads(peek(api, where, filter=[{"field": "body", "equals": "401"}])) == ["401"]
        assert api.get(where).json()["messages_paged_out"] == before["messages_paged_out"]
        assert lengths(api, where) == (600, 0)
