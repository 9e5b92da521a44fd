"""What the map consists of: nodes in four kinds, and edges between them. Values only.

Rates are messages per second; None is "not told": what a broker does not count is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from dashboard import paths


class Kind(StrEnum):
    """Of a node, in the order of the columns."""

    PRODUCER = "producer"
    EXCHANGE = "exchange"
    QUEUE = "queue"
    CONSUMER = "consumer"


class Way(StrEnum):
    """Of an edge."""

    PUBLISH = "publish"
    BINDING = "binding"
    DELIVERY = "delivery"
    ALTERNATE = "alternate"
    """From an exchange to the one that gets what no binding takes."""
    DEAD_LETTER = "dead-letter"


@dataclass(slots=True, frozen=True)
class Node:
    kind: Kind
    vhost: str
    name: str
    """In AMQP, or what clients call themselves; of a group what its names begin with."""
    type: str = ""
    """Of an exchange or a queue."""
    note: str = ""
    """A few words: '3 connections', '12 ready'."""
    rate: float | None = None
    """Published by a producer, into an exchange, into a queue, delivered to a consumer."""
    out: float | None = None
    status: str = ""
    """The glyph of a queue's verdict; of others 'crit' or 'warn' when something of theirs is so."""
    words: str = ""
    """What the status says."""
    fullness: float = 0.0
    """Of a queue, 0 to 1: how much of its limit is used, or of what the fullest queue holds."""
    unroutable: float = 0.0
    """Of an exchange: messages per second that reached no queue."""
    is_untold: bool = False
    """Of a producer: the broker does not say to which exchanges it publishes."""
    members: tuple[str, ...] = ()
    """Of a group: the nodes in it."""

    id: str = field(init=False)
    """Kind, vhost and name, as path segments; worked out once, for it is asked for all the time."""

    def __post_init__(self) -> None:
        mark = "*" if self.members else ""
        object.__setattr__(
            self, "id", f"{self.kind.value}{mark}/{paths.segment(self.vhost)}/{paths.segment(self.name)}"
        )

    @property
    def is_stuck(self) -> bool:
        return self.status == "crit"

    @property
    def is_busy(self) -> bool:
        """Whether anything of it would be missed if it were not drawn."""
        return bool(self.rate or self.out or self.unroutable or self.status in ("crit", "warn"))


@dataclass(slots=True, frozen=True)
class Edge:
    source: str
    target: str
    way: Way
    keys: tuple[str, ...] = ()
    """Routing keys of its bindings, or conditions of headers."""
    rate: float | None = None
    is_stuck: bool = False
    members: tuple[str, ...] = ()
    """Of an edge of groups: the edges in it."""

    @property
    def id(self) -> str:
        return f"{self.source}>{self.target}>{self.way.value}"


@dataclass(slots=True, frozen=True)
class Graph:
    nodes: Mapping[str, Node] = field(default_factory=dict)
    """By id."""
    edges: tuple[Edge, ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
        """Edges without both their ends are left out."""
        by_id = {node.id: node for node in nodes}
        return cls(by_id, tuple(edge for edge in edges if edge.source in by_id and edge.target in by_id))

    def only(self, ids: Iterable[str]) -> Graph:
        kept = set(ids)
        return Graph.of((node for id, node in self.nodes.items() if id in kept), self.edges)

    def along(self, starts: Iterable[str]) -> set[str]:
        """These nodes, with all that leads to them and all that they lead to."""
        ahead: dict[str, list[str]] = {}
        behind: dict[str, list[str]] = {}
        for edge in self.edges:
            ahead.setdefault(edge.source, []).append(edge.target)
            behind.setdefault(edge.target, []).append(edge.source)
        wanted = set(starts)
        return wanted | _reached(wanted, ahead) | _reached(wanted, behind)

    def count(self, kind: Kind) -> int:
        return sum(len(node.members) or 1 for node in self.nodes.values() if node.kind is kind)


def _reached(starts: set[str], steps: Mapping[str, list[str]]) -> set[str]:
    seen = set(starts)
    todo = list(starts)
    while todo:
        for following in steps.get(todo.pop(), ()):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen


@lru_cache(50_000)
def exchange_id(vhost: str, name: str) -> str:
    return Node(Kind.EXCHANGE, vhost, name).id


@lru_cache(50_000)
def queue_id(vhost: str, name: str) -> str:
    return Node(Kind.QUEUE, vhost, name).id
