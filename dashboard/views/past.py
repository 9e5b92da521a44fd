"""The past of charts as JSON: what the database kept, for ranges longer than the live feeds hold, and marks."""

from __future__ import annotations

import time

from django.http import HttpRequest, JsonResponse

from dashboard import access, past
from dashboard.models.grant import Role
from dashboard.past import SPANS, Span

LIVE_SECONDS = 3600
"""Ranges up to this come with the feed: only their marks are asked for here."""


def of_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> JsonResponse:
    """{"points": […], "marks": [[second, label], …]} of one queue."""
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    span = _span(request)
    if span is None:
        return _refused()
    now = time.time()
    points = past.points(found, (vhost, queue), span, now) if span.seconds > LIVE_SECONDS else []
    marks = [[mark.at, mark.label] for mark in past.marks(found, (vhost, queue), now - span.seconds)]
    return JsonResponse({"points": points, "marks": marks})


def of_brokers(request: HttpRequest) -> JsonResponse:
    """{"points": {slug: […]}, "marks": […]} of the brokers that this person sees as a whole: parts have no past."""
    span = _span(request)
    if span is None:
        return _refused()
    now = time.time()
    whole = [each for each in access.visible_brokers(request.user) if access.visible_vhosts(request.user, each) is None]
    points = {each.slug: past.points(each, None, span, now) if span.seconds > LIVE_SECONDS else [] for each in whole}
    marks = [[mark.at, mark.label] for each in whole for mark in past.marks(each, None, now - span.seconds)]
    return JsonResponse({"points": points, "marks": sorted(marks)[-past.MAX_MARKS :]})


def _span(request: HttpRequest) -> Span | None:
    return SPANS.get(request.GET.get("range", ""))


def _refused() -> JsonResponse:
    return JsonResponse({"error": f"range takes one of {', '.join(SPANS)}"}, status=400)
