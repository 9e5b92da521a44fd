"""What happened to one queue: what was noticed on its broker, and what people did to it from here. Asks no broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Concat

from dashboard import access
from dashboard.access import Person
from dashboard.models import Broker, Mark, Operation
from dashboard.models.operation import CHANGES, OF_QUEUES, Kind
from dashboard.operations import shown
from dashboard.past import concerns

SHOWN = 50
"""The newest; the page of jobs and the charts go further back."""

MANY_SEEN = 200
"""Jobs on many queues that are looked through for this one, of those that have its name somewhere."""

NOTICED = {
    "consumers lost": "Its last consumer left",
    "memory alarm": "Memory alarm: publishers were blocked",
    "disk alarm": "Disk alarm: publishers were blocked",
    "node restarted": "The node restarted",
}
"""By how the label of a mark begins; the name of a node may follow."""


@dataclass(slots=True, frozen=True)
class Happened:
    at: datetime
    who: str
    """A person, or the broker where nobody did it from here."""
    is_person: bool
    what: str
    status: str
    """Of the job: 'ok', 'warn', 'crit', 'idle' or 'run'."""
    result: str
    """How it ended, in a sentence; empty for what was only noticed."""
    job: int | None = None
    is_unfinished: bool = False


def of_queue(user: Person, broker: Broker, vhost: str, queue: str, policy: str = "") -> tuple[Happened, ...]:
    """Newest first, at most SHOWN; jobs that this person may see only. `policy` is the one in force."""
    jobs = {row.pk: row for row in _jobs(user, broker, vhost, queue, policy)}
    found = [*_noticed(broker, vhost, queue), *(_of_job(row, vhost, queue) for row in jobs.values())]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN])


def _noticed(broker: Broker, vhost: str, queue: str) -> Iterator[Happened]:
    """On the queue, and on the whole broker."""
    marks = Mark.objects.filter(broker=broker).filter(Q(queue="") | Q(vhost=vhost, queue=queue))
    for mark in marks.order_by("-at")[:SHOWN]:
        beginning = next((each for each in NOTICED if mark.label.startswith(each)), "")
        what = NOTICED[beginning] + mark.label.removeprefix(beginning) if beginning else mark.label
        yield Happened(mark.at, broker.name, False, what, "warn", "")


def _jobs(user: Person, broker: Broker, vhost: str, queue: str, policy: str) -> Iterator[Operation]:
    mine: QuerySet[Operation] = access.visible_operations(user).select_related("created_by", "broker").defer("problems")
    here = mine.filter(broker=broker)
    touched = (
        here.filter(vhost=vhost, queue=queue),
        here.filter(_declared(queue, policy), vhost=vhost, kind__in=CHANGES),
        mine.filter(
            kind__in=(Kind.MOVE, Kind.COPY),
            parameters__broker=broker.slug,
            parameters__vhost=vhost,
            parameters__exchange="",
            parameters__routing_key=queue,
        ),
    )
    for rows in touched:
        yield from rows[:SHOWN]
    for row in _naming(here.filter(kind__in=OF_QUEUES), queue)[:MANY_SEEN]:
        if concerns(row, vhost, queue) or _is_asked(row, vhost, queue):
            yield row


def _naming(jobs: QuerySet[Operation], queue: str) -> QuerySet[Operation]:
    """Those in whose JSON the name stands. No index has it, but to read ten thousand items here would take far longer.

    SQLite keeps JSON as Django wrote it, PostgreSQL writes letters out.
    """
    told = Concat(Cast("parameters", TextField()), Cast("items", TextField()))
    spelt = Q(told__contains=json.dumps(queue)) | Q(told__contains=json.dumps(queue, ensure_ascii=False))
    return jobs.annotate(told=told).filter(spelt)


def _declared(queue: str, policy: str) -> Q:
    """The queue itself, its bindings, its consumers that were cancelled, and the policy in force there."""
    asked = Q(parameters__noun="queue", parameters__name=queue)
    asked |= Q(parameters__noun="consumer", parameters__before__queue=queue)
    asked |= Q(parameters__noun="binding") & (Q(parameters__after__queue=queue) | Q(parameters__before__queue=queue))
    return asked | Q(parameters__noun="policy", parameters__name=policy) if policy else asked


def _is_asked(row: Operation, vhost: str, queue: str) -> bool:
    """Whether a job on many queues is to come to this one, or brings messages here."""
    goes_to = row.parameters.get("destination") or {}
    is_target = (goes_to.get("vhost"), goes_to.get("queue")) == (vhost, queue)
    return is_target or [vhost, queue] in (row.parameters.get("queues") or ())


def _of_job(row: Operation, vhost: str, queue: str) -> Happened:
    job = shown.job(row)
    what = job.title
    is_own = (row.vhost, row.queue) == (vhost, queue)
    if not is_own and row.kind in (Kind.MOVE, Kind.COPY):
        what += f" here from {row.queue}"
    elif job.destination:
        what += f" to {job.destination}"
    return Happened(
        at=row.started_at or row.created_at,
        who=row.created_by.username if row.created_by else "somebody who is gone",
        is_person=True,
        what=what,
        status=job.status,
        result=job.sentence,
        job=row.pk,
        is_unfinished=not row.is_finished,
    )
