"""The map as the plain values that travel to browsers: of what is drawn for one address, and nothing else.

    topology:<broker>:<what is drawn>

What is drawn is dashboard.topology.shown.as_text, as a path segment. However many of these are watched, and whatever
they draw, the broker is asked one question.
"""

from __future__ import annotations

from datetime import datetime

from dashboard import brokers, paths
from dashboard.live.protocol import Data
from dashboard.live.subscriptions import StreamKey
from dashboard.live.things import Watched
from dashboard.looks import look
from dashboard.looks.wiring import WIRES
from dashboard.models import Broker
from dashboard.snapshot import Snapshot
from dashboard.topology import layout, words
from dashboard.topology.graph import Edge, Graph, Node
from dashboard.topology.shown import of_text, show
from dashboard.topology.wires import Wires

KIND = WIRES.name


def watched(feed: str) -> Watched:
    return Watched(feed, WIRES, ())


def data(broker: Broker, key: StreamKey, now: datetime) -> Data:
    """What a stream of these feeds has now."""
    taken = brokers.snapshot(broker).only(key.scope)
    known = look.latest(broker, WIRES)
    if known is None:
        return {"state": taken.state.value}
    asked = paths.name(key.feed.split(":")[2])
    return {"state": taken.state.value, "error": known.error, **cells(known.value.only(key.scope), taken, asked, now)}


def cells(wires: Wires, snapshot: Snapshot, asked: str, now: datetime) -> Data:
    """Both are of what the watchers may see."""
    shown = show(snapshot, wires, of_text(asked), now)
    graph = shown.chosen.graph
    busiest = max((edge.rate for edge in graph.edges if edge.rate), default=0.0)
    return {
        "shape": shown.shape,
        "nodes": {id: _node(node, graph) for id, node in graph.nodes.items()},
        "edges": {edge.id: _edge(edge, busiest) for edge in graph.edges},
    }


def _node(node: Node, graph: Graph) -> Data:
    return {
        "rate": _round(node.rate),
        "note": node.note,
        "status": node.status,
        "fullness": round(node.fullness, 3),
        "unroutable": _round(node.unroutable),
        "says": words.of_node(node, graph),
    }


def _edge(edge: Edge, busiest: float) -> Data:
    return {
        "rate": _round(edge.rate),
        "width": round(layout.band(edge.rate, busiest), 1),
        "pace": layout.pace(edge.rate),
        "stuck": edge.is_stuck,
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
