"""Which part of the graph is drawn: what was asked for, and of that no more than a person can read.

Over READABLE nodes what is idle is folded away, and names with the same beginning become one; over DRAWN even that is
too much, and the busiest are drawn. What is named by a person (selected, focused, on a path) is always drawn as itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from dashboard.topology.graph import Edge, Graph, Kind, Node, Way

READABLE = 40
DRAWN = 80
GROUPED_FROM = 3
"""Two names alike are not worth a group."""

WORST_FIRST = ("crit", "warn", "off", "ok", "idle")

BEGINNING = re.compile(r"^([^.\-_:/]+)[.\-_:/]")
"""Up to the first of the separators that people use in names."""


@dataclass(slots=True, frozen=True)
class Wish:
    """What the address asks for."""

    vhost: str = ""
    """Empty: all."""
    text: str = ""
    """Words of names, or patterns with * and ?; any of them."""
    focus: str = ""
    """A node whose surroundings are all that is drawn."""
    selected: str = ""
    path: frozenset[str] = frozenset()
    """Nodes of a simulated message."""
    shows_idle: bool = False
    hides_dead_letters: bool = False


@dataclass(slots=True, frozen=True)
class Chosen:
    graph: Graph
    matching: int
    """Nodes that were asked for, before any were folded or grouped."""
    idle: int = 0
    """Folded away."""
    left_out: int = 0
    """Of what remained, too many to draw."""

    @property
    def is_grouped(self) -> bool:
        return any(node.members for node in self.graph.nodes.values())


def matching(graph: Graph, wish: Wish) -> Graph:
    """What was asked for, whole."""
    ids = {id for id, node in graph.nodes.items() if not wish.vhost or node.vhost == wish.vhost}
    if wish.hides_dead_letters:
        graph = Graph(graph.nodes, tuple(edge for edge in graph.edges if edge.way is not Way.DEAD_LETTER))
    if wish.focus in graph.nodes:
        ids &= graph.along([wish.focus])
    if words := wish.text.split():
        found = [id for id in ids if is_named(graph.nodes[id], words)]
        ids &= graph.along(found)
    return graph.only(ids | (wish.path & graph.nodes.keys()))


def choose(graph: Graph, wish: Wish) -> Chosen:
    """The part to draw."""
    whole = matching(graph, wish)
    named = {wish.selected, wish.focus} | wish.path
    drawn = whole.only(_used(whole, named))
    unused = len(whole.nodes) - len(drawn.nodes)
    idle = 0
    if len(drawn.nodes) > READABLE and not wish.shows_idle:
        kept = _busy(drawn, named)
        if kept:
            idle = len(drawn.nodes) - len(kept)
            drawn = drawn.only(kept)
    if len(drawn.nodes) > READABLE:
        drawn = grouped(drawn, named)
    left_out = max(0, len(drawn.nodes) - DRAWN)
    if left_out:
        drawn = drawn.only(_foremost(drawn, named))
    return Chosen(drawn, len(whole.nodes) - unused, idle, left_out)


def is_named(node: Node, words: Iterable[str]) -> bool:
    """Whether any word is in the node's name, or matches all of it as a pattern."""
    name = (node.name or "(default)").lower()
    return any(fnmatchcase(name, word.lower()) if set("*?") & set(word) else word.lower() in name for word in words)


def grouped(graph: Graph, named: set[str]) -> Graph:
    """With nodes of one kind and vhost whose names begin alike put together, and the edges between them."""
    alike: dict[tuple[Kind, str, str], list[Node]] = defaultdict(list)
    for node in graph.nodes.values():
        found = BEGINNING.match(node.name)
        if found and node.id not in named and not node.is_stuck:
            alike[node.kind, node.vhost, found[1]].append(node)
    group_of: dict[str, Node] = {}
    for (kind, vhost, beginning), nodes in alike.items():
        if len(nodes) >= GROUPED_FROM:
            group = _group(kind, vhost, beginning, nodes)
            group_of |= dict.fromkeys((node.id for node in nodes), group)
    single = [node for id, node in graph.nodes.items() if id not in group_of]
    groups = {group.id: group for group in group_of.values()}
    return Graph.of([*single, *groups.values()], _merged(graph.edges, {id: node.id for id, node in group_of.items()}))


def _group(kind: Kind, vhost: str, beginning: str, nodes: list[Node]) -> Node:
    worst = next((node for status in WORST_FIRST for node in nodes if node.status == status), None)
    types = {node.type for node in nodes}
    return Node(
        kind,
        vhost,
        beginning,
        type=types.pop() if len(types) == 1 else "",
        note=f"{len(nodes):,} {kind.value}s",
        rate=total(node.rate for node in nodes),
        out=total(node.out for node in nodes),
        status=worst.status if worst else "",
        words=f"{worst.name}: {worst.words}" if worst and worst.status in ("crit", "warn") else "",
        fullness=max(node.fullness for node in nodes),
        unroutable=sum(node.unroutable for node in nodes),
        members=tuple(node.id for node in nodes),
    )


def _merged(edges: Iterable[Edge], group_of: dict[str, str]) -> list[Edge]:
    together: dict[tuple[str, str, Way], list[Edge]] = defaultdict(list)
    for edge in edges:
        source, target = group_of.get(edge.source, edge.source), group_of.get(edge.target, edge.target)
        if source != target or edge.source == edge.target:
            together[source, target, edge.way].append(edge)
    merged = []
    for (source, target, way), parts in together.items():
        if len(parts) == 1:
            merged.append(replace(parts[0], source=source, target=target, members=(parts[0].id,)))
            continue
        keys = {key for part in parts for key in part.keys}
        shown = tuple(keys) if len(keys) == 1 else (f"{len(keys):,} keys",) if keys else ()
        rate, ids = total(part.rate for part in parts), tuple(part.id for part in parts)
        merged.append(Edge(source, target, way, shown, rate, any(part.is_stuck for part in parts), ids))
    return merged


def total(rates: Iterable[float | None]) -> float | None:
    """The sum of those that are told; None when none is."""
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known else None


def _used(graph: Graph, named: set[str]) -> set[str]:
    """Without the exchanges that every vhost is born with, where nobody uses them."""
    tied = {id for edge in graph.edges for id in (edge.source, edge.target)}
    return {
        id
        for id, node in graph.nodes.items()
        if id in tied or id in named or node.rate or not (node.kind is Kind.EXCHANGE and node.name.startswith("amq."))
    }


def _busy(graph: Graph, named: set[str]) -> set[str]:
    """What flows or needs somebody, and what it is tied to by what flows."""
    busy = {id for id, node in graph.nodes.items() if node.is_busy}
    along = {id for edge in graph.edges if edge.rate or edge.is_stuck for id in (edge.source, edge.target)}
    return busy | along | (named & graph.nodes.keys()) if busy else set()


def _foremost(graph: Graph, named: set[str]) -> list[str]:
    """Named ones, then those that need somebody, then the busiest: of each kind as many as its share of all."""
    order = sorted(graph.nodes.values(), key=lambda node: (node.id not in named, *_weight(node)))
    per_kind = {kind: max(4, DRAWN * sum(node.kind is kind for node in order) // len(order)) for kind in Kind}
    kept: list[str] = []
    for node in order:
        if per_kind[node.kind] > 0:
            per_kind[node.kind] -= 1
            kept.append(node.id)
    return kept[: DRAWN + len(named)]


def _weight(node: Node) -> tuple[int, float, str]:
    urgency = ("crit", "warn").index(node.status) if node.status in ("crit", "warn") else 2
    return urgency, -max(node.rate or 0.0, node.out or 0.0), node.name
