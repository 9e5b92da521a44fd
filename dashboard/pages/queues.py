"""The list of queues."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.bulk import Bulk
from dashboard.listing.table import Listing
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, QueueRow, Snapshot
from dashboard.verdicts import Verdict


@dataclass(slots=True, frozen=True)
class Listed:
    """A row of the list of queues."""

    slug: str
    """Of its broker."""
    row: QueueRow
    verdict: Verdict


@dataclass(slots=True, frozen=True)
class QueuesPage:
    broker: Broker
    snapshot: Snapshot
    listing: Listing[Listed]
    ready: int
    bulk: Bulk | None
    """What can be done with a selection; None for somebody who only looks."""

    @property
    def feed(self) -> str:
        return f"queues:{self.broker.slug}"

    @property
    def is_stale(self) -> bool:
        return self.snapshot.state is BrokerState.UNREACHABLE

    @property
    def is_waiting(self) -> bool:
        return self.snapshot.state is BrokerState.CONNECTING

    @property
    def empty_title(self) -> str:
        return "No pigeonholes yet" if self.snapshot.taken_at else "Nothing known yet"

    @property
    def empty_text(self) -> str:
        if self.snapshot.taken_at is None:
            return f"Its queues appear here as soon as {self.broker.name} answers."
        return (
            f"{self.broker.name} has no queues that you may see. "
            "Declare one with any AMQP client and it appears here within seconds."
        )
