"""The past of charts: what the database kept, for ranges longer than the live feeds hold, and marks.

As JSON for scripts, and with `?view=table` as a page for those without.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from dashboard import access, past
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.past import PastPage, PastRow
from dashboard.past import SPANS, Marked, Points, Span

LIVE_SECONDS = 3600
"""Ranges up to this come with the feed: a script asks for their marks only."""

USUAL = "10m"


def of_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    """{"points": […], "marks": [[second, label], …]} of one queue."""
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    span = _span(request)
    if span is None:
        return _refused()
    now = time.time()
    points = past.points(found, (vhost, queue), span, now) if _is_wanted(request, span) else []
    marks = past.marks(found, (vhost, queue), now - span.seconds)
    if _is_table(request):
        return _table(request, points, marks, span, found, vhost, queue)
    return JsonResponse({"points": points, "marks": _pairs(marks)})


def of_brokers(request: HttpRequest) -> HttpResponse:
    """{"points": {slug: […]}, "marks": […]} of the brokers that this person sees as a whole: parts have no past."""
    span = _span(request)
    if span is None:
        return _refused()
    now = time.time()
    whole = [each for each in access.visible_brokers(request.user) if access.visible_vhosts(request.user, each) is None]
    is_wanted = _is_wanted(request, span)
    points = {each.slug: past.points(each, None, span, now) if is_wanted else [] for each in whole}
    found = [mark for each in whole for mark in past.marks(each, None, now - span.seconds)]
    marks = sorted(found, key=lambda mark: mark.at)[-past.MAX_MARKS :]
    if _is_table(request):
        return _table(request, past.summed(points.values()), marks, span)
    return JsonResponse({"points": points, "marks": _pairs(marks)})


def _span(request: HttpRequest) -> Span | None:
    return SPANS.get(request.GET.get("range", ""))


def _is_table(request: HttpRequest) -> bool:
    return request.GET.get("view") == "table"


def _is_wanted(request: HttpRequest, span: Span) -> bool:
    """Whether points are to be read at all."""
    return span.seconds > LIVE_SECONDS or _is_table(request)


def _pairs(marks: Iterable[Marked]) -> list[tuple[float, str]]:
    return [(mark.at, mark.label) for mark in marks]


def _refused() -> JsonResponse:
    return JsonResponse({"error": f"range takes one of {', '.join(SPANS)}"}, status=400)


def _table(
    request: HttpRequest,
    points: Points,
    marks: Sequence[Marked],
    span: Span,
    broker: Broker | None = None,
    vhost: str = "",
    queue: str = "",
) -> HttpResponse:
    page = PastPage(
        broker=broker,
        vhost=vhost,
        queue=queue,
        rows=_rows(points, marks),
        range=request.GET["range"],
        ranges=tuple(SPANS),
        point_seconds=span.point,
    )
    return render(request, "past/table.html", {"page": page})


def _rows(points: Points, marks: Sequence[Marked]) -> tuple[PastRow, ...]:
    seconds = [at for at, *_ in points if at is not None]
    happened: dict[int, list[str]] = {}
    for mark in marks:
        happened.setdefault(max(bisect_right(seconds, mark.at) - 1, 0), []).append(mark.label)
    rows = [
        PastRow(datetime.fromtimestamp(at, UTC), tuple(values), tuple(happened.get(index, ())))
        for index, (at, *values) in enumerate(points)
        if at is not None
    ]
    return tuple(reversed(rows))
