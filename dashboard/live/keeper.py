"""Writes what the collector measured and noticed to the database, in a thread of its own; deletes what is too old.

One per web process. What cannot be written now waits, bounded; the live numbers never wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from brokerctl.metrics.series import Values
from dashboard import past
from dashboard.live.recorder import Closed, Recorder
from dashboard.models import Broker, Mark, Operation, Sample, Track
from dashboard.past import MARKED, SPANS, Key

log = logging.getLogger(__name__)

BATCH = 500
"""Rows in one statement."""

AGAIN = timedelta(minutes=5)
"""The same about the same queue is marked once in so long: consumers that come and go every second are one line."""

REMEMBERED_MARKS = 10_000

CLEAN_SECONDS = 600.0
CLEAN_ROWS = 20_000
"""Deleted in one transaction at most: other writers wait for it."""

T = TypeVar("T")
Told = Callable[[int, Key | None], None]
"""(broker's number, queue or None for all of it): there is a new mark to be seen."""


class Keeper:
    """All of it but `add` and `mark` runs in its thread."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._recorders: dict[int, Recorder] = {}
        self._marks: list[Mark] = []
        self._marked_at: dict[tuple[int, Key | None, str], datetime] = {}
        self._clean_at = time.monotonic() + CLEAN_SECONDS
        self._jobs_since = timezone.now()

    # For the watchers, in their threads

    def add(self, broker_id: int, key: Key | None, at: float, values: Values, *, is_watched: bool = False) -> None:
        recorder = self._recorders.get(broker_id)
        if recorder is not None:
            recorder.add(key, at, values, is_watched=is_watched)

    def mark(self, broker_id: int, key: Key | None, at: datetime, label: str) -> None:
        vhost, queue = key or ("", "")
        same = broker_id, key, label
        before = self._marked_at.get(same)
        if before is not None and at - before < AGAIN:
            return
        if len(self._marked_at) >= REMEMBERED_MARKS:
            self._marked_at = {each: when for each, when in list(self._marked_at.items()) if at - when < AGAIN}
        self._marked_at[same] = at
        self._marks.append(Mark(broker_id=broker_id, vhost=vhost, queue=queue, at=at, label=label[:80]))

    # For the collector, on the loop

    async def open(self, broker: Broker) -> dict[Key | None, list[list[float | None]]]:
        """Begin to record; the last hour of what is kept, by queue, None for the whole broker."""
        return await self._in_thread(partial(self._open, broker))

    def close(self, broker_id: int) -> None:
        """The broker was removed, or is met anew: what is in progress is dropped."""
        self._recorders.pop(broker_id, None)

    async def write(self) -> None:
        await self._in_thread(self._write)

    async def stop(self) -> None:
        """Also the steps in progress: the next process begins where this one ended."""
        await self._in_thread(partial(self._write, is_last=True))
        self._thread.shutdown(wait=False)

    async def _in_thread(self, do: Callable[[], T]) -> T:
        def closing() -> T:
            try:
                return do()
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._thread, closing)

    # In the thread

    def _open(self, broker: Broker) -> dict[Key | None, list[list[float | None]]]:
        now = time.time()
        since = int(now - past.SPANS["24h"].seconds)
        recent = Track.objects.filter(broker=broker, samples__step=600, samples__at__gte=since).exclude(queue="")
        keys = list(recent.distinct().values_list("vhost", "queue")[: settings.HISTORY_QUEUES])
        self._recorders[broker.pk] = Recorder(settings.HISTORY_QUEUES, keys)
        return {key: past.points(broker, key, SPANS["1h"], now) for key in (None, *keys)}

    def _write(self, *, is_last: bool = False) -> None:
        # Out of the list that is there: the watchers' threads add to it meanwhile.
        marks = self._marks[:]
        del self._marks[: len(marks)]
        written: list[Mark] = []
        closed = {
            pk: recorder.take_all() if is_last else recorder.take() for pk, recorder in list(self._recorders.items())
        }
        try:
            living = set(Broker.objects.values_list("pk", flat=True))
            Mark.objects.bulk_create([mark for mark in marks if mark.broker_id in living], BATCH)
            # Samples may be handed in twice, marks would be drawn twice.
            written, marks = marks, []
            for pk, samples in closed.items():
                if pk in living and samples:
                    _store(pk, samples)
            self._tell_jobs()
            if time.monotonic() >= self._clean_at:
                self._clean_at = time.monotonic() + (0.0 if _clean() else CLEAN_SECONDS)
        except DatabaseError as error:
            # Locked, full or away: later. Once a second would drown what else the log has to say.
            log.debug("what was measured waits for the database: %s", error)
            self._marks[:0] = marks
            del self._marks[:-BATCH]
            for pk, samples in closed.items():
                if pk in self._recorders:
                    self._recorders[pk].give_back(samples)
        for mark in written:
            self._tell(mark.broker_id, (mark.vhost, mark.queue) if mark.queue else None)

    def _tell_jobs(self) -> None:
        """Jobs leave their marks by their own rows, which a worker writes."""
        begun = Operation.objects.filter(started_at__gt=self._jobs_since, kind__in=MARKED).order_by("started_at")
        for operation in begun.only("broker_id", "vhost", "queue", "started_at"):
            if operation.started_at is not None and operation.broker_id is not None:
                self._jobs_since = operation.started_at
                self._tell(operation.broker_id, (operation.vhost, operation.queue) if operation.queue else None)


def _store(broker_id: int, samples: list[Closed]) -> None:
    known = {(track.vhost, track.queue): track.pk for track in Track.objects.filter(broker_id=broker_id)}
    wanted = {each.key or ("", "") for each in samples}
    for vhost, queue in wanted - known.keys():
        track, _ = Track.objects.get_or_create(broker_id=broker_id, vhost=vhost, queue=queue)
        known[vhost, queue] = track.pk
    rows = []
    for each in samples:
        ready, unacked, publish, deliver, ack = each.values
        rows.append(
            Sample(
                track_id=known[each.key or ("", "")],
                step=each.step,
                at=each.at,
                ready=ready,
                unacked=unacked,
                publish=publish,
                deliver=deliver,
                ack=ack,
            )
        )
    # A restart ends a step too early, and two web processes measure the same: the first one stays.
    Sample.objects.bulk_create(rows, BATCH, ignore_conflicts=True)


def _clean() -> bool:
    """Delete what is too old; whether there is more of it."""
    now = time.time()
    deleted = 0
    for step, seconds in settings.HISTORY_SECONDS.items():
        old = Sample.objects.filter(step=step, at__lt=now - seconds).order_by("at").values_list("pk", flat=True)
        first = list(old[:CLEAN_ROWS])
        for start in range(0, len(first), BATCH):
            deleted += Sample.objects.filter(pk__in=first[start : start + BATCH]).delete()[0]
    Mark.objects.filter(at__lt=timezone.now() - timedelta(seconds=past.kept_seconds())).delete()
    Track.objects.filter(samples=None).delete()
    return deleted >= CLEAN_ROWS
