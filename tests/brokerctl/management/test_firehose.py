"""Messages as they pass, over a real socket."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.letters import take
from tests.brokerctl.management.test_queues import publish
from tests.support.embedded import EmbeddedBroker

Events = Iterator[tuple[str, dict[str, Any]]]


@contextmanager
def listening(api: httpx.Client, vhost: str, **asked: object) -> Iterator[Events]:
    """(event, data) as they come, from the moment the broker said that it listens."""
    given = {key: str(value) for key, value in asked.items()}
    with api.stream("GET", path("vhosts", vhost, "firehose"), params=given) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = reply.iter_lines()
        assert next(lines) == ": listening"
        yield _events(lines)


def _events(lines: Iterator[str]) -> Events:
    event = ""
    for line in lines:
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def test_publishes_and_deliveries_are_told(
    embedded_broker: EmbeddedBroker, api: httpx.Client, login: Login, vhost: str, queue: str
) -> None:
    ear = login("monitoring", vhost)
    with (
        embedded_broker.connect(vhost) as connection,
        listening(ear, vhost, payload=3) as events,
    ):
        channel = connection.channel()
        channel.basic_consume("q", lambda *_: None, consumer_tag="tag")
        publish(api, vhost, "q", "hello", message_id="m")
        published, delivered = next(events), next(events)
        take(api, queue)
        channel.basic_cancel("tag")
        publish(api, vhost, "q", "other")
        take(api, queue, 1)
        rest = [next(events) for _ in range(2)]

    assert [event for event, _ in (published, delivered, *rest)] == ["published", "delivered"] * 2
    data = published[1]
    assert (data["exchange"], data["routing_key"], data["queues"], data["user"]) == ("", "q", ["q"], "guest")
    assert (data["payload"], data["payload_bytes"], data["properties"]["message_id"]) == ("hel", 5, "m")
    assert base64.b64decode(data["header"])
    assert (delivered[1]["consumer_tag"], delivered[1]["redelivered"]) == ("tag", False)
    assert rest[1][1]["consumer_tag"] == ""


def test_only_what_was_asked_for_is_told(api: httpx.Client, vhost: str, queue: str) -> None:
    api.put(path("queues", vhost, "p"), json={})

    with listening(api, vhost, queue="p", events="published", exchange="amq.default") as events:
        publish(api, vhost, "q")
        publish(api, vhost, "p")
        take(api, path("queues", vhost, "p"))
        publish(api, vhost, "p", "again")
        found = [next(events) for _ in range(2)]

    assert [(event, data["queues"], data["payload_bytes"]) for event, data in found] == [
        ("published", ["p"], 5),
        ("published", ["p"], 5),
    ]
    assert "payload" not in found[0][1]


def test_listening_needs_a_tag_and_the_vhost_and_ends_with_them(
    api: httpx.Client, login: Login, vhost: str, queue: str
) -> None:
    where = path("vhosts", vhost, "firehose")
    ear = login("monitoring", vhost)
    name = ear.get("/whoami").json()["name"]

    assert login("management", vhost).get(where).json()["reason"] == "Not monitor user"
    assert login("monitoring").get(where).status_code == 404
    assert login("administrator").get(where).json()["reason"] == "User not authorised to access virtual host"
    with listening(ear, vhost) as events:
        api.delete(path("permissions", vhost, name)).raise_for_status()
        publish(api, vhost, "q")

        assert next(events) == ("end", {"reason": "your rights were changed; ask again"})


@pytest.mark.parametrize("asked", [{"events": "deleted"}, {"payload": "-1"}, {"payload": "1000000"}])
def test_what_cannot_be_asked_is_told(api: httpx.Client, vhost: str, asked: dict[str, str]) -> None:
    reply = api.get(path("vhosts", vhost, "firehose"), params=asked)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
    assert api.head(path("vhosts", vhost, "firehose")).status_code == 200
