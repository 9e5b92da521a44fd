"""One queue, with all that is known of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from brokerctl.clients.details import QueueDetails
from brokerctl.errors import ClientError, ObjectNotFound
from dashboard import access, activity, brokers, outlook, rules, verdicts
from dashboard.looks import kinds, look, shapes
from dashboard.looks.kinds import QueueLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.queue import Amount, Bound, QueuePage
from dashboard.reading.first import SHOWN, First, first
from dashboard.reading.reads import reads
from dashboard.snapshot import QueueRow, Rates, Snapshot
from dashboard.views import messages
from dashboard.views.pause import WHY_NOT
from dashboard.views.place import place, says_why

AMOUNTS = {
    "ready": "Ready",
    "unacked": "Unacked",
    "total": "Total",
    "ram": "In memory",
    "persistent": "Persistent",
    "paged_out": "On disk only",
    "returned": "Returned, to go first",
    "delayed": "Delayed",
    "dead_lettered": "Awaiting dead-lettering",
}


@says_why
def detail(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    taken = access.visible_snapshot(request.user, found)
    seen, error = _taken(found, vhost, queue, is_known=(vhost, queue) in taken.queues)
    row = taken.queues.get((vhost, queue)) or _row(seen)
    may_operate = access.may(request.user, found, vhost, Role.OPERATOR)
    now = timezone.now()
    page = QueuePage(
        broker=found,
        vhost=vhost,
        snapshot=taken,
        row=row,
        verdict=verdicts.of_queue(row, taken, now),
        outlook=outlook.of_queue(row),
        feed=shapes.feed(kinds.QUEUE.name, found.slug, vhost, queue),
        shape=shapes.of_queue(seen.value) if seen else "",
        may_operate=may_operate,
        may_administer=access.may(request.user, found, vhost, Role.ADMIN),
        look=seen,
        detail_error=error,
        bindings=_bound(seen, taken),
        rules=rules.of_queue(row.queue, seen.value.operator_policies if seen else ()),
        facts=_facts(seen.value.details) if seen else (),
        amounts=_amounts(seen.value.details) if seen else (),
        first=_first(request, found, row) if may_operate and seen and taken.is_live else None,
        first_count=SHOWN,
        activity=activity.of_queue(request.user, found, vhost, queue, row.queue.policy or ""),
        why_no_pause="" if taken.can.pause else WHY_NOT.format(broker=found.name),
        oldest_seconds=seen.value.details.oldest_ready_seconds if seen else None,
    )
    return render(request, "queues/queue.html", {"page": page})


def _taken(broker: Broker, vhost: str, queue: str, *, is_known: bool) -> tuple[Look[QueueLook] | None, str]:
    """What the broker says of the queue. Raises ClientError when nothing is known of it, also not by the collector."""
    try:
        seen = look.take(broker, kinds.QUEUE, vhost, queue)
    except ObjectNotFound:
        raise
    except ClientError as error:
        if not is_known:
            raise
        return None, str(error)
    return seen, seen.error


def _row(seen: Look[QueueLook] | None) -> QueueRow:
    """Of a queue that the collector has not seen yet."""
    assert seen is not None
    return QueueRow(seen.value.details.queue, Rates())


def _first(request: HttpRequest, broker: Broker, row: QueueRow) -> First:
    here = place(request, broker.slug, row.queue.vhost, Role.OPERATOR)
    kept = reads.get(messages.key(request, here, row.queue.name))
    return first(here.client(), row.queue, brokers.snapshot(broker).overview, kept)


def _bound(seen: Look[QueueLook] | None, taken: Snapshot) -> tuple[Bound, ...]:
    if seen is None:
        return ()
    incoming, bindings = seen.value.details.incoming, seen.value.bindings
    sources = [each.source for each in bindings]
    return tuple(
        Bound(
            each,
            # The broker counts per exchange: with two bindings from one nobody knows which it was.
            incoming.get(each.source) if sources.count(each.source) == 1 else None,
            taken.exchange_rates.get((each.vhost, each.source), (None, None))[0],
        )
        for each in bindings
    )


def _amounts(details: QueueDetails) -> tuple[Amount, ...]:
    return tuple(
        Amount(name, title, details.messages.get(name), details.message_bytes.get(name))
        for name, title in AMOUNTS.items()
        if name in details.messages or name in details.message_bytes
    )


def _facts(details: QueueDetails) -> tuple[tuple[str, str], ...]:
    queue = details.queue
    capacity = queue.consumer_utilisation
    down = [name for name in details.members if name not in details.online]
    facts = {
        "State": queue.state,
        "Node": details.leader or queue.node,
        "Members": ", ".join(details.members),
        "Members that are down": ", ".join(down),
        "Exclusive to": details.owner,
        "Consumer capacity": "" if capacity is None else f"{capacity:.0%} of the time it can deliver at once",
        "Exclusive consumer": details.exclusive_consumer_tag,
        "Single active consumer": details.single_active_consumer_tag,
        "Publishers": _number(details.publishers),
        "Readers": _number(details.readers),
        "Segments": _number(details.segments),
        "Delivery limit": details.delivery_limit,
        "Policy": queue.policy or "none",
        "Operator policy": details.operator_policy or "none",
        "Memory of its process": "" if details.memory_bytes is None else verdicts.size(details.memory_bytes),
        "Oldest unacked": _seconds(details.oldest_unacked_seconds),
        "Damaged on disk": f"{details.damaged_messages:,} messages" if details.damaged_messages else "",
        "Idle since": f"{details.idle_since:%Y-%m-%d %H:%M:%S} UTC" if details.idle_since else "",
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _seconds(value: int | None) -> str:
    return "" if value is None else f"in the broker for {verdicts.during(value)}"
