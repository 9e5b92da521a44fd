"""Brokers to draw, made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from brokerctl.clients.models import (
    Binding,
    Channel,
    Consumer,
    Exchange,
    MessageCounters,
    MessageRates,
    Policy,
)
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.topology.build import build
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way, exchange_id, queue_id
from dashboard.topology.wires import Publishing, Wires
from tests.dashboard.snapshots import snapshot

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
Rate = tuple[float | None, float | None]


def exchange(name: str, type: str = "direct", vhost: str = "/", **values: Any) -> Exchange:
    given: dict[str, Any] = {"arguments": {}, "policy": None, "publish_in": 0, "publish_out": 0, "internal": False}
    return Exchange(vhost=vhost, name=name, type=type, durable=True, auto_delete=False, **{**given, **values})


def binding(
    source: str, target: str, key: str = "", *, to: str = "queue", arguments: dict[str, Any] | None = None
) -> Binding:
    return Binding("/", source, target, to, key, arguments or {}, key or "~")


def channel(connection: str, rate: float | None = None, vhost: str = "/", **values: Any) -> Channel:
    return Channel(
        name=f"{connection} (1)",
        number=1,
        vhost=vhost,
        user="guest",
        connection_name=connection,
        consumers=0,
        messages_unacknowledged=0,
        prefetch=0,
        confirm=False,
        counters=MessageCounters(publish=9),
        rates=MessageRates(publish=rate, **values),
    )


def consumer(queue: str, connection: str, vhost: str = "/") -> Consumer:
    return Consumer(vhost, queue, "tag", True, False, 10, True, f"{connection} (1)", connection, "", "guest")


def publishing(connection: str, to: str, rate: float | None = None, vhost: str = "/") -> Publishing:
    return Publishing(vhost, to, f"{connection} (1)", 9, rate)


def wires(
    exchanges: Sequence[Exchange] = (),
    bindings: Sequence[Binding] = (),
    *,
    channels: Sequence[Channel] = (),
    consumers: Sequence[Consumer] = (),
    clients: dict[str, str] | None = None,
    policies: Sequence[Policy] = (),
    publishings: Sequence[Publishing] | None = None,
) -> Wires:
    return Wires(
        tuple(bindings),
        tuple(consumers),
        tuple(channels),
        tuple((clients or {}).items()),
        tuple(exchanges),
        tuple(policies),
        None if publishings is None else tuple(publishings),
    )


def drawn(rows: Sequence[QueueRow], wired: Wires, rates: dict[str, Rate] | None = None, vhost: str = "/") -> Graph:
    """The whole graph; rates are those of exchanges, (in, out)."""
    return build(seen(rows, rates, vhost), wired, NOW)


def seen(rows: Sequence[QueueRow], rates: dict[str, Rate] | None = None, vhost: str = "/") -> Snapshot:
    return snapshot(*rows, exchange_rates={(vhost, name): rate for name, rate in (rates or {}).items()})


def edge(graph: Graph, source: str, target: str, way: Way = Way.BINDING) -> Edge:
    """By the ends of ids: 'exchange/orders', 'queue/orders.new'."""
    ends = id_of(source), id_of(target)
    [found] = [each for each in graph.edges if (each.source, each.target, each.way) == (*ends, way)]
    return found


def id_of(text: str, vhost: str = "/") -> str:
    kind, _, name = text.partition("/")
    return Node(Kind(kind), vhost, name).id


def ways(graph: Graph) -> set[tuple[str, str, str]]:
    return {(each.source, each.way.value, each.target) for each in graph.edges}


def many(exchanges: int, queues: int) -> Graph:
    """A broker of many names with some beginnings; the first third of the queues is busy."""
    nodes = [
        Node(Kind.EXCHANGE, "/", f"{'abcde'[n % 5]}team.x{n}", type="topic", note="topic") for n in range(exchanges)
    ]
    nodes += [
        Node(Kind.QUEUE, "/", f"{'abcde'[n % 5]}team.q{n}", note="0 ready", status="ok", rate=float(n % 3 == 0))
        for n in range(queues)
    ]
    edges = [
        Edge(
            exchange_id("/", nodes[n % exchanges].name), queue_id("/", node.name), Way.BINDING, (f"key.{n}",), node.rate
        )
        for n, node in enumerate(nodes[exchanges:])
    ]
    return Graph.of(nodes, edges)
