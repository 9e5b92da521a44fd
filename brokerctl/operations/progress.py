"""How a long procedure talks to whoever started it: progress out, cancellation in. Knows no Django and no threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one message of an operation, or of one queue of an operation on many."""

    MOVED = "moved"
    COPIED = "copied"
    PUBLISHED = "published"
    PURGED = "purged"
    READ = "read"
    """Looked at; it is where it was."""
    MISSING = "missing"
    """Gone before we took it: consumed meanwhile."""
    UNROUTABLE = "unroutable"
    """Returned by the destination; it stays at the source."""
    REFUSED = "refused"
    """Nacked by the destination; it stays at the source."""
    LEFT = "left"
    """Not tried, because the operation was cancelled."""
    DONE = "done"
    """Of a queue: it is as it was wanted."""
    FAILED = "failed"
    """Of a queue: the broker refused, or something in it stayed as it was."""


@dataclass(slots=True)
class Tally:
    """Counts per outcome, and the messages that did not do what was wanted (at most KEPT of them)."""

    KEPT = 1000

    total: int | None = None
    """How many there are to do; None when only the end will tell."""
    counts: dict[Outcome, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    items: list[ItemResult] = field(default_factory=list)
    """Of an operation on many queues: each that was dealt with, in order."""

    def add(self, outcome: Outcome, count: int = 1) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + count

    def add_problem(self, outcome: Outcome, fingerprint: str, reason: str) -> None:
        self.add(outcome)
        if len(self.problems) < self.KEPT:
            self.problems.append(Problem(outcome, fingerprint, reason))

    def add_item(self, result: ItemResult) -> None:
        self.add(result.outcome)
        self.items.append(result)

    @property
    def done(self) -> int:
        return sum(self.counts.values())


@dataclass(slots=True, frozen=True)
class Problem:
    outcome: Outcome
    fingerprint: str
    reason: str


@dataclass(slots=True, frozen=True)
class ItemResult:
    """What became of one queue of many."""

    vhost: str
    queue: str
    outcome: Outcome
    messages: int | None
    """How many it was about; None when that is not known."""
    reason: str = ""


@dataclass(slots=True)
class Control:
    """Given to every operation: it reports the tally as often as it likes and asks whether to stop between messages."""

    report: Callable[[Tally], None] = lambda tally: None
    is_cancelled: Callable[[], bool] = lambda: False
