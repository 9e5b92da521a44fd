"""Move, copy and delete inside the broker, and what stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.brokerctl.management.letters import lengths
from tests.brokerctl.management.test_peeking import payloads, peek
from tests.brokerctl.management.test_queues import publish
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker

TO_TARGET = {"exchange": "", "routing_key": "target"}


@pytest.fixture
def target(api: httpx.Client, vhost: str) -> str:
    api.put(path("queues", vhost, "target"), json={"durable": True}).raise_for_status()
    return path("queues", vhost, "target")


def act(api: httpx.Client, queue: str, action: str, **body: object) -> dict[str, Any]:
    found: dict[str, Any] = api.post(f"{queue}/{action}", json=body).raise_for_status().json()
    return found


def did(found: dict[str, Any]) -> dict[str, int]:
    return {outcome: count for outcome, count in found["counts"].items() if count}


def fill(api: httpx.Client, vhost: str, count: int = 5) -> None:
    for number in range(count):
        publish(api, vhost, "q", str(number), delivery_mode=2)


def ids(api: httpx.Client, queue: str) -> list[str]:
    return [message["id"] for message in peek(api, queue)["messages"]]


def test_chosen_messages_move_and_each_tells_what_became_of_it(
    api: httpx.Client, vhost: str, queue: str, target: str
) -> None:
    fill(api, vhost)
    known = ids(api, queue)
    foreign = known[0].partition("-")[0] + "-00000000"

    found = act(api, queue, "move", ids=[known[3], known[1], foreign, "x", known[1]], destination=TO_TARGET)

    assert did(found) == {"moved": 2, "missing": 2}
    assert [(each["id"], each["outcome"]) for each in found["results"]] == [
        (foreign, "missing"),
        ("x", "missing"),
        (known[3], "moved"),
        (known[1], "moved"),
    ]
    assert (payloads(peek(api, queue)), payloads(peek(api, target))) == (["0", "2", "4"], ["3", "1"])
    assert act(api, queue, "delete", ids=[known[1], known[0]])["counts"]["deleted"] == 1
    assert payloads(peek(api, queue)) == ["2", "4"]


def test_what_meets_a_filter_is_copied_or_deleted(api: httpx.Client, vhost: str, queue: str, target: str) -> None:
    fill(api, vhost)
    even = [{"field": "body", "matches": "[024]"}]

    assert did(act(api, queue, "copy", filter=even, destination=TO_TARGET)) == {"copied": 3}
    assert did(act(api, queue, "delete", filter=even)) == {"deleted": 3}

    assert (payloads(peek(api, queue)), payloads(peek(api, target))) == (["1", "3"], ["0", "2", "4"])


def test_a_move_back_into_the_same_queue_ends(api: httpx.Client, vhost: str, queue: str) -> None:
    fill(api, vhost)

    found = act(api, queue, "move", all=True, destination={})

    assert did(found) == {"moved": 5}
    assert payloads(peek(api, queue)) == ["0", "1", "2", "3", "4"]


def test_a_long_move_goes_on_where_it_stopped(api: httpx.Client, vhost: str, queue: str, target: str) -> None:
    fill(api, vhost)
    first = act(api, queue, "move", all=True, limit=2, destination=TO_TARGET)
    publish(api, vhost, "q", "later")

    rest = act(api, queue, "move", all=True, after=first["next"], until=first["until"], destination=TO_TARGET)

    assert (did(first), did(rest), rest["next"]) == ({"moved": 2}, {"moved": 3}, None)
    assert (payloads(peek(api, queue)), lengths(api, target)) == (["later"], (5, 0))


def test_messages_without_a_queue_or_with_copies_stay(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str, target: str
) -> None:
    publish(api, vhost, "q", "copies", headers={"CC": ["elsewhere"]})
    publish(api, vhost, "q", "named", user_id="guest")
    full = path("queues", vhost, "full")
    api.put(full, json={"arguments": {"x-max-length": 0, "x-overflow": "reject-publish"}})

    unroutable = act(api, queue, "move", all=True, destination={"exchange": "amq.direct"})
    refused = act(api, queue, "move", all=True, destination={"exchange": "", "routing_key": "full"})
    moved = act(api, queue, "move", all=True, destination=TO_TARGET)

    assert did(unroutable) == {"unroutable": 2}
    assert unroutable["results"][0]["reason"] == "NO_ROUTE: no queue is bound for it"
    assert did(refused) == {"refused": 2}
    assert did(moved) == {"moved": 1, "refused": 1}
    assert [each["reason"] for each in moved["results"]] == ["its CC header would send copies to other queues as well"]
    assert (payloads(peek(api, queue)), lengths(api, queue)) == (["copies"], (1, 0))


def test_rights_are_those_of_taking_and_publishing(
    api: httpx.Client, login: Login, vhost: str, queue: str, target: str
) -> None:
    publish(api, vhost, "q", "named", user_id="guest")
    reader = login("management", vhost, write="^other")
    writer = login("management", vhost, read="^other")
    both = login("management", vhost)

    def move(person: httpx.Client, **more: object) -> httpx.Response:
        return person.post(queue + "/move", json={"all": True, "destination": TO_TARGET | more})

    assert (move(reader).status_code, move(writer).status_code) == (401, 401)
    assert writer.post(queue + "/delete", json={"all": True}).status_code == 401
    assert move(both, vhost="/").json() == {"error": "not_found", "reason": "vhost_not_found"}
    (refused,) = move(both).json()["results"]
    assert refused["reason"].startswith("its user_id is guest")
    assert move(both, exchange="none").json()["reason"] == f"NOT_FOUND - no exchange 'none' in vhost '{vhost}'"
    assert lengths(api, queue) == (1, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": False},
        {"all": True, "ids": []},
        {"ids": "1-2"},
        {"ids": [1]},
        {"ids": [], "destination": {"exchange": 1}},
        {"ids": [], "destination": "target"},
        {"all": True, "after": "x", "destination": {}},
        {"all": True, "limit": -1, "destination": {}},
        {"filter": [{}], "destination": {}},
    ],
)
def test_what_cannot_be_asked_is_told(api: httpx.Client, queue: str, body: dict[str, object]) -> None:
    reply = api.post(queue + "/move", json={"destination": {}, **body})

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")


def test_messages_arrive_to_the_byte_from_a_queue_on_disk_in_their_order(home: Path) -> None:
    where, there = path("queues", "/", "q"), path("queues", "/", "target")
    with (
        embedded.running(home, POSTROOM_QUEUE_MEMORY_BYTES="65536") as broker,
        client(broker, "guest", "guest") as api,
        broker.connect() as connection,
    ):
        channel = connection.channel()
        channel.confirm_delivery()
        for name in ("q", "target"):
            channel.queue_declare(name, durable=True, arguments={"x-max-priority": 3} if name == "q" else {})
        for number in range(600):
            properties = pika.BasicProperties(delivery_mode=2, priority=number % 2, headers={"n": number, "f": b"\xff"})
            channel.basic_publish("", "q", b"%d" % number, properties)
        before = [(each["payload"], each["header"]) for each in peek(api, where, count=1000)["messages"]]
        third = [{"field": "body", "matches": "[0369]$"}]

        picked = act(api, where, "move", filter=third, destination=TO_TARGET)
        rest = act(api, where, "move", all=True, destination=TO_TARGET)

        assert did(picked) == {"moved": 240}
        assert (did(rest), lengths(api, where)) == ({"moved": 360}, (0, 0))
        after = [(each["payload"], each["header"]) for each in peek(api, there, count=1000)["messages"]]
        is_third = [each for each in before if each[0][-1] in "0369"]
        assert after == [*is_third, *(each for each in before if each not in is_third)]
