"""What clients know for certain over all lives of a broker, and the verdict on what the broker gave back.

The idea is the total-queue checker of Jepsen's tests of RabbitMQ: everything attempted, everything confirmed,
everything that came out. It is valid after a drain only, when the queues were seen to be empty.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from typing import NamedTuple


class Copy(NamedTuple):
    """One message in one queue."""

    queue: str
    writer: str
    counter: int


@dataclass(slots=True)
class Verdict:
    """Each list names what broke a promise; an empty one is the figure to reach."""

    lost: list[Copy] = field(default_factory=list)
    """Confirmed, never acked by anybody, and not there."""
    unexpected: list[Copy] = field(default_factory=list)
    """Delivered, and nobody sent it there."""
    corrupt: list[Copy] = field(default_factory=list)
    """The body is not the one whose SHA-256 stands in its header."""
    resurrected: list[Copy] = field(default_factory=list)
    """Delivered again although its ack came before a channel.close-ok."""
    unflagged: list[Copy] = field(default_factory=list)
    """Delivered again and not marked redelivered."""
    doubled: list[Copy] = field(default_factory=list)
    """More than once in a queue at the same time."""
    disordered: list[Copy] = field(default_factory=list)
    """Behind a later message of its writer."""

    @property
    def broken(self) -> dict[str, int]:
        """The promises that were broken, with how many messages did; empty is good."""
        return {each.name: len(found) for each in fields(self) if (found := getattr(self, each.name))}

    def __str__(self) -> str:
        """With where each writer's messages are missing: a head that is gone is another bug than a hole or a tail."""
        shown = {each.name: found[:5] for each in fields(self) if (found := getattr(self, each.name))}
        return f"{self.broken}: {shown}" if shown else "every promise held"


@dataclass(slots=True)
class Ledger:
    attempted: set[Copy] = field(default_factory=set)
    confirmed: set[Copy] = field(default_factory=set)
    acked: set[Copy] = field(default_factory=set)
    """An ack was sent; whether it arrived is not known."""
    acked_for_good: set[Copy] = field(default_factory=set)
    """The broker answered a channel.close that was sent after the ack."""
    delivered: Counter[Copy] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)

    def deliver(self, copy: Copy, is_whole: bool, is_redelivered: bool) -> None:
        """Somebody got a message. In the order of time, as what came before decides what may come again."""
        if copy not in self.attempted:
            self.verdict.unexpected.append(copy)
        if not is_whole:
            self.verdict.corrupt.append(copy)
        if copy in self.acked_for_good:
            self.verdict.resurrected.append(copy)
        if self.delivered[copy] and not is_redelivered:
            self.verdict.unflagged.append(copy)
        self.delivered[copy] += 1

    def drain(self, queue: str, found: list[Copy]) -> None:
        """`found` was all of the queue, head first, each of them delivered and acked for good."""
        self.verdict.doubled += [copy for copy, count in Counter(found).items() if count > 1]
        last: dict[str, int] = defaultdict(lambda: -1)
        for copy in found:
            if copy.counter < last[copy.writer]:
                self.verdict.disordered.append(copy)
            last[copy.writer] = max(last[copy.writer], copy.counter)
        there = set(found)
        self.verdict.lost += sorted(copy for copy in self.confirmed - self.acked - there if copy.queue == queue)
        self.acked |= there
        self.acked_for_good |= there

    @property
    def recovered(self) -> int:
        """Came out without a confirm: the broker had them, and died before it could say so."""
        return len(self.delivered.keys() & self.attempted - self.confirmed)

    @property
    def duplicated(self) -> int:
        return sum(count - 1 for count in self.delivered.values())
