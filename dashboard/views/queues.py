"""The list of queues, and one queue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from brokerctl.clients.models import Queue
from brokerctl.errors import ClientError
from dashboard import access, brokers, listing, outlook, verdicts
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.queues import Argument, Column, Listed, QueuePage, QueuesPage, View
from dashboard.snapshot import QueueRow, Rates
from dashboard.views.place import says_why

COLUMNS = (
    Column("name", "Name"),
    Column("vhost", "Vhost"),
    Column("type", "Type"),
    Column("state", "State", hint="Worst first"),
    Column("ready", "Ready", is_number=True),
    Column("unacked", "Unacked", is_number=True),
    Column("total", "Total", is_number=True),
    Column("in", "In/s", is_number=True, hint="Published to the queue"),
    Column("out", "Out/s", is_number=True, hint="Delivered to consumers"),
    Column("ack", "Ack/s", is_number=True),
    Column("consumers", "Cons", is_number=True, hint="Consumers"),
)

VIEWS = (
    ("All", ""),
    ("Needs attention", "state:attention"),
    ("No consumers", "consumers:0 ready>0"),
    ("Idle", "state:idle"),
)


def list_queues(request: HttpRequest, broker: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    now = timezone.now()
    rows = [Listed(row, verdicts.of_queue(row, taken, now)) for row in taken.queues.values()]
    vhost, text = request.GET.get("vhost", ""), request.GET.get("q", "").strip()
    wanted = listing.parse(text)
    here = [each for each in rows if not vhost or each.row.queue.vhost == vhost]
    matching = [each for each in here if wanted.keeps(each)]
    by, is_descending = _order(request)
    ordered = listing.sort(matching, by, is_descending=is_descending)
    pages = max(1, -(-len(ordered) // listing.PAGE_ROWS))
    number = min(_page(request), pages)
    shown = ordered[(number - 1) * listing.PAGE_ROWS : number * listing.PAGE_ROWS]
    page = QueuesPage(
        broker=found,
        snapshot=taken,
        rows=tuple(shown),
        views=tuple(View(title, q, sum(map(listing.parse(q).keeps, here))) for title, q in VIEWS),
        columns=COLUMNS,
        filter=text,
        filter_error=wanted.error,
        vhost=vhost,
        vhosts=tuple(
            sorted({*({vhost} - {""}), *(each.name for each in taken.vhosts), *(each.row.queue.vhost for each in rows)})
        ),
        sort=by,
        is_descending=is_descending,
        count=len(ordered),
        total=len(rows),
        ready=sum(each.row.queue.messages_ready for each in rows),
        page=number,
        pages=pages,
    )
    return render(request, "queues/list.html", {"page": page})


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


def _order(request: HttpRequest) -> tuple[str, bool]:
    by = request.GET.get("sort", "state")
    is_descending = by.startswith("-")
    by = by.removeprefix("-")
    known = {column.name for column in COLUMNS}
    return (by, is_descending) if by in known else ("state", False)


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
