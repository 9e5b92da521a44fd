"""Places for a graph: boxes in columns, bands between them, and labels that cover neither one another nor a box.

Units are CSS pixels. What is written has fixed room, so that live numbers never move anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.topology.curves import Box, Curve, arc, between
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way
from dashboard.topology.labels import Label, placed
from dashboard.topology.order import Columns, columns
from dashboard.topology.spread import spread

WIDTHS = {Kind.PRODUCER: 168.0, Kind.EXCHANGE: 168.0, Kind.QUEUE: 196.0, Kind.CONSUMER: 176.0}
GAPS = {Kind.PRODUCER: 92.0, Kind.EXCHANGE: 178.0, Kind.QUEUE: 104.0, Kind.CONSUMER: 0.0}
"""Room for the labels of what leaves a column."""

HEIGHT, COMPACT_HEIGHT = 62.0, 46.0
SPACE, COMPACT_SPACE = 26.0, 10.0
COMPACT_FROM = 11
"""With more nodes than this in a column all boxes are lower."""

PASS_HEIGHT = 16.0
STUB_HEIGHT = 44.0
"""Below an exchange that loses messages."""

MARGIN, HEAD = 12.0, 40.0
WIDEST, THINNEST = 18.0, 1.5
"""Of a band: the busiest of all, and one of which nothing is told."""

BETWEEN_BANDS = 5.0


@dataclass(slots=True, frozen=True)
class PlacedNode:
    node: Node
    box: Box
    text: str
    """The name, as much of it as there is room for."""


@dataclass(slots=True, frozen=True)
class PlacedEdge:
    edge: Edge
    curve: Curve
    width: float
    label: Label | None


@dataclass(slots=True, frozen=True)
class Head:
    kind: Kind
    x: float


@dataclass(slots=True, frozen=True)
class Picture:
    width: float
    height: float
    heads: tuple[Head, ...]
    nodes: tuple[PlacedNode, ...]
    """By columns, top to bottom: the order in which a keyboard walks through them."""
    edges: tuple[PlacedEdge, ...]
    is_compact: bool
    busiest: float
    """The rate that has the widest band."""


def picture(graph: Graph) -> Picture:
    """Draw all of it."""
    found = columns(graph)
    is_compact = max((sum(item in graph.nodes for item in column) for column in found.items), default=0) >= COMPACT_FROM
    boxes = _boxes(graph, found, is_compact=is_compact)
    busiest = max((edge.rate for edge in graph.edges if edge.rate), default=0.0)
    widths = {edge.id: band(edge.rate, busiest) for edge in graph.edges}
    curves = _curves(graph.edges, found, boxes, widths)
    obstacles = [boxes[id] for id in graph.nodes]
    labels = placed([(edge, curves[edge.id]) for edge in graph.edges], obstacles)
    ordered = [graph.nodes[item] for column in found.items for item in column if item in graph.nodes]
    nodes = tuple(PlacedNode(node, boxes[node.id], shortened(node, boxes[node.id])) for node in ordered)
    edges = tuple(PlacedEdge(edge, curves[edge.id], widths[edge.id], labels.get(edge.id)) for edge in graph.edges)
    right = max((box.right for box in boxes.values()), default=0.0)
    bottom = max([box.bottom for box in boxes.values()] + [curve.lowest for curve in curves.values()], default=HEAD)
    return Picture(right + MARGIN, bottom + MARGIN, _heads(found, boxes), nodes, edges, is_compact, busiest)


def band(rate: float | None, busiest: float) -> float:
    """Width of a band: the square root, so that a hundredth of the busiest is still a tenth of its width."""
    return max(THINNEST, WIDEST * (rate / busiest) ** 0.5) if rate and busiest else THINNEST


def shortened(node: Node, box: Box) -> str:
    """A name with its middle left out where it does not fit: beginnings and ends are what names differ by."""
    name = node.name or "(default)"
    room = int((box.width - 46) / 7.3)
    if len(name) <= room:
        return name
    tail = (room - 1) // 2
    return f"{name[: room - 1 - tail]}…{name[-tail:]}"


def _boxes(graph: Graph, found: Columns, *, is_compact: bool) -> dict[str, Box]:
    """Places of nodes and of passing edges."""
    height, space = (COMPACT_HEIGHT, COMPACT_SPACE) if is_compact else (HEIGHT, SPACE)
    heights = [[_height(graph, item, height) for item in column] for column in found.items]
    ties = [(edge, route) for edge, route in found.routes.items() if len(route) > 1]
    tops = spread(found.items, heights, [route for _, route in ties], space)
    boxes, x = {}, MARGIN
    for column, kind, sizes in zip(found.items, found.kinds, heights, strict=True):
        for item, size in zip(column, sizes, strict=True):
            is_node = item in graph.nodes
            boxes[item] = Box(x, tops[item] + HEAD, WIDTHS[kind], height if is_node else size)
        x += WIDTHS[kind] + GAPS[kind]
    return boxes


def _height(graph: Graph, item: str, height: float) -> float:
    node = graph.nodes.get(item)
    if node is None:
        return PASS_HEIGHT
    return height + (STUB_HEIGHT if node.unroutable else 0.0)


def _curves(
    edges: Sequence[Edge], found: Columns, boxes: Mapping[str, Box], widths: Mapping[str, float]
) -> dict[str, Curve]:
    leaving = _ports(edges, found, boxes, widths, is_leaving=True)
    arriving = _ports(edges, found, boxes, widths, is_leaving=False)
    curves = {}
    for edge in edges:
        route = found.routes[edge.id]
        source, target = boxes[route[0]], boxes[route[-1]]
        if not _leads_on(edge, boxes):
            curves[edge.id] = arc(source, target, [boxes[item] for item in route[1:-1]])
            continue
        points = [(source.right, leaving[edge.id])]
        for item in route[1:-1]:
            points += [(boxes[item].x, boxes[item].middle), (boxes[item].right, boxes[item].middle)]
        curves[edge.id] = between([*points, (target.x, arriving[edge.id])])
    return curves


def _leads_on(edge: Edge, boxes: Mapping[str, Box]) -> bool:
    return edge.way is not Way.DEAD_LETTER and boxes[edge.source].right < boxes[edge.target].x


def _ports(
    edges: Iterable[Edge], found: Columns, boxes: Mapping[str, Box], widths: Mapping[str, float], *, is_leaving: bool
) -> dict[str, float]:
    """Where bands touch a box: beside each other, in the order of where they go."""
    by_node: dict[str, list[Edge]] = {}
    for edge in edges:
        if _leads_on(edge, boxes):
            by_node.setdefault(edge.source if is_leaving else edge.target, []).append(edge)
    ports = {}
    for node, tied in by_node.items():
        box = boxes[node]
        tied.sort(key=lambda edge: boxes[found.routes[edge.id][1 if is_leaving else -2]].middle)
        total = sum(widths[edge.id] + BETWEEN_BANDS for edge in tied) - BETWEEN_BANDS
        squeeze = min(1.0, (box.height - 12) / total)
        at = box.middle - total * squeeze / 2
        for edge in tied:
            ports[edge.id] = at + widths[edge.id] * squeeze / 2
            at += (widths[edge.id] + BETWEEN_BANDS) * squeeze
    return ports


def _heads(found: Columns, boxes: Mapping[str, Box]) -> tuple[Head, ...]:
    heads: list[Head] = []
    for column, kind in zip(found.items, found.kinds, strict=True):
        if column and (not heads or heads[-1].kind is not kind):
            heads.append(Head(kind, boxes[column[0]].x))
    return tuple(heads)


def pace(rate: float | None) -> int:
    """How fast dots run along a band, 0 (they stand) to 5."""
    return 0 if not rate else 1 + sum(rate >= step for step in (1, 10, 100, 1000))
