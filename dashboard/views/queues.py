"""The list of queues."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from dashboard import access, verdicts
from dashboard.bulk import bulk
from dashboard.listing import export
from dashboard.pages.queues import QueuesPage
from dashboard.tables.queues import TABLE, rows_of
from dashboard.views import lists
from dashboard.views.lists import listing_of


def list_queues(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    rows = rows_of(found.slug, taken, timezone.now())
    listing = listing_of(request, TABLE, rows, broker=found, vhosts=taken.vhost_names, is_tied=True)
    if lists.wants_csv(request):
        return export.response(listing, f"queues of {found.slug}")
    page = QueuesPage(
        broker=found,
        snapshot=taken,
        listing=listing,
        ready=verdicts.summary(taken, timezone.now()).ready,
        bulk=bulk(request.user, found, taken),
    )
    return render(request, "queues/list.html", {"page": page})
