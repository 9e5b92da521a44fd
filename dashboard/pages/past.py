"""The past of a queue, or of all brokers together, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Broker


@dataclass(slots=True, frozen=True)
class PastRow:
    at: datetime
    values: tuple[float | None, ...]
    """ready, unacked, publish, deliver, ack; None: not known."""
    happened: tuple[str, ...]
    """Labels of marks until the next row."""


@dataclass(slots=True, frozen=True)
class PastPage:
    broker: Broker | None
    """None: all brokers that this person sees as a whole."""
    vhost: str
    queue: str
    rows: tuple[PastRow, ...]
    """Newest first."""
    range: str
    ranges: tuple[str, ...]
    point_seconds: int
    """Each row is a mean of so many seconds."""
