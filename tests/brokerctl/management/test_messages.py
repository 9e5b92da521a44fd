"""Taking messages over HTTP, and what taking and publishing have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pika
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.letters import lengths, take
from tests.brokerctl.management.test_queues import publish
from tests.support.embedded import EmbeddedBroker


def test_requeued_messages_keep_their_order_and_are_marked(api: httpx.Client, vhost: str, queue: str) -> None:
    for number in range(3):
        publish(api, vhost, "q", str(number))

    first, second = take(api, queue, 2), take(api, queue, 9)

    assert [message["payload"] for message in first] == ["0", "1"]
    assert [message["message_count"] for message in first] == [2, 1]
    assert [(message["payload"], message["redelivered"]) for message in second] == [
        ("0", True),
        ("1", True),
        ("2", False),
    ]
    assert lengths(api, queue) == (3, 0)


def test_requeued_messages_go_to_a_waiting_consumer(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    publish(api, vhost, "q", "hello")
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume("q", lambda *_: None)
        publish(api, vhost, "q", "later")

        assert [message["payload"] for message in take(api, queue)] == ["later"]

        assert lengths(api, queue) == (1, 1)


def test_acked_messages_are_gone(api: httpx.Client, vhost: str, queue: str) -> None:
    for number in range(3):
        publish(api, vhost, "q", str(number), delivery_mode=2)

    taken = take(api, queue, 2, ackmode="ack_requeue_false")

    assert [message["payload"] for message in taken] == ["0", "1"]
    assert [message["payload"] for message in take(api, queue)] == ["2"]


def test_rejected_messages_go_back_or_to_the_dead_letters(api: httpx.Client, vhost: str) -> None:
    queue, dead = path("queues", vhost, "q"), path("queues", vhost, "dead")
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    api.put(queue, json={"arguments": arguments})
    api.put(dead, json={})
    publish(api, vhost, "q", "one")
    publish(api, vhost, "q", "two")

    take(api, queue, 2, ackmode="reject_requeue_true")
    assert (lengths(api, queue), lengths(api, dead)) == ((2, 0), (0, 0))
    take(api, queue, 1, ackmode="reject_requeue_false")

    assert (lengths(api, queue), lengths(api, dead)) == ((1, 0), (1, 0))
    (message,) = take(api, dead)
    assert message["payload"] == "one"
    (death,) = message["properties"]["headers"]["x-death"]
    assert (death["queue"], death["reason"], death["count"]) == ("q", "rejected", 1)
    assert isinstance(death["time"], int)


def test_rejecting_without_dead_letters_drops(api: httpx.Client, vhost: str, queue: str) -> None:
    publish(api, vhost, "q", delivery_mode=2)

    assert len(take(api, queue, ackmode="reject_requeue_false")) == 1

    assert lengths(api, queue) == (0, 0)


def test_an_empty_queue_gives_an_empty_list(api: httpx.Client, queue: str) -> None:
    assert take(api, queue) == []
    assert take(api, queue, 0) == []


@pytest.mark.parametrize(
    ("body", "asked", "payload", "encoding"),
    [
        (b"text", {}, "text", "string"),
        (b"text", {"encoding": "base64"}, "dGV4dA==", "base64"),
        (b"\xff\x00", {}, "/wA=", "base64"),
        (b"123456", {"truncate": 3}, "123", "string"),
        ("aü".encode(), {"truncate": 2}, "YcM=", "base64"),
        (b"123456", {"truncate": 0}, "", "string"),
        (b"", {}, "", "string"),
    ],
)
def test_payload_is_text_when_it_can_be(
    embedded_broker: EmbeddedBroker,
    api: httpx.Client,
    vhost: str,
    queue: str,
    body: bytes,
    asked: dict[str, object],
    payload: str,
    encoding: str,
) -> None:
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "q", body)

    (message,) = take(api, queue, **asked)

    assert (message["payload"], message["payload_encoding"]) == (payload, encoding)
    assert message["payload_bytes"] == len(body)


def test_values_that_json_lacks_are_shown_as_near_as_it_can(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        headers = {"bytes": b"\xff", "void": None, "decimal": Decimal("1.5"), "time": datetime.fromtimestamp(9, UTC)}
        channel.basic_publish("", "q", b"", pika.BasicProperties(headers=headers))

    (message,) = take(api, queue)

    assert message["properties"]["headers"] == {"bytes": "�", "void": None, "decimal": 1.5, "time": 9}


def test_a_hundred_messages_survive_a_look(api: httpx.Client, vhost: str, queue: str) -> None:
    for number in range(120):
        publish(api, vhost, "q", str(number), delivery_mode=2)

    assert [message["payload"] for message in take(api, queue, "1000")] == [str(number) for number in range(120)]

    assert lengths(api, queue) == (120, 0)


def test_a_quorum_queue_counts_every_look(api: httpx.Client, vhost: str) -> None:
    queue = path("queues", vhost, "q")
    api.put(queue, json={"durable": True, "arguments": {"x-queue-type": "quorum", "x-delivery-limit": 2}})
    publish(api, vhost, "q")

    looks = [take(api, queue) for _ in range(4)]

    assert [len(look) for look in looks] == [1, 1, 1, 0]
    assert [look[0]["properties"].get("headers") for look in looks[:3]] == [
        None,
        {"x-delivery-count": 1},
        {"x-delivery-count": 2},
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"count": None}, ["not_integer", "count"]),
        ({"count": "x"}, ["not_integer", "x"]),
        ({"count": -1}, "count must be 0 or more"),
        ({"ackmode": "wat"}, "Unsupported ackmode."),
        ({"encoding": "wat"}, "Unsupported encoding. Please use auto or base64."),
        ({"truncate": -1}, "truncate must be 0 or more"),
        ({"truncate": "x"}, ["not_integer", "x"]),
    ],
)
def test_a_get_that_makes_no_sense_takes_nothing(
    api: httpx.Client, vhost: str, queue: str, change: dict[str, object], reason: str | list[object]
) -> None:
    publish(api, vhost, "q")
    body = {"count": 1, "ackmode": "ack_requeue_false", "encoding": "auto", **change}

    reply = api.post(queue + "/get", json=body)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
    found = reply.json()["reason"]
    assert found == reason if isinstance(reason, list) else found.startswith(reason)
    assert lengths(api, queue) == (1, 0)


def test_an_exclusive_queue_is_locked(embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str) -> None:
    with embedded_broker.connect(vhost) as connection:
        connection.channel().queue_declare("mine", exclusive=True)
        body = {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}

        reply = api.post(path("queues", vhost, "mine", "get"), json=body)

    assert reply.status_code == 400
    assert reply.json()["reason"].startswith("405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue")


def test_missing_keys_of_get_and_publish_are_named(api: httpx.Client, vhost: str, queue: str) -> None:
    assert (
        api.post(queue + "/get", json={"count": 1}).json()["reason"] == "[{key_missing,ackmode},{key_missing,encoding}]"
    )
    assert (
        api.post(path("exchanges", vhost, "amq.default", "publish"), json={"routing_key": "q"}).json()["reason"]
        == "[{key_missing,properties},{key_missing,payload},{key_missing,payload_encoding}]"
    )


def test_unknown_ends_are_404(api: httpx.Client, vhost: str) -> None:
    message = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": {}}
    get = {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}
    for where, body, reason in [
        (path("exchanges", vhost, "nope", "publish"), message, "exchange_not_found"),
        (path("exchanges", "nope", "x", "publish"), message, "vhost_not_found"),
        (path("queues", vhost, "nope", "get"), get, "queue_not_found"),
        (path("queues", "nope", "q", "get"), get, "vhost_not_found"),
    ]:
        reply = api.post(where, json=body)
        assert (reply.status_code, reply.json()) == (404, {"error": "not_found", "reason": reason})


def test_patterns_of_the_user_decide(api: httpx.Client, vhost: str, queue: str, login: Login) -> None:
    person = login("management", vhost, write="^mine", read="^mine")
    message = {"routing_key": "q", "payload": "x", "payload_encoding": "string", "properties": {}}
    get = {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"}

    for reply in (
        person.post(path("exchanges", vhost, "amq.default", "publish"), json=message),
        person.post(queue + "/get", json=get),
    ):
        assert (reply.status_code, reply.json()["error"]) == (401, "not_authorised")
        assert reply.json()["reason"].startswith("ACCESS_REFUSED - ")


def test_counters_tell_what_happened(api: httpx.Client, vhost: str, queue: str) -> None:
    publish(api, vhost, "q")
    take(api, queue, 1)
    take(api, queue, 1, ackmode="ack_requeue_false")
    take(api, queue, 1)

    stats = api.get(queue).json()["message_stats"]
    total = api.get(path("vhosts", vhost)).json()["message_stats"]

    counted = {"publish": 1, "get": 1, "get_no_ack": 1, "get_empty": 1, "redeliver": 1, "deliver_get": 2, "ack": 0}
    assert {name: stats[name] for name in counted} == counted
    assert {name: total[name] for name in counted} == counted
    assert total["confirm"] == 1
