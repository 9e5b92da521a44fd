"""What is measured reaches the database, outlives the process and does not stay for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from dashboard import past
from dashboard.live import keeper
from dashboard.live.keeper import Keeper
from dashboard.live.recorder import Closed
from dashboard.models import Broker, Mark, Sample, Track
from dashboard.models.operation import Kind
from dashboard.past import SPANS, Key
from tests.dashboard.live.test_browser import live, until
from tests.dashboard.operations.rows import broker_row, job_row
from tests.dashboard.places import declare
from tests.support.embedded import EmbeddedBroker
from tests.support.web import Tab

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = ("/", "orders")
BUSY = (7, 2, 5.0, 5.0, 5.0)


async def kept(broker: Broker, use: Callable[[Keeper], None], told: list[tuple[int, Key | None]]) -> None:
    """One process from start to end."""
    mine = Keeper(lambda pk, key: told.append((pk, key)))
    await mine.open(broker)
    use(mine)
    await mine.write()
    await mine.stop()


def test_what_one_process_measured_the_next_one_knows() -> None:
    broker, told = broker_row(), list[tuple[int, Key | None]]()
    now = time.time()

    def measure(mine: Keeper) -> None:
        for second in (40, 30, 20):
            mine.add(broker.pk, None, now - second, BUSY)
            mine.add(broker.pk, QUEUE, now - second, BUSY)
        mine.mark(broker.pk, QUEUE, timezone.now(), "consumers lost")

    asyncio.run(kept(broker, measure, told))

    async def again() -> dict[Key | None, list[list[float | None]]]:
        mine = Keeper(lambda pk, key: None)
        found = await mine.open(broker)
        await mine.stop()
        return found

    found = asyncio.run(again())

    assert set(found) == {None, QUEUE}
    assert all([point[1:] for point in points if point[1] is not None][-1] == list(BUSY) for points in found.values())
    assert set(Sample.objects.values_list("step", flat=True)) == {10, 60, 600}
    assert told == [(broker.pk, QUEUE)]
    assert [mark.label for mark in past.marks(broker, QUEUE, now - 60, now + 60)] == ["consumers lost"]


def test_a_database_that_fails_in_the_middle_gets_a_mark_once(monkeypatch: pytest.MonkeyPatch) -> None:
    broker, told = broker_row(), list[tuple[int, Key | None]]()
    begun = timezone.now()
    store, failures = keeper._store, [DatabaseError("locked")]

    def failing(broker_id: int, samples: list[Closed]) -> None:
        if failures:
            raise failures.pop()
        store(broker_id, samples)

    monkeypatch.setattr(keeper, "_store", failing)

    def measure(mine: Keeper) -> None:
        for second in (40, 30):
            mine.add(broker.pk, QUEUE, begun.timestamp() - second, BUSY)
        mine.mark(broker.pk, QUEUE, begun, "consumers lost")

    asyncio.run(kept(broker, measure, told))

    assert Mark.objects.count() == 1
    assert Sample.objects.exists()
    assert told == [(broker.pk, QUEUE)]


def test_what_happens_again_and_again_is_marked_now_and_then() -> None:
    broker, told = broker_row(), list[tuple[int, Key | None]]()
    begun = timezone.now()

    def flap(mine: Keeper) -> None:
        for second in range(900):
            mine.mark(broker.pk, QUEUE, begun + timedelta(seconds=second), "consumers lost")
        mine.mark(broker.pk, None, begun, "memory alarm")

    asyncio.run(kept(broker, flap, told))

    found = Mark.objects.filter(label="consumers lost").order_by("at").values_list("at", flat=True)
    assert [(at - begun).total_seconds() for at in found] == [0, 300, 600]
    assert Mark.objects.filter(label="memory alarm").count() == 1


def test_a_job_tells_the_charts_of_its_queue() -> None:
    broker, told = broker_row(), list[tuple[int, Key | None]]()

    def work(mine: Keeper) -> None:
        job_row(Kind.PURGE, queue="orders", broker=broker, started_at=timezone.now())

    async def scene() -> None:
        mine = Keeper(lambda pk, key: told.append((pk, key)))
        await mine.open(broker)
        await asyncio.to_thread(work, mine)
        await mine.write()
        await mine.write()
        await mine.stop()

    asyncio.run(scene())

    assert told == [(broker.pk, QUEUE)]


def test_what_is_too_old_is_deleted_and_a_queue_without_samples_too() -> None:
    broker, now = broker_row(), int(time.time())
    old, young = (Track.objects.create(broker=broker, vhost="/", queue=name) for name in ("old", "young"))
    for step, seconds in settings.HISTORY_SECONDS.items():
        Sample.objects.create(track=old, step=step, at=now - int(seconds) - step)
        Sample.objects.create(track=young, step=step, at=now - int(seconds) + 60)
    month = timedelta(seconds=past.kept_seconds() + 1)
    Mark.objects.create(broker=broker, at=timezone.now() - month, label="memory alarm")

    is_more = keeper._clean()

    assert not is_more
    assert set(Track.objects.values_list("queue", flat=True)) == {"young"}
    assert Sample.objects.count() == len(settings.HISTORY_SECONDS)
    assert not Mark.objects.exists()


def test_a_broker_that_was_removed_meanwhile_is_no_reason_to_lose_the_others() -> None:
    gone, stays = broker_row("gone"), broker_row("stays")
    now = time.time()

    async def scene() -> None:
        mine = Keeper(lambda pk, key: None)
        for broker in (gone, stays):
            await mine.open(broker)
            mine.add(broker.pk, None, now, BUSY)
            mine.mark(broker.pk, None, timezone.now(), "memory alarm")
        await asyncio.to_thread(gone.delete)
        await mine.stop()

    asyncio.run(scene())

    assert [mark.broker for mark in Mark.objects.all()] == [stays]
    assert past.points(stays, None, SPANS["8h"], now) != []


def test_an_open_page_hears_that_its_queue_lost_its_consumers(
    real: EmbeddedBroker, broker: Broker, tab: Callable[[User], Tab], owner: User
) -> None:
    name = declare(real, "left-alone")
    mine = tab(owner)
    with real.connect() as connection:
        connection.channel().basic_consume(name, lambda *_: None)
        live(mine, f"queue:bench:~2F:{name}", None, lambda data: data.get("consumers") == 1)

    until(mine, f"queue:bench:~2F:{name}", lambda message: message["data"].get("marks", 0) >= 1)

    assert [mark.label for mark in past.marks(broker, ("/", name), time.time() - 600, time.time())] == [
        "consumers lost"
    ]
