"""What leads nowhere: exchanges without bindings, queues that nothing reaches, bindings with no queue behind them."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.topology.graph import Edge, Graph, Kind, Node, Way


@dataclass(slots=True, frozen=True)
class Orphans:
    exchanges: tuple[Node, ...]
    """What is published to them goes nowhere: no binding from them, no alternate exchange."""
    queues: tuple[Node, ...]
    """Neither a binding to them nor a consumer; only by their own name anything gets in."""
    bindings: tuple[Edge, ...]
    """To exchanges behind which there is no queue."""

    @property
    def count(self) -> int:
        return len(self.exchanges) + len(self.queues) + len(self.bindings)

    @property
    def ids(self) -> frozenset[str]:
        ends = [id for edge in self.bindings for id in (edge.source, edge.target)]
        return frozenset([*(node.id for node in (*self.exchanges, *self.queues)), *ends])


def find(graph: Graph) -> Orphans:
    """Of the whole graph of what somebody may see."""
    leading = {edge.source for edge in graph.edges if edge.way in (Way.BINDING, Way.ALTERNATE)}
    reached = {
        edge.target
        for edge in graph.edges
        if edge.way in (Way.BINDING, Way.DEAD_LETTER) and graph.nodes[edge.source].name
    }
    tied = reached | {edge.source for edge in graph.edges if edge.way is Way.DELIVERY}
    nodes = sorted(graph.nodes.values(), key=lambda node: (node.vhost, node.name))
    fruitful = _before_queues(graph)
    return Orphans(
        tuple(node for node in nodes if node.kind is Kind.EXCHANGE and node.id not in leading and not _is_born(node)),
        tuple(node for node in nodes if node.kind is Kind.QUEUE and node.id not in tied),
        tuple(
            edge
            for edge in graph.edges
            if edge.way is Way.BINDING
            and graph.nodes[edge.target].kind is Kind.EXCHANGE
            and edge.target not in fruitful
        ),
    )


def _before_queues(graph: Graph) -> set[str]:
    """Exchanges from which a queue can be reached."""
    behind: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.way in (Way.BINDING, Way.ALTERNATE):
            behind.setdefault(edge.target, []).append(edge.source)
    found: set[str] = set()
    todo = [id for id, node in graph.nodes.items() if node.kind is Kind.QUEUE]
    while todo:
        for source in behind.get(todo.pop(), ()):
            if source not in found:
                found.add(source)
                todo.append(source)
    return found


def _is_born(node: Node) -> bool:
    return not node.name or node.name.startswith("amq.")
