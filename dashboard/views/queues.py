"""The list of queues."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from dashboard import access, verdicts
from dashboard.bulk import bulk
from dashboard.listing import export
from dashboard.models import Broker
from dashboard.pages.queues import Listed, QueuesPage
from dashboard.snapshot import Snapshot
from dashboard.tables.queues import TABLE
from dashboard.views import lists
from dashboard.views.lists import listing_of


def list_queues(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    rows = queue_rows(found, taken)
    vhosts = {*taken.vhost_names}
    listing = listing_of(request, TABLE, rows, broker=found, vhosts=vhosts)
    if lists.wants_csv(request):
        return export.response(listing, f"queues of {found.slug}")
    page = QueuesPage(
        broker=found,
        snapshot=taken,
        listing=listing,
        ready=sum(each.row.queue.messages_ready for each in rows),
        bulk=bulk(request.user, found, taken),
    )
    return render(request, "queues/list.html", {"page": page})


def queue_rows(broker: Broker, taken: Snapshot) -> list[Listed]:
    """Every queue with its verdict, as the table has them."""
    now = timezone.now()
    return [Listed(broker.slug, row, verdicts.of_queue(row, taken, now)) for row in taken.queues.values()]
