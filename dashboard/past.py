"""What charts show of the past: samples of the database as points, and marks of what happened. Asks no broker.

Points are [second, ready, unacked, publish, deliver, ack], as those of dashboard/live/history.py; None in a gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from brokerctl.metrics.series import Values
from dashboard.models import Broker, Mark, Operation, Sample
from dashboard.models.operation import OF_DEFINITIONS, Kind

Key = tuple[str, str]
"""Vhost and name of a queue."""

Points = list[list[float | None]]
"""[second, ready, unacked, publish, deliver, ack] of each, oldest first."""

HELD = 360
"""For so many steps a queue's last sample holds while the broker's own go on: it did not change."""

EMPTY: Values = (None,) * 5
MAX_MARKS = 60
"""On one chart, the newest ones: more lines than this are a hatching."""

MARKED = {
    Kind.PURGE: "purge",
    Kind.MOVE: "move",
    Kind.COPY: "copy",
    Kind.PURGE_MANY: "purge",
    Kind.MOVE_MANY: "move",
    Kind.DELETE: "delete",
    Kind.PAUSE: "pause",
    Kind.RESUME: "resume",
    Kind.POLICY: "policy",
}
"""Jobs that are seen in the numbers."""


@dataclass(slots=True, frozen=True)
class Span:
    """One range of a chart: so many seconds, from samples of `step` seconds, in points of `point` seconds."""

    seconds: int
    step: int
    point: int


MAX_POINTS = 1_000
"""Of a span that was zoomed into: a chart has no more pixels."""

SPANS = {
    "1m": Span(60, 10, 10),
    "10m": Span(600, 10, 10),
    "1h": Span(3600, 10, 10),
    "8h": Span(8 * 3600, 60, 60),
    "24h": Span(86_400, 60, 120),
    "7d": Span(7 * 86_400, 600, 600),
    "30d": Span(30 * 86_400, 600, 3600),
}
"""The same as RANGES of static/js/ranges.js. At most a thousand points: a chart has no more pixels."""


@dataclass(slots=True, frozen=True)
class Marked:
    at: float
    label: str


def between(since: float, until: float, now: float) -> Span:
    """For a span of the past: in points as fine as there are samples of then, at most MAX_POINTS."""
    seconds = max(math.ceil(until - since), 1)
    kept = sorted(settings.HISTORY_SECONDS.items())
    step = next((step for step, age in kept if since >= now - age), kept[-1][0])
    return Span(seconds, step, step * math.ceil(seconds / step / MAX_POINTS))


def points(broker: Broker, queue: Key | None, span: Span, now: float) -> Points:
    """Until `now`, oldest first, from the first sample on that there is; without one, empty."""
    until = int(now)
    since = int(now - span.seconds) // span.point * span.point
    beats = _samples(broker, None, span.step, since, until)
    own = [] if queue is None else _samples(broker, queue, span.step, since - HELD * span.step, until)
    found = beats if queue is None else _held(own, beats, span)
    return [[at, *values] for at, values in _with_gaps(_in_points(found, span.point), span.point)]


def summed(parts: Iterable[Points]) -> Points:
    """Of several brokers together: at each second the sum of those that are known then."""
    at_second: dict[float, list[Values]] = {}
    for at, *values in (point for points in parts for point in points):
        if at is not None:
            at_second.setdefault(at, []).append(tuple(values))
    return [[at, *_sum(found)] for at, found in sorted(at_second.items())]


def _sum(found: list[Values]) -> Values:
    columns = ([value for value in column if value is not None] for column in zip(*found, strict=True))
    return tuple(sum(column) if column else None for column in columns)


def marks(broker: Broker, queue: Key | None, since: float, until: float) -> list[Marked]:
    """What happened in that time: to this queue and its broker, or (None) on the whole broker. Oldest first."""
    within = (datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC))
    seen = Mark.objects.filter(broker=broker, at__range=within)
    vhost, name = queue or ("", "")
    of_queue = seen.filter(vhost=vhost, queue=name) if queue else seen.none()
    newest = [*of_queue.order_by("-at")[:MAX_MARKS], *seen.filter(queue="").order_by("-at")[:MAX_MARKS]]
    known = [Marked(mark.at.timestamp(), mark.label) for mark in newest]
    done = Operation.objects.filter(broker=broker, started_at__range=within, kind__in=MARKED).exclude(
        kind__in=OF_DEFINITIONS
    )
    for operation in done.defer("parameters", "problems").order_by("-started_at")[:MAX_MARKS]:
        if operation.started_at is not None and (queue is None or concerns(operation, vhost, name)):
            where = operation.queue if queue is None else ""
            label = " ".join(filter(None, (MARKED[Kind(operation.kind)], where)))
            known.append(Marked(operation.started_at.timestamp(), label[:40]))
    return sorted(known, key=lambda mark: mark.at)[-MAX_MARKS:]


def concerns(operation: Operation, vhost: str, queue: str) -> bool:
    """Whether a job was about this queue, alone or among others."""
    if operation.queue:
        return (operation.vhost, operation.queue) == (vhost, queue)
    return any(item.get("vhost") == vhost and item.get("queue") == queue for item in operation.items)


def _samples(broker: Broker, queue: Key | None, step: int, since: int, until: int) -> list[tuple[int, Values]]:
    vhost, name = queue or ("", "")
    wanted = Sample.objects.filter(track__broker=broker, track__vhost=vhost, track__queue=name)
    rows = wanted.filter(step=step, at__range=(since, until)).order_by("at")
    return [
        (at, tuple(values)) for at, *values in rows.values_list("at", "ready", "unacked", "publish", "deliver", "ack")
    ]


def _held(own: list[tuple[int, Values]], beats: list[tuple[int, Values]], span: Span) -> Iterator[tuple[int, Values]]:
    """A queue's numbers at every step at which its broker was measured."""
    index, held_at, held = 0, 0, EMPTY
    for at, _ in beats:
        while index < len(own) and own[index][0] <= at:
            held_at, held = own[index]
            index += 1
        if held_at and at - held_at <= HELD * span.step:
            yield at, held


def _in_points(samples: Iterable[tuple[int, Values]], point: int) -> Iterator[tuple[int, Values]]:
    """Means of what falls into a point."""
    begun, collected = 0, list[Values]()
    for at, values in samples:
        start = at // point * point
        if collected and start != begun:
            yield begun, _mean(collected)
            collected = []
        begun = start
        collected.append(values)
    if collected:
        yield begun, _mean(collected)


def _mean(collected: list[Values]) -> Values:
    if len(collected) == 1:
        return collected[0]
    columns = ([value for value in column if value is not None] for column in zip(*collected, strict=True))
    return tuple(round(sum(column) / len(column), 2) if column else None for column in columns)


def _with_gaps(found: Iterable[tuple[int, Values]], point: int) -> Iterator[tuple[int, Values]]:
    """One point of nothing where some are missing: the line ends there."""
    before = None
    for at, values in found:
        if before is not None and at - before > point:
            yield before + point, EMPTY
        yield at, values
        before = at


def kept_seconds() -> float:
    """How long anything is kept."""
    return max(settings.HISTORY_SECONDS.values())
