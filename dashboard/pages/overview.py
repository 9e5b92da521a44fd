"""The overview of all brokers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Broker
from dashboard.snapshot import QueueRow, Rates, Snapshot
from dashboard.verdicts import Verdict


@dataclass(slots=True, frozen=True)
class Card:
    broker: Broker
    snapshot: Snapshot
    ready: int
    unacked: int
    connections: int | None
    """None: not known, or not for somebody who sees only some vhosts."""
    consumers: int | None
    critical: int
    warning: int
    kind: str
    """'RabbitMQ 3.13 · 1 node · up 41 d'."""
    has_alarm: bool


@dataclass(slots=True, frozen=True)
class Attention:
    """A queue, or a broker when `row` is None, that needs somebody."""

    broker: Broker
    row: QueueRow | None
    verdict: Verdict
    since: datetime | None
    """When it was first seen so; None when nobody kept that."""


@dataclass(slots=True, frozen=True)
class OverviewPage:
    cards: tuple[Card, ...]
    attention: tuple[Attention, ...]
    totals: Rates
    """Of all brokers that answer."""
    unreachable: int
    embedded: Card | None
    is_first_run: bool
    """Nobody has connected to the embedded broker yet, and it is the only one."""
