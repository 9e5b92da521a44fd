"""Everything that needs somebody, on all brokers."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import access, attention
from dashboard.attention import Need
from dashboard.snapshot import BrokerState
from dashboard.status import Status

PAGE_ROWS = 100


@dataclass(slots=True, frozen=True)
class AttentionPage:
    needs: tuple[Need, ...]
    count: int
    critical: int
    brokers: int
    waiting: tuple[str, ...]
    """Names of brokers that have not answered yet."""
    page: int
    pages: int


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    seen = [(broker, access.visible_snapshot(request.user, broker)) for broker in access.visible_brokers(request.user)]
    is_owner = bool(getattr(request.user, "is_superuser", False))
    found = attention.needs(seen, timezone.now(), may_test=is_owner)
    pages = max(1, -(-len(found) // PAGE_ROWS))
    text = request.GET.get("page", "1")
    number = min(max(int(text), 1), pages) if text.isdecimal() and text.isascii() and len(text) < 7 else 1
    page = AttentionPage(
        needs=tuple(found[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]),
        count=len(found),
        critical=sum(each.verdict.status is Status.CRIT for each in found),
        brokers=len(seen),
        waiting=tuple(broker.name for broker, taken in seen if taken.state is BrokerState.CONNECTING),
        page=number,
        pages=pages,
    )
    return render(request, "attention/list.html", {"page": page})
