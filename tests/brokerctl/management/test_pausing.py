"""Pause, resume, and a purge of the first so many, over the API."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.brokerctl.management.letters import lengths, take
from tests.brokerctl.management.test_queues import publish
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until


def test_a_paused_queue_keeps_its_messages_and_says_so(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str
) -> None:
    got: list[bytes] = []
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()

        def take_one(_: object, __: object, ___: object, body: bytes) -> None:
            got.append(body)
            channel.stop_consuming()

        channel.basic_consume("q", take_one, auto_ack=True)
        assert api.put(queue + "/pause").status_code == 204
        assert api.put(queue + "/pause").status_code == 204
        publish(api, vhost, "q", "one")

        assert api.get(queue).json()["state"] == "paused"
        assert channel.basic_get("q") == (None, None, None)
        assert [message["payload"] for message in take(api, queue)] == ["one"]
        assert (lengths(api, queue), got) == ((1, 0), [])
        assert api.put(queue + "/resume").status_code == 204
        channel.start_consuming()

    assert got == [b"one"]
    assert api.get(queue).json()["state"] == "running"
    assert api.put(path("queues", vhost, "none", "pause")).status_code == 404


def test_pausing_needs_the_right_to_configure(login: Login, vhost: str, queue: str) -> None:
    reader = login("management", vhost, configure="^other")

    assert reader.put(queue + "/pause").json() == {"error": "not_authorised", "reason": "Access refused."}
    assert reader.put(queue + "/resume").status_code == 401


def test_a_pause_outlives_a_restart_and_ages_go_on(home: Path) -> None:
    where = path("queues", "/", "q")
    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        api.put(where, json={"durable": True}).raise_for_status()
        api.put(where + "/pause").raise_for_status()
        publish(api, "/", "q", delivery_mode=2)
        wait_until(lambda: api.get(where).json()["oldest_ready_seconds"] >= 1)
        broker.stop()
    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        found = api.get(where).json()

    assert found["state"] == "paused"
    assert found["oldest_ready_seconds"] >= 1
    assert found["oldest_unacked_seconds"] is None


@pytest.mark.parametrize(("count", "left"), [(0, 5), (2, 3), (99, 0)])
def test_the_first_so_many_are_purged(api: httpx.Client, vhost: str, queue: str, count: int, left: int) -> None:
    for number in range(5):
        publish(api, vhost, "q", str(number), delivery_mode=2)

    assert api.delete(queue + "/contents", params={"count": count}).status_code == 204

    assert [message["payload"] for message in take(api, queue)] == [str(number) for number in range(5)][5 - left :]
    assert api.delete(queue + "/contents", params={"count": "x"}).status_code == 400
