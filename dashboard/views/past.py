"""The past of charts: what the database kept, for ranges longer than the live feeds hold, and marks.

Of a range until now (`?range=8h`), or of a span that was zoomed into (`?from=…&to=…`, seconds since 1970). As JSON for
scripts, and with `?view=table` as a page for those without.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard import access, past
from dashboard.looks.charted import Column
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.confirm import Crumb
from dashboard.pages.past import PastPage, PastRow, cells
from dashboard.past import SPANS, Key, Marked, Points, Span

SECOND = re.compile(r"[0-9]{1,10}")

COLUMNS = (
    Column("ready", "Ready", "number"),
    Column("unacked", "Unacked", "number"),
    Column("publish", "In", "rate"),
    Column("deliver", "Out", "rate"),
    Column("ack", "Ack", "rate"),
)
"""Those of a sample."""
OF_QUEUES = "A queue is measured while messages pass through it, or while somebody looks at it."
OF_BROKERS = "A broker is measured from the moment it is registered."

LIVE_SECONDS = 3600
"""Ranges up to this come with the feed: a script asks for their marks only."""


@dataclass(slots=True, frozen=True)
class Asked:
    span: Span
    until: float
    range: str
    """Empty: of a span that was zoomed into."""
    is_table: bool

    @property
    def since(self) -> float:
        return self.until - self.span.seconds

    @property
    def wants_points(self) -> bool:
        return not self.range or self.is_table or self.span.seconds > LIVE_SECONDS


def of_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    """{"points": […], "marks": [[second, label], …], "step": seconds between two points} of one queue."""
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    asked = _asked(request)
    return _refused() if asked is None else _answer(request, asked, found, (vhost, queue))


def of_broker(request: HttpRequest, broker: str) -> HttpResponse:
    """The same of one broker as a whole, for those who see all of it."""
    found = access.broker_or_404(request.user, broker)
    if access.visible_vhosts(request.user, found) is not None:
        raise Http404("No such page.")
    asked = _asked(request)
    return _refused() if asked is None else _answer(request, asked, found, None)


def of_brokers(request: HttpRequest) -> HttpResponse:
    """{"points": {slug: […]}, …} of the brokers that this person sees as a whole: parts have no past."""
    asked = _asked(request)
    if asked is None:
        return _refused()
    whole = [each for each in access.visible_brokers(request.user) if access.visible_vhosts(request.user, each) is None]
    points = {
        each.slug: past.points(each, None, asked.span, asked.until) if asked.wants_points else [] for each in whole
    }
    found = [mark for each in whole for mark in past.marks(each, None, asked.since, asked.until)]
    marks = sorted(found, key=lambda mark: mark.at)[-past.MAX_MARKS :]
    if asked.is_table:
        return _table(request, asked, past.summed(points.values()), marks)
    return JsonResponse({"points": points, "marks": _pairs(marks), "step": asked.span.point})


def _answer(request: HttpRequest, asked: Asked, broker: Broker, queue: Key | None) -> HttpResponse:
    points = past.points(broker, queue, asked.span, asked.until) if asked.wants_points else []
    marks = past.marks(broker, queue, asked.since, asked.until)
    if asked.is_table:
        return _table(request, asked, points, marks, broker, queue)
    return JsonResponse({"points": points, "marks": _pairs(marks), "step": asked.span.point})


def _asked(request: HttpRequest) -> Asked | None:
    """None for what is neither a range nor a span."""
    now, is_table = time.time(), request.GET.get("view") == "table"
    name = request.GET.get("range", "")
    if name in SPANS:
        return Asked(SPANS[name], now, name, is_table)
    since, until = (_second(request.GET.get(end, "")) for end in ("from", "to"))
    if name or since is None or until is None or since >= until:
        return None
    until = min(until, int(now) + 1)
    return Asked(past.between(since, until, now), until, "", is_table)


def _second(text: str) -> int | None:
    """Seconds since 1970, of this century or the next."""
    return int(text) if SECOND.fullmatch(text) else None


def _pairs(marks: Iterable[Marked]) -> list[tuple[float, str]]:
    return [(mark.at, mark.label) for mark in marks]


def _refused() -> JsonResponse:
    error = f"range takes one of {', '.join(SPANS)}; without it from and to take seconds since 1970, from before to"
    return JsonResponse({"error": error}, status=400)


def _table(
    request: HttpRequest,
    asked: Asked,
    points: Points,
    marks: Sequence[Marked],
    broker: Broker | None = None,
    queue: Key | None = None,
) -> HttpResponse:
    page = PastPage(
        broker=broker,
        of=queue[1] if queue else broker.name if broker else "all brokers",
        crumbs=_crumbs(broker, queue) if broker else (),
        columns=COLUMNS,
        rows=_rows(points, marks),
        range=asked.range,
        ranges=tuple(SPANS),
        point_seconds=asked.span.point,
        why_empty=OF_QUEUES if queue else OF_BROKERS,
    )
    return render(request, "past/table.html", {"page": page})


def _crumbs(broker: Broker, queue: Key | None) -> tuple[Crumb, ...]:
    if queue is None:
        return (Crumb("Nodes", reverse("nodes", args=[broker.slug])),)
    queues = reverse("queues", args=[broker.slug])
    own = Crumb(queue[1], reverse("queue", args=[broker.slug, *queue]))
    return Crumb(queue[0], f"{queues}?{urlencode({'vhost': queue[0]})}"), Crumb("Queues", queues), own


def _rows(points: Points, marks: Sequence[Marked]) -> tuple[PastRow, ...]:
    seconds = [at for at, *_ in points if at is not None]
    happened: dict[int, list[str]] = {}
    for mark in marks:
        happened.setdefault(max(bisect_right(seconds, mark.at) - 1, 0), []).append(mark.label)
    rows = [
        PastRow(datetime.fromtimestamp(at, UTC), cells(values, COLUMNS), tuple(happened.get(index, ())))
        for index, (at, *values) in enumerate(points)
        if at is not None
    ]
    return tuple(reversed(rows))
