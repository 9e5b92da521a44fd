"""The list of queues, and one queue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from brokerctl.clients.models import Queue
from brokerctl.errors import ClientError
from dashboard import access, brokers, outlook, verdicts
from dashboard.bulk import bulk
from dashboard.listing import export
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.queues import Argument, Listed, QueuePage, QueuesPage
from dashboard.snapshot import QueueRow, Rates, Snapshot
from dashboard.tables.queues import TABLE
from dashboard.views import lists
from dashboard.views.lists import listing_of
from dashboard.views.place import says_why


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


@says_why
def detail(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    taken = access.visible_snapshot(request.user, found)
    row = taken.queues.get((vhost, queue)) or _asked(found, vhost, queue)
    bindings, consumers, error = None, None, ""
    try:
        client = brokers.client(found)
        bindings = tuple(client.queue_bindings(vhost, queue))
        consumers = tuple(client.queue_consumers(vhost, queue))
    except ClientError as failure:
        error = str(failure)
    role = access.role_on(request.user, found, vhost)
    page = QueuePage(
        broker=found,
        vhost=vhost,
        snapshot=taken,
        row=row,
        verdict=verdicts.of_queue(row, taken, timezone.now()),
        outlook=outlook.of_queue(row),
        may_operate=role is not None and access.RANKS[role] >= access.RANKS[Role.OPERATOR],
        may_administer=role is Role.ADMIN,
        bindings=bindings,
        consumers=consumers,
        detail_error=error,
        arguments=_arguments(row.queue),
    )
    return render(request, "queues/queue.html", {"page": page})


def _asked(broker: Broker, vhost: str, queue: str) -> QueueRow:
    """A queue the collector has not seen yet: ask the broker. Raises ClientError."""
    return QueueRow(brokers.client(broker).queue(vhost, queue), Rates())


def _arguments(queue: Queue) -> tuple[Argument, ...]:
    of_queue = [Argument(name, value, "queue") for name, value in sorted(queue.arguments.items())]
    origin = f"policy {queue.policy}" if queue.policy else "policy"
    return (*of_queue, *(Argument(name, value, origin) for name, value in sorted(queue.effective_policy.items())))
