"""The nodes of a broker, and one of them."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Listener, Node
from dashboard.forms.cluster import ClusterForm
from dashboard.looks.kinds import NodeLook, NodesLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class Gauge:
    """Something of which there is only so much."""

    name: str
    """Of its cell in the feed."""
    title: str
    used: int | None
    limit: int | None
    format: str
    """As in static/js/format.js: 'bytes' or 'number'."""
    note: str
    """What the limit does."""
    is_critical: bool = False
    is_below: bool = False
    """The limit is the least there may be, as of free disk space."""

    @property
    def share(self) -> int | None:
        """Of what may be used, in percent; None when either is not known or there is nothing to compare."""
        if self.used is None or not self.limit:
            return None
        return min(
            100, round(100 * (self.limit / self.used if self.is_below and self.used else self.used / self.limit))
        )


@dataclass(slots=True, frozen=True)
class ShownNode:
    node: Node
    version: str
    gauges: tuple[Gauge, ...]
    alarms: tuple[str, ...]
    """A sentence each."""


@dataclass(slots=True, frozen=True)
class NodesPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[NodesLook]
    feed: str
    shape: str
    nodes: tuple[ShownNode, ...]
    listeners: tuple[Listener, ...]
    churn: tuple[tuple[str, float], ...]
    """What comes and goes, per second, over all nodes."""
    rates: tuple[tuple[str, str, float], ...]
    """Of all messages, per second, as (name, title, value)."""
    warnings: tuple[str, ...]
    """What it is set not to count, a sentence each."""
    whole_feed: str
    """Of what the database keeps of the broker."""
    charts: tuple[tuple[str, str], ...]
    """Of the other rates that it counts, as (title, kind in static/js/chart-kinds.js)."""
    why_not_cluster: str
    """Why its cluster is not renamed and its statistics are not reset from here; empty: they can be."""


@dataclass(slots=True, frozen=True)
class RenamePage:
    broker: Broker
    form: ClusterForm
    failure: str


@dataclass(slots=True, frozen=True)
class MemoryPart:
    title: str
    size_bytes: int
    share: float
    """Of all, in percent."""


@dataclass(slots=True, frozen=True)
class NodePage:
    broker: Broker
    snapshot: Snapshot
    look: Look[NodeLook]
    feed: str
    shape: str
    shown: ShownNode
    facts: tuple[tuple[str, str], ...]
    listeners: tuple[Listener, ...]
    memory: tuple[MemoryPart, ...]
    """The largest first."""
    rates: tuple[tuple[str, str], ...]
    """Work in the background, per second, as (name, value)."""
