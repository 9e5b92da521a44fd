"""A job in words and shares, for the list of jobs, the page of one, and its live feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import now

from brokerctl.operations.progress import Outcome
from dashboard.models import Operation
from dashboard.models.operation import CHANGES, OF_CLIENTS, OF_QUEUES, WORKER_DIED, Kind, State

LONG_WAIT_SECONDS = 10
"""A worker takes a job within a second when there is a free one."""

GOOD = {
    Kind.PUBLISH: Outcome.PUBLISHED,
    Kind.PURGE: Outcome.PURGED,
    Kind.MOVE: Outcome.MOVED,
    Kind.COPY: Outcome.COPIED,
    Kind.REPUBLISH: Outcome.MOVED,
    **dict.fromkeys(OF_QUEUES | CHANGES, Outcome.DONE),
}
"""What each kind of job wants to happen to a message, to a queue, to a definition, or to a connection."""

LABELS = {
    Outcome.MOVED: ("Moved", "confirmed, acknowledged"),
    Outcome.COPIED: ("Copied", "confirmed; the original stays"),
    Outcome.PUBLISHED: ("Published", "confirmed"),
    Outcome.PURGED: ("Purged", "deleted"),
    Outcome.READ: ("Read", "in their places"),
    Outcome.MISSING: ("Missing", "gone before we took it"),
    Outcome.UNROUTABLE: ("Unroutable", "still at the source"),
    Outcome.REFUSED: ("Refused", "still at the source"),
    Outcome.LEFT: ("Left", "not tried"),
    Outcome.DONE: ("Done", "as wanted"),
    Outcome.FAILED: ("Failed", "refused by the broker"),
}

STATUSES = {
    Outcome.MISSING: "skip",
    Outcome.UNROUTABLE: "warn",
    Outcome.REFUSED: "crit",
    Outcome.LEFT: "left",
    Outcome.FAILED: "crit",
}

ITEMS_SHOWN = 1000

SHOWN_WITH_ZERO = (Outcome.MISSING, Outcome.UNROUTABLE, Outcome.REFUSED)
"""Counts of a move that people look for even when they are 0."""


@dataclass(slots=True, frozen=True)
class Share:
    """One outcome: a tile, and a piece of the bar."""

    outcome: str
    label: str
    explained: str
    count: int
    status: str
    """'done', 'skip', 'warn', 'crit' or 'left'."""
    start: float
    """Where its piece of the bar begins, in percent."""
    percent: float


@dataclass(slots=True, frozen=True)
class Job:
    row: Operation
    title: str
    source: str
    """The queue that messages are taken from; a publish has none."""
    destination: str
    shares: tuple[Share, ...]
    to_do: int | None
    """None when nobody knows yet how many there are."""
    status: str
    """'ok', 'warn', 'crit', 'idle' or 'run'."""
    sentence: str
    seconds: float | None
    per_second: float | None
    seconds_left: float | None

    @property
    def good(self) -> int:
        """Messages that did what was wanted."""
        return sum(share.count for share in self.shares if share.status == "done")

    @property
    def is_of_queues(self) -> bool:
        return self.row.kind in OF_QUEUES

    @property
    def items(self) -> list[dict[str, Any]]:
        """Queues of a job on many: what failed first, and no more than a page holds."""
        ranks = {Outcome.FAILED: 0, Outcome.LEFT: 1, Outcome.MISSING: 2}
        return sorted(self.row.items, key=lambda item: ranks.get(Outcome(item["outcome"]), 3))[:ITEMS_SHOWN]

    @property
    def is_change(self) -> bool:
        """Whether it changed how the broker is set up, or who is connected; the others are about messages."""
        return self.row.kind in CHANGES

    @property
    def changed(self) -> list[tuple[str, Any, Any]]:
        """Of a change: each key with its value before and after; None where there was or is none."""
        before, after = self.row.parameters.get("before") or {}, self.row.parameters.get("after") or {}
        return [(key, before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])]

    @property
    def changed_heading(self) -> str:
        """What the table of `changed` tells."""
        headings = {Kind.CLOSE: "What their clients were told", Kind.CANCEL: "What it was"}
        return headings.get(Kind(self.row.kind), "What it was set to")

    @property
    def is_of_clients(self) -> bool:
        """Nothing has a value before and another one after then: each key of `changed` has one of them."""
        return self.row.kind in OF_CLIENTS

    @property
    def problems(self) -> list[dict[str, str]]:
        return self.row.problems


def job(row: Operation, at: datetime | None = None) -> Job:
    at = at or now()
    shares = _shares(row)
    to_do = None if row.total is None else max(row.total - row.done, 0)
    seconds = _seconds(row, at)
    per_second = row.done / seconds if seconds and row.state == State.RUNNING and row.done else None
    status, sentence = _status(row, at)
    return Job(
        row=row,
        title=_title(row),
        source="" if row.kind == Kind.PUBLISH or row.kind in CHANGES else row.queue,
        destination=_destination(row),
        shares=shares,
        to_do=to_do,
        status=status,
        sentence=sentence,
        seconds=seconds,
        per_second=per_second,
        seconds_left=to_do / per_second if to_do and per_second else None,
    )


def _title(row: Operation) -> str:
    if row.kind in CHANGES:
        return f"{row.get_kind_display()} {row.parameters.get('noun', '')} {row.parameters.get('name', '')}".strip()
    if row.kind == Kind.PUBLISH:
        return "Publish a message"
    verb = row.get_kind_display()
    if row.kind in OF_QUEUES:
        queues = row.total if row.total is not None else len(row.parameters.get("queues") or ())
        return f"{verb} {row.queue or counted(queues, 'queue')}"
    count = row.total if row.total is not None else len(row.parameters.get("fingerprints") or ())
    if not count:
        return f"{verb} {row.queue}" if row.kind == Kind.PURGE else f"{verb} all messages"
    first = "the first " if row.parameters.get("count") else ""
    return f"{verb} {first}{count:,} message{'' if count == 1 else 's'}"


def _destination(row: Operation) -> str:
    """Where it goes, as 'parked in vhost shop on prod' without the parts that are the source's own."""
    asked: dict[str, Any] = row.parameters
    if row.kind == Kind.MOVE_MANY:
        target = asked.get("destination") or {}
        is_here = target.get("vhost") == row.vhost
        return str(target.get("queue", "")) + ("" if is_here else f" in vhost {target.get('vhost')}")
    if row.kind == Kind.POLICY:
        return f"policy {(asked.get('policy') or {}).get('name')}"
    if row.kind == Kind.PURGE or row.kind in OF_QUEUES or row.kind in CHANGES:
        return ""
    exchange, key = asked.get("exchange"), asked.get("routing_key")
    if exchange == "" and key is not None:
        place = str(key)
    elif exchange is None:
        place = "their own exchanges"
    else:
        place = f"exchange {exchange or '(default)'}"
    if exchange != "":
        place += ", own keys" if key is None else f", key {key}"
    is_elsewhere = row.broker is not None and asked.get("broker") not in (None, row.broker.slug)
    if is_elsewhere or asked.get("vhost") not in (None, row.vhost):
        place += f" in vhost {asked.get('vhost')}"
    return f"{place} on {asked['broker']}" if is_elsewhere else place


def _shares(row: Operation) -> tuple[Share, ...]:
    total = max(row.total or 0, row.done, 1)
    good = Outcome.COPIED if row.parameters.get("keep") else GOOD[Kind(row.kind)]
    wanted = [good, *_zeroes(row)]
    shown = wanted + [Outcome(name) for name in row.counts if Outcome(name) not in wanted]
    shares: list[Share] = []
    start = 0.0
    for outcome in shown:
        count = row.counts.get(outcome, 0)
        percent = 100 * count / total
        label, explained = LABELS[outcome]
        if row.kind == Kind.REPUBLISH and outcome == good:
            label = "Republished"
        if row.kind == Kind.PUBLISH and outcome != good:
            explained = "in no queue"
        shares.append(Share(outcome, label, explained, count, STATUSES.get(outcome, "done"), start, percent))
        start += percent
    return tuple(shares)


def _zeroes(row: Operation) -> tuple[Outcome, ...]:
    if row.kind in OF_QUEUES:
        return (Outcome.MISSING, Outcome.FAILED)
    return () if row.kind in (Kind.PURGE, Kind.PUBLISH, *CHANGES) else SHOWN_WITH_ZERO


def _seconds(row: Operation, at: datetime) -> float | None:
    return ((row.finished_at or at) - row.started_at).total_seconds() if row.started_at else None


def _status(row: Operation, at: datetime) -> tuple[str, str]:
    """One status and one sentence that say how it stands or how it ended."""
    match row.state:
        case State.QUEUED:
            waits = (at - row.created_at).total_seconds()
            if waits < LONG_WAIT_SECONDS:
                return "idle", "Waits for a worker."
            return "warn", f"No worker has taken it for {round(waits)} s. Is the worker running?"
        case State.RUNNING if row.is_silent:
            return "crit", WORKER_DIED
        case State.RUNNING:
            ends = "Stops after the queue in work." if row.kind in OF_QUEUES else "Stops after the messages in flight."
            return "run", ends if row.cancel_requested else "Running."
        case State.FAILED:
            return "crit", row.error
        case State.CANCELLED if row.kind in CHANGES:
            return "idle", "Cancelled. What was applied stays, the rest was not tried."
        case State.CANCELLED:
            rest = "the rest is as it was" if row.kind in OF_QUEUES else "the rest is at the source"
            return "idle", f"Cancelled. What was done stays done, {rest}."
        case _:
            return _ended(row)


def _ended(row: Operation) -> tuple[str, str]:
    refused, unroutable = row.counts.get(Outcome.REFUSED, 0), row.counts.get(Outcome.UNROUTABLE, 0)
    if row.kind == Kind.PUBLISH:
        return _published(row, refused, unroutable)
    if row.kind in OF_QUEUES:
        return _ended_many(row)
    if row.kind in CHANGES:
        failed = row.counts.get(Outcome.FAILED, 0)
        return ("warn", f"Done; {failed:,} failed, for the reasons below.") if failed else ("ok", "Done.")
    parts = [f"{count:,} {name}" for count, name in ((refused, "refused"), (unroutable, "unroutable")) if count]
    if parts:
        return "warn", f"Done, {' and '.join(parts)}: still at the source."
    missing = row.counts.get(Outcome.MISSING, 0)
    if missing:
        return "ok", f"Done, {missing:,} gone before we took {'it' if missing == 1 else 'them'}."
    return "ok", "Done."


def _ended_many(row: Operation) -> tuple[str, str]:
    done, failed, gone = (row.counts.get(each, 0) for each in (Outcome.DONE, Outcome.FAILED, Outcome.MISSING))
    messages = sum(item["messages"] or 0 for item in row.items)
    what = f"Done with {counted(done, 'queue')}"
    if messages:
        what += f", {counted(messages, 'message')}"
    if failed:
        return "warn", f"{what}; {failed:,} failed, for the reasons below."
    return "ok", f"{what}; {gone:,} gone before." if gone else f"{what}."


def counted(count: int, noun: str) -> str:
    """'1 queue', '2,000 queues'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _published(row: Operation, refused: int, unroutable: int) -> tuple[str, str]:
    if refused:
        return "crit", "Refused by the broker. The message is in no queue."
    if unroutable:
        return "warn", "Unroutable: no binding matched, so the message is in no queue."
    return "ok", "Confirmed by the broker and routed."
