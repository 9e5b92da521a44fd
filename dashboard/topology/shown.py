"""What an address asks of the map, and what is shown for it: the same for the page and for what keeps it live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

from dashboard.snapshot import Snapshot
from dashboard.topology import orphans
from dashboard.topology.build import build
from dashboard.topology.choose import Chosen, Wish, choose, matching
from dashboard.topology.graph import Graph, Way
from dashboard.topology.message import Simulated, from_query, simulate
from dashboard.topology.orphans import Orphans
from dashboard.topology.wires import Wires

PARAMETERS = ("vhost", "q", "focus", "node", "idle", "dead", "orphans", "from", "key", "headers")
"""Of the address: those that change what is drawn."""


@dataclass(slots=True, frozen=True)
class Shown:
    whole: Graph
    """All that the person may see."""
    matching: Graph
    """What was asked for."""
    chosen: Chosen
    """What of it is drawn."""
    wish: Wish
    orphans: Orphans
    simulated: Simulated | None

    @property
    def shape(self) -> str:
        """Another one when more than numbers must be drawn anew."""
        nodes = [(node.id, bool(node.unroutable)) for node in self.chosen.graph.nodes.values()]
        edges = [(edge.id, edge.keys, _has_rate(edge.rate)) for edge in self.chosen.graph.edges]
        return f"{crc32(repr((sorted(nodes), sorted(edges))).encode()):08x}"


def show(snapshot: Snapshot, wires: Wires, query: Mapping[str, str], now: datetime) -> Shown:
    """`snapshot` and `wires` are of what the person may see."""
    typed = from_query(query)
    simulated = None if typed is None else simulate(typed, snapshot, wires)
    whole = build(snapshot, wires, now)
    lost = orphans.find(whole)
    wish = wish_of(query, simulated)
    base = whole.only(lost.ids) if query.get("orphans") else whole
    return Shown(whole, matching(base, wish), choose(base, wish), wish, lost, simulated)


def wish_of(query: Mapping[str, str], simulated: Simulated | None) -> Wish:
    return Wish(
        vhost=query.get("vhost", ""),
        text=query.get("q", "").strip(),
        focus=query.get("focus", ""),
        selected=query.get("node", ""),
        path=simulated.nodes if simulated else frozenset(),
        shows_idle=bool(query.get("idle") or query.get("orphans")),
        hides_dead_letters=query.get("dead") == "no",
    )


def as_text(query: Mapping[str, str]) -> str:
    """The part of an address that decides what is drawn, always written alike."""
    return urlencode([(name, query[name]) for name in PARAMETERS if query.get(name)])


def of_text(text: str) -> dict[str, str]:
    """Back from `as_text`."""
    return {name: value for name, value in parse_qsl(text) if name in PARAMETERS}


def _has_rate(rate: float | None) -> bool:
    return rate is not None


def ways(graph: Graph) -> frozenset[Way]:
    """Which kinds of edges there are, for the legend."""
    return frozenset(edge.way for edge in graph.edges)
