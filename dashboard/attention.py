"""What needs somebody, on every broker that a person sees: worst first, with its evidence and one thing to do next.

Pure but for the snapshots it is given: deciding how a queue is stays in verdicts.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dashboard import verdicts
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, QueueRow, Snapshot
from dashboard.status import Status, Step, Verdict

LABELS: dict[Step, str] = {
    Step.LOOK: "Open",
    Step.CONSUMERS: "Show consumers",
    Step.PARK: "Move to a parking queue…",
    Step.READ: "Read messages",
    Step.LARGEST: "Largest queues",
    Step.TEST: "Test connection",
    Step.VHOSTS: "Vhosts",
}


@dataclass(slots=True, frozen=True)
class Need:
    """One thing that needs somebody: a queue, or a broker when `row` is None."""

    broker: Broker
    row: QueueRow | None
    verdict: Verdict
    since: datetime | None
    """When it was first seen so; None when nobody kept that."""
    may_test: bool = False
    """Whether this person may look at the broker's address."""

    @property
    def label(self) -> str:
        return LABELS[self._step]

    @property
    def href(self) -> str:
        """Where the next thing is done."""
        slug = self.broker.slug
        if self.row is None:
            page = {Step.TEST: "broker-edit", Step.VHOSTS: "vhosts"}.get(self._step, "queues")
            return reverse(page, args=[slug]) + ("?sort=-bytes" if self._step is Step.LARGEST else "")
        page = {Step.PARK: "move", Step.READ: "messages"}.get(self._step, "queue")
        anchor = "#consumers" if self._step is Step.CONSUMERS else ""
        return reverse(page, args=[slug, *self.row.key]) + anchor

    @property
    def _step(self) -> Step:
        return Step.LOOK if self.verdict.step is Step.TEST and not self.may_test else self.verdict.step


@dataclass(slots=True, frozen=True)
class Count:
    """How many things need somebody, and how many of them at once."""

    things: int = 0
    critical: int = 0


def needs(seen: Iterable[tuple[Broker, Snapshot]], now: datetime, *, may_test: bool = False) -> list[Need]:
    """Everything, worst first; among equals the fullest."""
    found: list[Need] = []
    for broker, taken in seen:
        found += [
            Need(broker, None, verdict, since, may_test and not broker.is_embedded)
            for verdict, since in of_broker(taken, now)
        ]
        found += [
            Need(broker, row, verdict, _since(row, verdict)) for row, verdict in verdicts.summary(taken, now).worst
        ]
    found.sort(
        key=lambda each: (each.verdict.status, each.row is not None, -(each.row.queue.messages if each.row else 0))
    )
    return found


def count(taken: Snapshot, now: datetime) -> Count:
    """Of one broker, for the sidebar."""
    summary = verdicts.summary(taken, now)
    own = [verdict for verdict, _ in of_broker(taken, now)]
    critical = summary.critical + sum(verdict.status is Status.CRIT for verdict in own)
    return Count(summary.critical + summary.warning + len(own), critical)


def of_broker(taken: Snapshot, now: datetime) -> list[tuple[Verdict, datetime | None]]:
    """What is wrong with the broker itself, and since when."""
    if taken.state is BrokerState.UNREACHABLE:
        return [(verdicts.unreachable(taken, now), taken.failed_at)]
    found = [*verdicts.alarms(taken), *verdicts.stopped(taken), *verdicts.uncounted(taken.overview)]
    return [(verdict, None) for verdict in found] if taken.is_live else []


def _since(row: QueueRow, verdict: Verdict) -> datetime | None:
    if verdict.step is Step.READ:
        return row.redelivering_since
    return row.no_consumers_since or row.no_ack_since
