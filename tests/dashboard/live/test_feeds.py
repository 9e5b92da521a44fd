"""Streams and their sockets, with a list in the place of the network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User

from dashboard import brokers
from dashboard.live.feeds import Feeds
from dashboard.live.looker import Looker
from dashboard.live.protocol import LEASE_SECONDS
from dashboard.live.subscriptions import Stream, StreamKey, Subscriptions, push
from dashboard.looks import look
from dashboard.models import Broker
from dashboard.models.operation import State
from dashboard.snapshot import BrokerState
from tests.dashboard.operations.rows import broker_row, job_row
from tests.dashboard.people import person
from tests.dashboard.snapshots import row, snapshot


class Line:
    """What sockets were handed; one that is slow takes nothing."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.slow: set[str] = set()

    async def send(self, socket: str, text: str) -> bool:
        if socket in self.slow:
            return False
        self.texts.append((socket, text))
        return True

    def of(self, socket: str) -> list[dict[str, Any]]:
        return [json.loads(text) for name, text in self.texts if name == socket]


@pytest.fixture
def line() -> Line:
    return Line()


async def pushed(stream: Stream, line: Line, *steps: dict[str, Any]) -> None:
    for data in steps:
        await push(stream, data, dict, 0.0, line.send)


def watched(*sockets: str) -> Stream:
    return Stream(StreamKey("queues:x"), sockets=dict.fromkeys(sockets, False))


def test_a_socket_gets_everything_then_changes_then_nothing(line: Line) -> None:
    asyncio.run(pushed(watched("a"), line, {"x": 1, "y": 1}, {"x": 2, "y": 1}, {"x": 2, "y": 1}, {"x": 2}))

    assert [(each["type"], each["seq"], each["data"]) for each in line.of("a")] == [
        ("snapshot", 1, {"x": 1, "y": 1}),
        ("delta", 2, {"x": 2}),
        ("delta", 3, {"y": None}),
    ]


def test_all_who_watch_the_same_get_one_and_the_same_text(line: Line) -> None:
    asyncio.run(pushed(watched("a", "b"), line, {"x": 1}, {"x": 2}))

    first, second, third, fourth = (text for _, text in line.texts)
    assert first is second
    assert third is fourth


def test_a_socket_that_was_too_slow_gets_a_snapshot_and_no_old_change(line: Line) -> None:
    stream = watched("a", "b")

    async def scene() -> None:
        await pushed(stream, line, {"x": 1})
        line.slow.add("b")
        await pushed(stream, line, {"x": 2}, {"x": 3})
        line.slow.clear()
        await pushed(stream, line, {"x": 3}, {"x": 4})

    asyncio.run(scene())

    assert [(each["type"], each["data"]["x"]) for each in line.of("b")] == [
        ("snapshot", 1),
        ("snapshot", 3),
        ("delta", 4),
    ]
    assert [each["data"]["x"] for each in line.of("a")] == [1, 2, 3, 4]


def test_a_socket_that_left_while_others_were_told_is_not_told(line: Line) -> None:
    stream = watched("a", "b")

    async def send(socket: str, text: str) -> bool:
        stream.sockets.pop("a", None)
        return await line.send(socket, text)

    asyncio.run(push(stream, {"x": 1}, dict, 0.0, send))

    assert "a" not in stream.sockets


def test_a_lease_that_is_not_renewed_ends_the_feeds() -> None:
    subscriptions = Subscriptions(lease_seconds=10)
    subscriptions.subscribe("gone", StreamKey("jobs"), 0.0)
    subscriptions.subscribe("here", StreamKey("jobs"), 0.0)

    subscriptions.renew("here", 9.0)
    subscriptions.expire(11.0)

    assert subscriptions.sockets == ["here"]
    assert list(subscriptions.streams("jobs")[0].sockets) == ["here"]


def test_streams_are_found_while_others_come() -> None:
    subscriptions = Subscriptions(lease_seconds=10)

    class Feed(str):
        """Somebody else subscribes in the middle of the search: the collector searches from its threads."""

        def startswith(self, *given: Any) -> bool:
            subscriptions.subscribe("late", StreamKey("jobs"), 0.0)
            return super().startswith(*given)

    subscriptions.subscribe("a", StreamKey(Feed("queues:x")), 0.0)
    subscriptions.subscribe("b", StreamKey("queues:x:y"), 0.0)

    assert len(subscriptions.streams("queues:")) == 2


@pytest.mark.django_db(transaction=True)
def test_one_thing_that_cannot_be_looked_at_keeps_no_other_from_its_turn(
    line: Line, local: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    others = Event()

    def renew(broker: Broker, kind: look.Kind[Any], names: look.Names, timeout_seconds: float) -> look.Look[Any]:
        asked.append(kind.name)
        if kind.name == "connections":
            raise TypeError("an answer that nobody foresaw")
        others.set()
        return look.Look((), datetime.now(UTC))

    monkeypatch.setattr(look, "renew", renew)

    async def scene() -> None:
        feeds = Feeds(line.send)
        for feed in ("connections", "bindings"):
            feeds.subscriptions.subscribe("a", StreamKey(f"{feed}:{local.slug}"), 0.0)
        with ThreadPoolExecutor(1) as threads:
            looker = Looker(local, feeds, threads)
            async with asyncio.timeout(60):
                await asyncio.to_thread(others.wait)
            looker.task.cancel()

    asyncio.run(scene())

    # They are asked for in this order again and again.
    assert asked[:2] == ["connections", "bindings"]


def test_a_stream_ends_with_its_last_socket() -> None:
    subscriptions = Subscriptions(lease_seconds=10)
    for socket in ("a", "b"):
        subscriptions.subscribe(socket, StreamKey("jobs"), 0.0)

    subscriptions.unsubscribe("a", "jobs")
    assert subscriptions.streams("jobs")
    subscriptions.leave("b")
    subscriptions.leave("b")
    subscriptions.unsubscribe("b", "jobs")

    assert subscriptions.streams("jobs") == []


def test_a_second_subscription_to_a_feed_replaces_the_first() -> None:
    subscriptions = Subscriptions(lease_seconds=10)
    subscriptions.subscribe("a", StreamKey("queues:x", None, frozenset({"1"})), 0.0)
    subscriptions.subscribe("a", StreamKey("queues:x", None, frozenset({"2"})), 0.0)

    assert [stream.key.only for stream in subscriptions.streams("queues:x")] == [frozenset({"2"})]


@pytest.fixture
def local(transactional_db: None) -> Iterator[Broker]:
    known = broker_row()
    brokers.remember(known.pk, snapshot(row("orders", messages_ready=3), row("mails", vhost="other")))
    yield known
    brokers.forget(known.pk)


@pytest.mark.django_db(transaction=True)
def test_rows_of_a_list_can_be_limited_while_the_count_stays_whole(line: Line, local: Broker) -> None:
    owner: User = person("owner", is_owner=True)
    feeds = Feeds(line.send)

    async def scene() -> None:
        await feeds.tick([local])
        await feeds.subscribe("a", owner, "queues:local", ("~2F/orders",))

    asyncio.run(scene())

    data = line.of("a")[-1]["data"]
    assert list(data["rows"]) == ["~2F/orders"]
    assert data["count"] == 2


@pytest.mark.django_db(transaction=True)
def test_watchers_with_the_same_eyes_share_a_stream_and_others_do_not(line: Line, local: Broker) -> None:
    owners = [person("one", is_owner=True), person("two", is_owner=True)]
    limited = person("limited")
    limited.grants.create(broker=local, vhost="other")
    feeds = Feeds(line.send)

    async def scene() -> None:
        for number, user in enumerate([*owners, limited]):
            await feeds.subscribe(f"s{number}", user, "queues:local", None)
            await feeds.subscribe(f"s{number}", user, "queue:local:other:mails", None)

    asyncio.run(scene())

    assert sorted(len(stream.sockets) for stream in feeds.subscriptions.streams("queues:local")) == [1, 2]
    assert [len(stream.sockets) for stream in feeds.subscriptions.streams("queue:local")] == [3]


def test_everybody_gets_a_sign_of_life_and_those_without_a_lease_do_not(line: Line) -> None:
    feeds = Feeds(line.send)
    feeds.subscriptions.subscribe("here", StreamKey("queues:x"), float("inf"))
    feeds.subscriptions.subscribe("gone", StreamKey("queues:x"), -2 * LEASE_SECONDS)

    asyncio.run(feeds.tick([]))

    assert [each["type"] for each in line.of("here")] == ["tick"]
    assert line.of("gone") == []


def test_the_queues_that_are_looked_at_are_known_by_their_names(line: Line) -> None:
    feeds = Feeds(line.send)
    feeds.subscriptions.subscribe("a", StreamKey("queue:local:~2F:a~3Ab"), 0.0)
    feeds.subscriptions.subscribe("a", StreamKey("queue:local2:~2F:other"), 0.0)

    assert feeds.watched_queues("local") == {("/", "a:b")}


@pytest.mark.django_db(transaction=True)
def test_the_frame_tells_of_brokers_and_unfinished_jobs_that_are_for_the_person(line: Line, local: Broker) -> None:
    job_row(broker=local)
    job_row(broker=local, vhost="other")
    job_row(broker=local, state=State.DONE)
    limited = person("limited")
    limited.grants.create(broker=local, vhost="other")
    owner = person("owner", is_owner=True)
    feeds = Feeds(line.send)

    async def scene() -> None:
        await feeds.tick([local])
        await feeds.subscribe("all", owner, "frame", None)
        await feeds.subscribe("part", limited, "frame", None)

    asyncio.run(scene())

    whole, part = line.of("all")[-1]["data"], line.of("part")[-1]["data"]
    assert whole["jobs"] == 2
    assert whole["brokers"]["local"] == {
        "state": "live",
        "glyph": "ok",
        "colour": "ok",
        "health": "healthy",
        "queues": 2,
        "exchanges": 0,
        "attention": 0,
        "critical": 0,
    }
    assert (part["jobs"], part["brokers"]["local"]["queues"]) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_overview_tells_what_needs_attention_and_why(line: Line, local: Broker, owner: User) -> None:
    stuck = row("stuck", messages_ready=5, arguments={"x-max-length": 5})
    brokers.remember(local.pk, snapshot(row("orders"), stuck))
    feeds = Feeds(line.send)

    async def scene() -> None:
        await feeds.tick([local])
        await feeds.subscribe("a", owner, "brokers", None)
        gone = replace(brokers.snapshot(local), state=BrokerState.UNREACHABLE, error="nothing listens there")
        brokers.remember(local.pk, gone)
        await feeds.tick([local])

    asyncio.run(scene())

    snapshots = [each["data"]["brokers"]["local"] for each in line.of("a") if "data" in each]
    evidence = "5 of 5 ready; the oldest messages are dropped"
    assert snapshots[0]["attention"] == {"~2F/stuck": {"status": "crit", "verdict": "Full", "evidence": evidence}}
    assert snapshots[1]["attention"] == {
        "~2F/stuck": None,
        "": {"status": "crit", "verdict": "Unreachable for a moment", "evidence": "nothing listens there"},
    }
