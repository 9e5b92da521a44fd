"""Where all queues take long, those on screens are asked for by name, and the others now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard import brokers
from dashboard.live import collector, feeds
from dashboard.live.collector import Watcher
from dashboard.live.feeds import Feeds
from dashboard.live.subscriptions import StreamKey
from dashboard.models import Broker
from dashboard.paths import row_key
from dashboard.snapshot import QueueRow, Snapshot
from tests.dashboard.places import declare, nobody, ready, register
from tests.support.counting import Wire, wire_to
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until

LISTS = "/api/queues"


@pytest.fixture
def wire(real: EmbeddedBroker) -> Iterator[Wire]:
    with wire_to(real.api_port) as found:
        yield found


@pytest.fixture
def wired(db: None, real: EmbeddedBroker, wire: Wire) -> Iterator[Broker]:
    row = register(real, "wired", api_port=wire.port, is_embedded=True)
    yield row
    brokers.forget(row.pk)


def run(row: Broker, watched: Feeds, steps: Callable[[], None]) -> None:
    """Do these steps in a thread while the collector looks."""

    async def both() -> None:
        with ThreadPoolExecutor(1) as threads:
            watcher = Watcher(row, watched, threads)
            try:
                await asyncio.to_thread(steps)
            finally:
                watcher.task.cancel()
                await asyncio.gather(watcher.task, return_exceptions=True)

    asyncio.run(both())


def lists(wire: Wire) -> list[bool]:
    """Of every list of queues that was asked for, whether it was of some only."""
    return ["only=" in asked for asked in list(wire.asked) if asked.partition("?")[0] == LISTS]


def test_only_rows_on_screens_are_asked_for_until_queues_come_or_go(
    real: EmbeddedBroker, wire: Wire, wired: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "SOON_SECONDS", -1.0)
    monkeypatch.setattr(collector, "REST", 1e9)
    seen, hidden = declare(real, "many/ö seen"), declare(real, "many hidden")
    watched = Feeds(nobody)
    watched.subscriptions.subscribe("tab", StreamKey("queues:wired", None, frozenset({row_key("/", seen)})), 0.0)

    def known(name: str) -> QueueRow | None:
        return brokers.snapshot(wired).queues.get(("/", name))

    def depth(name: str) -> int:
        row = known(name)
        return -1 if row is None else row.queue.messages

    def steps() -> None:
        wait_until(lambda: depth(seen) == depth(hidden) == 0)
        for name in (seen, hidden):
            declare(real, name, bodies=(b"1",))
        wait_until(lambda: depth(seen) == 1)
        assert ready(real, hidden) == 1
        assert depth(hidden) == 0
        assert lists(wire)[0] is False
        assert set(lists(wire)[1:]) == {True}
        declare(real, "many new")
        wait_until(lambda: depth("many new") == 0 and depth(hidden) == 1)

    run(wired, watched, steps)


def test_a_thousand_names_are_one_question_and_longer_ones_a_few(
    real: EmbeddedBroker, wire: Wire, wired: Broker
) -> None:
    names = [declare(real, "many " + "ö" * 100), declare(real, "many short")]
    client = brokers.client(wired)
    absent = [("/", f"queue-{number:05}") for number in range(999)]

    few = client.queues_named([*absent, ("/", names[1])])
    asked_for_few = len(lists(wire))
    many = client.queues_named([*(("/", "ü" * 100 + name) for _, name in absent), *(("/", name) for name in names)])

    assert [queue.name for queue in few] == [names[1]]
    assert asked_for_few == 1
    assert {queue.name for queue in many} == set(names)
    assert 2 <= len(lists(wire)) - asked_for_few <= 30


def test_order_of_many_rows_is_worked_out_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ORDER_ROWS", -1)
    monkeypatch.setattr(feeds, "ORDER_SECONDS", 3600.0)
    worked_out: list[float] = []

    def order(slug: str, taken: Snapshot, query: str) -> list[str]:
        worked_out.append(time.monotonic())
        return [query]

    monkeypatch.setattr(feeds, "order", order)
    watched = Feeds(nobody)
    broker = Broker(pk=4711, slug="x")
    stream = watched.subscriptions.subscribe(
        "tab", StreamKey("queues:x", None, frozenset(), "sort=name"), time.monotonic()
    )

    async def twice() -> None:
        await watched.tick([broker])
        for _ in range(2):
            await watched.broker_changed(broker)

    asyncio.run(twice())

    assert stream.data["order"] == ["sort=name"]
    assert len(worked_out) == 1
