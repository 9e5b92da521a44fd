"""Queues over the API: declare, show, list, purge, delete."""

from __future__ import annotations

import httpx
import pytest
from pika.exceptions import ChannelClosedByBroker

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS


def publish(api: httpx.Client, vhost: str, queue: str, payload: str = "hello", **properties: object) -> None:
    body = {"routing_key": queue, "payload": payload, "payload_encoding": "string", "properties": properties}
    reply = api.post(path("exchanges", vhost, "amq.default", "publish"), json=body)
    assert reply.json() == {"routed": True}


def test_declared_queue_is_shown_with_its_arguments(api: httpx.Client, vhost: str) -> None:
    arguments = {"x-max-length": 10, "x-dead-letter-exchange": "amq.fanout"}
    reply = api.put(path("queues", vhost, "orders"), json={"durable": True, "arguments": arguments})
    assert (reply.status_code, reply.content) == (201, b"")

    queue = api.get(path("queues", vhost, "orders")).json()

    assert queue["name"] == "orders"
    assert queue["vhost"] == vhost
    assert queue["durable"] is True
    assert queue["auto_delete"] is False
    assert queue["exclusive"] is False
    assert queue["arguments"] == arguments
    assert queue["type"] == "classic"
    assert queue["state"] == "running"
    assert queue["consumer_details"] == []
    assert "message_stats" not in queue


def test_same_declaration_changes_nothing_and_another_is_refused(api: httpx.Client, vhost: str) -> None:
    where = path("queues", vhost, "orders")
    api.put(where, json={"durable": True})

    assert api.put(where, json={"durable": "true"}).status_code == 204
    refused = api.put(where, json={"durable": False})

    assert refused.status_code == 400
    assert refused.json() == {
        "error": "bad_request",
        "reason": f"inequivalent arg 'durable' for queue 'orders' in vhost '{vhost}': "
        "received 'false' but current is 'true'",
    }


@pytest.mark.parametrize("name", ["größe", "a b", "a/b", "%2F", "näme?x=1#y", "~", "...", "q" * 255])
def test_any_name_goes_through_the_path(api: httpx.Client, vhost: str, name: str) -> None:
    assert api.put(path("queues", vhost, name), json={}).status_code == 201

    assert api.get(path("queues", vhost, name)).json()["name"] == name
    assert [queue["name"] for queue in api.get(path("queues", vhost)).json()] == [name]


@pytest.mark.parametrize(
    ("name", "body", "status", "reason"),
    [
        ("q" * 256, {}, 400, "a queue name takes at most 255 bytes, not 256"),
        ("amq.mine", {}, 401, "Access refused."),
        ("q", {"durable": "maybe"}, 400, ["not_boolean", "maybe"]),
        ("q", {"arguments": {"x": None}}, 400, "null_not_allowed"),
        ("q", {"arguments": "x"}, 400, "arguments must be an object"),
        (
            "q",
            {"arguments": {"x-message-ttl": "soon"}},
            400,
            "invalid arg 'x-message-ttl' for queue 'q' in vhost '{}': takes a whole number from 0 to 315360000000",
        ),
    ],
)
def test_bad_declaration_says_what_is_wrong(
    api: httpx.Client, vhost: str, name: str, body: object, status: int, reason: object
) -> None:
    reply = api.put(path("queues", vhost, name), json=body)

    assert reply.status_code == status
    assert reply.json()["reason"] == (reason.format(vhost) if isinstance(reason, str) else reason)
    assert api.get(path("queues", vhost)).json() == []


def test_unknown_queue_or_vhost_is_404(api: httpx.Client, vhost: str) -> None:
    absent = {"error": "Object Not Found", "reason": "Not Found"}
    for method, where in [
        ("GET", path("queues", vhost, "nope")),
        ("DELETE", path("queues", vhost, "nope")),
        ("DELETE", path("queues", vhost, "nope", "contents")),
        ("GET", path("queues", vhost, "nope", "bindings")),
        ("GET", path("queues", "no such vhost")),
    ]:
        reply = api.request(method, where)
        assert (reply.status_code, reply.json()) == (404, absent)

    reply = api.put(path("queues", "no such vhost", "q"), json={})
    assert (reply.status_code, reply.json()) == (404, {"error": "not_found", "reason": "vhost_not_found"})


def test_lengths_and_counters_follow_the_messages(api: httpx.Client, vhost: str) -> None:
    where = path("queues", vhost, "orders")
    api.put(where, json={})
    publish(api, vhost, "orders", "12345")
    publish(api, vhost, "orders", "123", timestamp=1_700_000_000)

    queue = api.get(where).json()

    assert (queue["messages"], queue["messages_ready"], queue["messages_unacknowledged"]) == (2, 2, 0)
    assert (queue["message_bytes"], queue["message_bytes_ready"]) == (8, 8)
    assert queue["message_stats"]["publish"] == 2
    assert queue["message_stats"]["deliver_get"] == 0
    assert set(queue["message_stats"]["publish_details"]) == {"rate"}
    assert queue["head_message_timestamp"] is None


def test_head_message_timestamp_is_told_in_seconds(api: httpx.Client, vhost: str) -> None:
    api.put(path("queues", vhost, "orders"), json={})
    publish(api, vhost, "orders", timestamp=1_700_000_000)

    assert api.get(path("queues", vhost, "orders")).json()["head_message_timestamp"] == 1_700_000_000


def test_consumers_of_a_queue_are_shown_with_their_channel(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    api.put(path("queues", vhost, "orders"), json={})
    for _ in range(3):
        publish(api, vhost, "orders")
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=2)
        channel.basic_consume("orders", lambda *_: None, consumer_tag="reader", arguments={"x-priority": 5})

        queue = api.get(path("queues", vhost, "orders")).json()

    assert (queue["messages_ready"], queue["messages_unacknowledged"], queue["consumers"]) == (1, 2, 1)
    (consumer,) = queue["consumer_details"]
    assert consumer["consumer_tag"] == "reader"
    assert consumer["queue"] == {"name": "orders", "vhost": vhost}
    assert consumer["ack_required"] is True
    assert consumer["prefetch_count"] == 2
    assert consumer["active"] is True
    assert consumer["activity_status"] == "up"
    assert consumer["arguments"] == {"x-priority": 5}
    assert consumer["channel_details"]["user"] == "guest"
    assert consumer["channel_details"]["peer_host"] == "127.0.0.1"
    assert consumer["channel_details"]["number"] == 1


def test_of_a_single_active_consumer_queue_the_others_wait(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    api.put(path("queues", vhost, "orders"), json={"arguments": {"x-single-active-consumer": True}})
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        for tag in ("first", "second"):
            channel.basic_consume("orders", lambda *_: None, consumer_tag=tag)

        queue = api.get(path("queues", vhost, "orders")).json()

    assert queue["single_active_consumer_tag"] == "first"
    assert {each["consumer_tag"]: each["activity_status"] for each in queue["consumer_details"]} == {
        "first": "single_active",
        "second": "waiting",
    }
    assert [each["active"] for each in queue["consumer_details"]] == [True, False]


def test_exclusive_queue_names_its_owner_and_refuses_others(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    where = path("queues", vhost, "mine")
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("mine", exclusive=True)

        queue = api.get(where).json()
        refused = [api.delete(where), api.delete(where + "/contents"), api.put(where, json={})]

    assert queue["exclusive"] is True
    assert queue["owner_pid_details"]["peer_host"] == "127.0.0.1"
    for reply in refused:
        assert reply.status_code == 400
        assert "cannot obtain exclusive access to locked queue 'mine'" in reply.json()["reason"]


def test_purge_drops_ready_messages_and_leaves_unacked_ones(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    api.put(path("queues", vhost, "orders"), json={})
    for _ in range(3):
        publish(api, vhost, "orders")
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        method, _, _ = channel.basic_get("orders")
        assert method is not None

        reply = api.delete(path("queues", vhost, "orders", "contents"))

        queue = api.get(path("queues", vhost, "orders")).json()
        assert (reply.status_code, reply.content) == (204, b"")
        assert (queue["messages_ready"], queue["messages_unacknowledged"]) == (0, 1)
        channel.basic_nack(method.delivery_tag or 0, requeue=True)


def test_delete_keeps_a_queue_that_is_used_or_not_empty_when_asked_to(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    where = path("queues", vhost, "orders")
    api.put(where, json={})
    publish(api, vhost, "orders")
    reply = api.delete(where, params={"if-empty": "true"})
    assert reply.status_code == 400
    assert reply.json()["reason"].startswith(f"queue 'orders' in vhost '{vhost}'")

    with embedded_broker.connect(vhost) as connection:
        connection.channel().basic_consume("orders", lambda *_: None)
        assert api.delete(where, params={"if-unused": "true"}).status_code == 400

    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404


def test_consumer_is_told_when_its_queue_is_deleted(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    api.put(path("queues", vhost, "orders"), json={})
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        cancelled: list[object] = []
        channel.add_on_cancel_callback(cancelled.append)
        channel.basic_consume("orders", lambda *_: None)

        api.delete(path("queues", vhost, "orders"))

        connection.process_data_events(time_limit=PATIENCE_SECONDS)
    assert len(cancelled) == 1


def test_patterns_of_the_user_decide(api: httpx.Client, vhost: str, login: Login) -> None:
    api.put(path("queues", vhost, "orders"), json={})
    person = login("management", vhost, configure="^mine", write="", read="")

    assert person.put(path("queues", vhost, "mine"), json={}).status_code == 201
    for reply in (
        person.put(path("queues", vhost, "yours"), json={}),
        person.delete(path("queues", vhost, "orders")),
        person.delete(path("queues", vhost, "orders", "contents")),
    ):
        assert reply.status_code == 401
        assert reply.json() == {"error": "not_authorised", "reason": "Access refused."}


def test_durable_queue_declared_over_http_is_used_over_amqp(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    api.put(path("queues", vhost, "orders"), json={"durable": True, "arguments": {"x-message-ttl": 60_000}})

    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("orders", durable=True, arguments={"x-message-ttl": 60_000})
        with pytest.raises(ChannelClosedByBroker, match="inequivalent arg 'x-message-ttl'"):
            channel.queue_declare("orders", durable=True, arguments={"x-message-ttl": 1})


def test_quorum_queue_tells_its_delivery_limit(api: httpx.Client, vhost: str) -> None:
    api.put(path("queues", vhost, "q"), json={"durable": True, "arguments": {"x-queue-type": "quorum"}})

    queue = api.get(path("queues", vhost, "q")).json()

    assert (queue["type"], queue["delivery_limit"]) == ("quorum", 20)


def test_without_statistics_a_queue_is_its_definition(api: httpx.Client, vhost: str, queue: str) -> None:
    publish(api, vhost, "q")
    plain = {"disable_stats": "true"}

    (row,) = api.get(path("queues", vhost), params=plain).json()
    (with_totals,) = api.get(path("queues", vhost), params=plain | {"enable_queue_totals": "true"}).json()
    (named,) = api.get(path("queues", vhost), params=plain | {"columns": "name,messages,policy"}).json()

    assert (row["name"], row["durable"], row["state"]) == ("q", True, "running")
    assert {"messages", "message_stats", "consumers"}.isdisjoint(row)
    assert with_totals == row | {"messages": 1, "messages_ready": 1, "messages_unacknowledged": 0}
    assert named == {"name": "q", "policy": None}
    assert api.get(queue, params=plain).json() == row


def test_queues_of_a_user_are_those_it_declared(api: httpx.Client, vhost: str, login: Login) -> None:
    person = login("management", vhost)
    name = person.get("/whoami").json()["name"]
    person.put(path("queues", vhost, "its"), json={}).raise_for_status()
    api.put(path("queues", vhost, "other"), json={}).raise_for_status()

    assert [queue["name"] for queue in api.get(path("users", name, "queues")).json()] == ["its"]
    assert api.get(path("users", name, "queues"), params={"page": 1}).json()["total_count"] == 1
    assert api.get(path("users", "nobody", "queues")).json() == []
    assert "its" in [queue["name"] for queue in api.get("/queues/detailed").json()]


def test_queue_without_mirrors_is_in_step(api: httpx.Client, vhost: str, queue: str) -> None:
    assert api.post(queue + "/actions", json={"action": "sync"}).status_code == 204
    assert api.post(queue + "/actions", json={"action": "jump"}).json()["reason"] == ["unknown", "jump"]
    assert api.post(queue + "/actions", json={}).json()["reason"] == "[{key_missing,action}]"
    assert api.post(path("queues", vhost, "nope", "actions"), json={"action": "sync"}).status_code == 404
    assert api.post(path("queues", "nowhere", "q", "actions"), json={"action": "sync"}).status_code == 404


def test_some_queues_are_listed_by_name_as_far_as_they_are_there_and_visible(
    api: httpx.Client, vhost: str, login: Login
) -> None:
    for name in ("a/ö b", "second", "third"):
        api.put(path("queues", vhost, name), json={}).raise_for_status()
    only = [path(vhost, name)[1:] for name in ("third", "a/ö b", "gone")] + ["nowhere/x", "%2F", ""]

    found = api.get("/queues", params={"only": only, "columns": "name"}).json()
    within = api.get(path("queues", vhost), params={"only": only[:1], "columns": "name"}).json()
    hidden = login("management").get("/queues", params={"only": only}).json()
    many = api.get("/queues", params={"only": ["x/y"] * 1001})

    assert found == [{"name": "third"}, {"name": "a/ö b"}]
    assert within == [{"name": "third"}]
    assert hidden == []
    assert many.status_code == 400
    assert many.json()["reason"] == "only may be given 1000 times"
