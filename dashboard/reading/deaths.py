"""How a message got here: its `x-death` header as steps in the order of time, each with a reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from brokerctl.clients.base import Message
from dashboard.reading.entries import moment

REASONS = {
    "rejected": "A consumer answered with reject or nack, without requeue.",
    "expired": "It waited longer than its TTL.",
    "maxlen": "The queue was at its length limit.",
    "delivery_limit": "It came back more often than the queue's delivery limit allows.",
}

SEVERE = frozenset({"rejected", "delivery_limit"})
"""Reasons that mean a consumer could not cope; the others are often meant."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, frozen=True)
class Death:
    queue: str
    reason: str
    count: int
    at: datetime | None
    exchange: str
    """Where it had been published to, before it reached this queue."""
    routing_keys: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return REASONS.get(self.reason, f"The broker gave the reason {self.reason or 'nothing'}.")

    @property
    def is_severe(self) -> bool:
        return self.reason in SEVERE


def deaths(message: Message) -> tuple[Death, ...]:
    """The deaths of a message, first one first. Entries of another shape are left out: headers come from strangers."""
    entries = message.headers.get("x-death")
    if not isinstance(entries, list):
        return ()
    # The header lists the latest first, and the sort is stable: deaths of the same second keep their order.
    found = [_death(entry) for entry in reversed(entries) if isinstance(entry, dict)]
    return tuple(sorted(found, key=lambda death: death.at or LONG_AGO))


def _death(entry: dict[str, Any]) -> Death:
    keys = entry.get("routing-keys")
    count = entry.get("count")
    return Death(
        queue=str(entry.get("queue") or ""),
        reason=str(entry.get("reason") or ""),
        count=count if isinstance(count, int) else 1,
        at=moment(entry.get("time")),
        exchange=str(entry.get("exchange") or ""),
        routing_keys=tuple(str(key) for key in keys) if isinstance(keys, list) else (),
    )
