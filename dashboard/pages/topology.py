"""The map of a broker, its table, and what explains a chosen node."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.models import Broker
from dashboard.snapshot import Snapshot
from dashboard.topology.graph import Edge, Node
from dashboard.topology.layout import Picture, PlacedEdge, PlacedNode
from dashboard.topology.shown import Shown


@dataclass(slots=True, frozen=True)
class Link:
    title: str
    url: str
    is_primary: bool = False


@dataclass(slots=True, frozen=True)
class Panel:
    """What a chosen node says about itself."""

    node: Node
    why: str
    """A sentence or two."""
    facts: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]


@dataclass(slots=True, frozen=True)
class Row:
    """One edge in the table."""

    edge: Edge
    source: Node
    target: Node
    is_on_path: bool


@dataclass(slots=True, frozen=True)
class DrawnNode:
    placed: PlacedNode
    is_current: bool
    is_on_path: bool
    says: str
    """For a screen reader: kind, name, state, rate, and where it leads."""


@dataclass(slots=True, frozen=True)
class DrawnEdge:
    placed: PlacedEdge
    is_on_path: bool
    says: str


@dataclass(slots=True, frozen=True)
class Step:
    """One exchange on the way of a simulated message."""

    exchange: str
    says: str


@dataclass(slots=True, frozen=True)
class Simulation:
    steps: tuple[Step, ...]
    queues: tuple[str, ...]
    says: str
    """The outcome in one sentence."""
    is_routed: bool
    problem: str
    """What is wrong with what was typed."""


@dataclass(slots=True, frozen=True)
class TopologyPage:
    broker: Broker
    snapshot: Snapshot
    error: str
    """Why bindings and clients are not known, or not newer."""
    shown: Shown
    is_table: bool
    picture: Picture | None
    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]
    rows: tuple[Row, ...]
    """Of this page of the table."""
    count: int
    page: int
    pages: int
    vhost: str
    vhosts: tuple[str, ...]
    panel: Panel | None
    simulation: Simulation | None
    exchanges: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """To choose from in the simulator: (vhost, ((row key, name), …))."""
    typed_exchange: str
    typed_key: str
    typed_headers: str
    feed: str
    summary: str
    """'4 queues, 3 exchanges, 5 bindings in this view'."""
    focus_name: str
    lost_bindings: tuple[tuple[Node, Node, str], ...]
    """Of `shown.orphans`: source, target and keys."""
    folded: str
    """What is not drawn and why; empty when everything is."""

    @property
    def first(self) -> int:
        return (self.page - 1) * 100 + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.page * 100, self.count)
