"""Looking and moving where the broker does it itself: nothing is taken, marked or doubled (docs/extensions.md).

The results are those of browse.py and move.py, which take messages out and give them back or publish them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from brokerctl.clients.base import Inside, Message
from brokerctl.errors import OperationCancelled
from brokerctl.operations.progress import Control, Outcome, Tally

if TYPE_CHECKING:
    from brokerctl.operations.move import Plan

PAGE = 1000
"""Messages looked at in one request."""

BATCH = 10_000
"""Messages moved in one request: how often a job tells how far it is, and can be stopped."""

STAYS = (Outcome.MISSING, Outcome.UNROUTABLE, Outcome.REFUSED)


def look(inside: Inside, vhost: str, queue: str, count: int, max_bytes: int) -> tuple[list[Message], int]:
    """Up to `count` messages from the head, and how many were ready when it began."""
    found: list[Message] = []
    ready, after, size = None, None, 0
    while len(found) < count:
        page = inside.peek(vhost, queue, min(count - len(found), PAGE), after)
        ready = page.ready if ready is None else ready
        for message in filter(None, (peeked.message for peeked in page.messages)):
            found.append(message)
            size += len(message.body)
            if size >= max_bytes:
                return found, ready
        after = page.next
        if after is None:
            break
    return found, ready or 0


def of(plan: Plan) -> Inside | None:
    """Who can carry out this plan alone; None when messages must leave the broker, or change."""
    destination = plan.destination.client
    if plan.edits or destination.address != plan.source.address:
        return None
    return plan.source.inside()


def move(plan: Plan, inside: Inside, control: Control) -> Tally:
    """As brokerctl.operations.move.move."""
    run = _Run(plan, inside, control)
    return run.all() if plan.fingerprints is None else run.chosen(plan.fingerprints)


class _Run:
    def __init__(self, plan: Plan, inside: Inside, control: Control) -> None:
        self.plan = plan
        self.inside = inside
        self.control = control
        self.tally = Tally()
        self.destination = (plan.destination.vhost, plan.destination.exchange, plan.destination.routing_key)
        self.twins: Counter[str] = Counter()

    def all(self) -> Tally:
        self.tally.total = self.inside.peek(self.plan.vhost, self.plan.queue, 0).ready
        self.control.report(self.tally)
        after: str | None = None
        until: int | None = None
        while True:
            self._stop_if_asked()
            done = self.inside.relocate(
                self.plan.vhost,
                self.plan.queue,
                self.destination,
                keep=self.plan.keep,
                limit=BATCH,
                after=after,
                until=until,
            )
            for outcome in Outcome:
                if outcome not in STAYS and done.counts.get(outcome):
                    self.tally.add(outcome, done.counts[outcome])
            for _, digest, what, reason in done.results:
                self.twins[digest] += 1
                self.tally.add_problem(Outcome(what), f"{digest}-{self.twins[digest]}", reason)
            self.control.report(self.tally)
            after, until = done.next, done.until
            if after is None:
                # Between the two answers messages may have come or gone: what was done is what happened.
                self.tally.total = self.tally.done
                return self.tally

    def chosen(self, fingerprints: Sequence[str]) -> Tally:
        wanted = dict.fromkeys(fingerprints)
        self.tally.total = len(wanted)
        self.control.report(self.tally)
        found = dict(self._find(set(wanted)))
        left = list(found)
        while left:
            self._stop_if_asked()
            done = self.inside.relocate(
                self.plan.vhost, self.plan.queue, self.destination, keep=self.plan.keep, ids=left[:BATCH]
            )
            for identity, _, outcome, reason in done.results:
                if outcome in STAYS:
                    self.tally.add_problem(Outcome(outcome), found[identity], reason)
                else:
                    self.tally.add(Outcome(outcome))
            # A slow broker answers before it is through; those without a result were not tried.
            left = left[len(done.results) :]
            self.control.report(self.tally)
        for fingerprint in sorted(wanted.keys() - set(found.values())):
            self.tally.add_problem(Outcome.MISSING, fingerprint, "gone before we took it")
        self.control.report(self.tally)
        return self.tally

    def _find(self, wanted: set[str]) -> Iterator[tuple[str, str]]:
        """(id, fingerprint) in the order of the queue; of as many messages as waited at first."""
        after: str | None = None
        left: int | None = None
        while wanted:
            page = self.inside.peek(self.plan.vhost, self.plan.queue, PAGE, after, only_ids=True)
            left = page.ready if left is None else left
            for peeked in page.messages[:left]:
                self.twins[peeked.hash] += 1
                fingerprint = f"{peeked.hash}-{self.twins[peeked.hash]}"
                if fingerprint in wanted:
                    wanted.discard(fingerprint)
                    yield peeked.id, fingerprint
            left -= len(page.messages)
            after = page.next
            if after is None or left <= 0:
                return

    def _stop_if_asked(self) -> None:
        if not self.control.is_cancelled():
            return
        rest = (self.tally.total or 0) - self.tally.done
        if rest > 0:
            self.tally.add(Outcome.LEFT, rest)
        self.control.report(self.tally)
        raise OperationCancelled(f"cancelled; {rest} messages were left in {self.plan.queue}")
