"""Columns, and the order in them: what makes edges short and lets few of them cross.

Producers, then exchanges in as many columns as they feed one another, queues, consumers. An edge over more than one
column, also one that leads back, gets a place of its own in each column between: it runs past nodes, not across them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard.topology.graph import Graph, Kind, Way

ROUNDS = 12


@dataclass(slots=True, frozen=True)
class Columns:
    items: tuple[tuple[str, ...], ...]
    """Ids of nodes, and of places for passing edges, from top to bottom."""
    kinds: tuple[Kind, ...]
    routes: Mapping[str, tuple[str, ...]]
    """By edge: the items it runs through, its two ends among them."""


def columns(graph: Graph) -> Columns:
    """Of a graph; an edge that leads back has its route from right to left."""
    depths = _depths(graph)
    deepest = max(depths.values(), default=0)
    place = {
        node.id: {Kind.PRODUCER: 0, Kind.EXCHANGE: 1 + depths.get(node.id, 0), Kind.QUEUE: 2 + deepest}.get(
            node.kind, 3 + deepest
        )
        for node in graph.nodes.values()
    }
    used = sorted(set(place.values()))
    at = {id: used.index(column) for id, column in place.items()}
    kinds = [Kind.PRODUCER, *[Kind.EXCHANGE] * (deepest + 1), Kind.QUEUE, Kind.CONSUMER]
    items: list[list[str]] = [[] for _ in used]
    for node in sorted(graph.nodes.values(), key=lambda node: (node.vhost, node.name)):
        items[at[node.id]].append(node.id)
    routes = {}
    for edge in graph.edges:
        first, last = at[edge.source], at[edge.target]
        step = 1 if first < last else -1
        passing = {column: f"{edge.id}|{column}" for column in range(first + step, last, step)}
        for column, item in passing.items():
            items[column].append(item)
        routes[edge.id] = (edge.source, *passing.values(), edge.target)
    # One that leads back takes part as if it led on; within a column there is nothing to order by.
    forward = [
        routes[edge.id] if at[edge.source] < at[edge.target] else routes[edge.id][::-1]
        for edge in graph.edges
        if at[edge.source] != at[edge.target]
    ]
    return Columns(_ordered(items, forward), tuple(kinds[column] for column in used), routes)


def _depths(graph: Graph) -> dict[str, int]:
    """How far each exchange is behind the first ones that feed it; a circle is cut where it closes."""
    feeding: dict[str, list[str]] = defaultdict(list)
    exchanges = [id for id, node in graph.nodes.items() if node.kind is Kind.EXCHANGE]
    for edge in graph.edges:
        if edge.way in (Way.BINDING, Way.ALTERNATE) and graph.nodes[edge.target].kind is Kind.EXCHANGE:
            feeding[edge.target].append(edge.source)
    depths: dict[str, int] = {}
    for start in exchanges:
        _deepen(start, feeding, depths)
    return depths


def _deepen(start: str, feeding: Mapping[str, list[str]], depths: dict[str, int]) -> None:
    """Without recursion: a chain may be longer than Python's stack."""
    stack, open_ = [start], {start}
    while stack:
        here = stack[-1]
        todo = [each for each in feeding.get(here, ()) if each not in depths and each not in open_]
        if todo:
            stack.append(todo[0])
            open_.add(todo[0])
            continue
        depths[here] = max((depths[each] + 1 for each in feeding.get(here, ()) if each in depths), default=0)
        open_.discard(stack.pop())


def _ordered(items: list[list[str]], routes: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Each item as near as possible to the middle of what it is tied to, columns in turn from both sides."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for route in routes:
        for source, target in pairwise(route):
            after[source].append(target)
            before[target].append(source)
    best, fewest = [list(column) for column in items], None
    for number in range(ROUNDS):
        forth = number % 2 == 0
        ties = before if forth else after
        for column in range(len(items)) if forth else range(len(items) - 1, -1, -1):
            beside = column - 1 if forth else column + 1
            if 0 <= beside < len(items):
                items[column] = _by_middle(items[column], items[beside], ties)
        crossings = _crossings(items, after)
        if fewest is None or crossings < fewest:
            best, fewest = [list(column) for column in items], crossings
        if not crossings:
            break
    _swap(best, before, after)
    return tuple(map(tuple, best))


def _swap(items: list[list[str]], before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> None:
    """Neighbours change places wherever that takes a crossing away, until it nowhere does."""
    for _ in range(ROUNDS):
        is_better = False
        for number, column in enumerate(items):
            sides = [(items[number - 1], before)] if number else []
            sides += [(items[number + 1], after)] if number + 1 < len(items) else []
            ranks = [({item: rank for rank, item in enumerate(side)}, ties) for side, ties in sides]
            for at in range(len(column) - 1):
                upper, lower = column[at], column[at + 1]
                if sum(_gain(upper, lower, rank, ties) for rank, ties in ranks) > 0:
                    column[at], column[at + 1] = lower, upper
                    is_better = True
        if not is_better:
            return


def _gain(upper: str, lower: str, rank: Mapping[str, int], ties: Mapping[str, list[str]]) -> int:
    """How many crossings go when these two change places."""
    above = [rank[tied] for tied in ties.get(upper, ()) if tied in rank]
    below = [rank[tied] for tied in ties.get(lower, ()) if tied in rank]
    return sum((one > other) - (one < other) for one in above for other in below)


def _by_middle(column: list[str], beside: list[str], ties: Mapping[str, list[str]]) -> list[str]:
    rank = {item: number for number, item in enumerate(beside)}
    middles = {}
    for number, item in enumerate(column):
        places = [rank[tied] for tied in ties.get(item, ()) if tied in rank]
        # What is tied to nothing there stays where it is.
        middles[item] = sum(places) / len(places) if places else number * len(beside) / max(len(column), 1)
    return sorted(column, key=lambda item: middles[item])


def _crossings(items: Sequence[Sequence[str]], after: Mapping[str, list[str]]) -> int:
    """How many pairs of edges cross, in all gaps between columns."""
    count = 0
    for left, right in pairwise(items):
        rank = {item: number for number, item in enumerate(right)}
        ends: list[int] = []
        for item in left:
            ends += sorted(rank[tied] for tied in after.get(item, ()) if tied in rank)
        count += sum(later < earlier for at, earlier in enumerate(ends) for later in ends[at + 1 :])
    return count
