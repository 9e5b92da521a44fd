"""From what is known of a broker to the graph of all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from brokerctl.clients.models import Arguments, Binding, Channel, Exchange
from brokerctl.operations.routes import alternates
from dashboard import verdicts
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.topology.clients import consumers, producers
from dashboard.topology.graph import Edge, Graph, Kind, Node, Way, exchange_id, queue_id
from dashboard.topology.rates import Flow, Known, solve
from dashboard.topology.wires import Wires

SHOWN_KEYS = 20
"""Of one edge; the page of the exchange has them all."""


def build(snapshot: Snapshot, wires: Wires, now: datetime) -> Graph:
    """All vhosts that the snapshot has; `wires` must be of the same ones (Wires.only)."""
    exchanges = wires.exchanges or snapshot.exchanges
    made, publishing = producers(wires, exchanges, snapshot)
    taken, delivering = consumers(wires, snapshot)
    lost = _unroutable(wires, exchanges, snapshot)
    nodes = [
        *made,
        *(_exchange(each, snapshot, lost.get(exchange_id(each.vhost, each.name), 0.0)) for each in exchanges),
        *_queues(snapshot, now),
        *taken,
    ]
    others = _alternates(wires, exchanges)
    bindings = _bindings(wires, snapshot, exchanges, {node for edge in others for node in (edge.source, edge.target)})
    edges = [*publishing, *bindings, *others, *_dead_letters(snapshot), *delivering]
    graph = Graph.of(nodes, _with_stuck(edges, nodes))
    return _without_idle_default(graph, snapshot, is_counted=wires.publishings is not None)


def _exchange(exchange: Exchange, snapshot: Snapshot, unroutable: float) -> Node:
    arriving, leaving = snapshot.exchange_rates.get((exchange.vhost, exchange.name), (None, None))
    return Node(
        Kind.EXCHANGE,
        exchange.vhost,
        exchange.name,
        type=exchange.type,
        note=exchange.type if exchange.name else "default",
        rate=arriving,
        out=leaving,
        unroutable=unroutable,
        status="warn" if unroutable else "",
        words="messages without a queue" if unroutable else "",
    )


def _queues(snapshot: Snapshot, now: datetime) -> list[Node]:
    fullest = max((row.queue.messages_ready for row in snapshot.queues.values()), default=0)
    return [_queue(row, snapshot, fullest, now) for row in snapshot.queues.values()]


def _queue(row: QueueRow, snapshot: Snapshot, fullest: int, now: datetime) -> Node:
    queue, verdict = row.queue, verdicts.of_queue(row, snapshot, now)
    limit = verdicts.length_limit(row) or max(fullest, 1000)
    is_told = verdict.needs_attention
    return Node(
        Kind.QUEUE,
        queue.vhost,
        queue.name,
        type=queue.type,
        note=verdict.text if is_told else f"{queue.messages_ready:,} ready",
        rate=row.rates.publish,
        out=row.rates.deliver,
        status=verdict.status.glyph,
        words=verdict.text,
        fullness=min(1.0, queue.messages_ready / limit),
    )


def _bindings(wires: Wires, snapshot: Snapshot, exchanges: Iterable[Exchange], passing: set[str]) -> list[Edge]:
    """One edge for all bindings between two nodes: what flows is counted for them together at best."""
    keys: dict[Flow, list[str]] = {}
    by_id = {exchange_id(each.vhost, each.name): each for each in exchanges}
    for binding in wires.bindings:
        source = exchange_id(binding.vhost, binding.source)
        is_queue = binding.destination_type == "queue"
        target = (queue_id if is_queue else exchange_id)(binding.vhost, binding.destination)
        keys.setdefault((source, target), []).append(_condition(binding, by_id.get(source)))
    flowing = solve(keys, _known(snapshot, by_id, keys, passing))
    return [
        Edge(source, target, Way.BINDING, tuple(sorted(set(named) - {""}))[:SHOWN_KEYS], flowing.get((source, target)))
        for (source, target), named in keys.items()
    ]


def _known(snapshot: Snapshot, exchanges: dict[str, Exchange], flows: Iterable[Flow], passing: set[str]) -> Known:
    """An exchange counts what clients published to it, and all queues which that reached: where it passes on to other
    exchanges, by bindings or as alternates (`passing`), that tells nothing of its own bindings."""
    passing = passing | {node for flow in flows if flow[1] in exchanges for node in flow}
    into = {queue_id(*key): row.rates.publish for key, row in snapshot.queues.items()}
    out_of, copies = {}, {}
    for node, exchange in exchanges.items():
        arriving, leaving = snapshot.exchange_rates.get((exchange.vhost, exchange.name), (None, None))
        if node in passing:
            continue
        if leaving is not None:
            out_of[node] = leaving
        if exchange.type == "fanout" and arriving is not None:
            copies[node] = arriving
    return Known({node: rate for node, rate in into.items() if rate is not None}, out_of, copies)


def _condition(binding: Binding, source: Exchange | None) -> str:
    """What a binding asks for, in few words; nothing where it asks for nothing."""
    if source is None or not source.name:
        return ""
    if source.type == "headers":
        wanted = {name: value for name, value in binding.arguments.items() if name != "x-match"}
        joint = " or " if str(binding.arguments.get("x-match", "all")).startswith("any") else ", "
        return joint.join(f"{name}={value}" for name, value in wanted.items())
    return "" if source.type == "fanout" else binding.routing_key or "(empty key)"


def _alternates(wires: Wires, exchanges: Iterable[Exchange]) -> list[Edge]:
    edges = []
    for vhost in {each.vhost for each in exchanges}:
        mine = [each for each in exchanges if each.vhost == vhost]
        found = alternates(mine, (policy for policy in wires.policies if policy.vhost == vhost))
        edges += [
            Edge(exchange_id(vhost, name), exchange_id(vhost, alternate), Way.ALTERNATE)
            for name, alternate in found.items()
        ]
    return edges


def _dead_letters(snapshot: Snapshot) -> list[Edge]:
    """To the exchange, or straight to the queue where the default exchange with a fixed key can only mean that."""
    edges = []
    for row in snapshot.queues.values():
        queue = row.queue
        exchange = _rule(row, "dead-letter-exchange")
        if not isinstance(exchange, str):
            continue
        key = _rule(row, "dead-letter-routing-key")
        is_fixed = not exchange and isinstance(key, str)
        target = queue_id(queue.vhost, str(key)) if is_fixed else exchange_id(queue.vhost, exchange)
        edges.append(Edge(queue_id(queue.vhost, queue.name), target, Way.DEAD_LETTER, (str(key),) if key else ()))
    return edges


def _rule(row: QueueRow, name: str) -> object:
    arguments: Arguments = row.queue.arguments
    return arguments.get(f"x-{name}", row.queue.effective_policy.get(name))


def _unroutable(wires: Wires, exchanges: Iterable[Exchange], snapshot: Snapshot) -> dict[str, float]:
    """What reached no queue, per exchange: what comes in where nothing goes out, and what channels were told of that
    publish nowhere else."""
    lost: dict[str, float] = defaultdict(float)
    places: dict[str, set[str]] = {}
    for each in wires.publishings or ():
        places.setdefault(each.channel, set()).add(exchange_id(each.vhost, each.exchange))
    for channel in wires.channels:
        dropped = _dropped(channel)
        if dropped and len(places.get(channel.name, ())) == 1:
            lost[next(iter(places[channel.name]))] += dropped
    for exchange in exchanges:
        arriving, leaving = snapshot.exchange_rates.get((exchange.vhost, exchange.name), (None, None))
        if arriving and leaving == 0:
            lost[exchange_id(exchange.vhost, exchange.name)] = arriving
    return lost


def _dropped(channel: Channel) -> float:
    return (channel.rates.drop_unroutable or 0.0) + (channel.rates.return_unroutable or 0.0)


def _with_stuck(edges: Iterable[Edge], nodes: Iterable[Node]) -> list[Edge]:
    """What leads into a queue that is stuck, and out of it, stands still."""
    stuck = {node.id for node in nodes if node.kind is Kind.QUEUE and node.is_stuck}
    return [
        replace(edge, is_stuck=True)
        if edge.way in (Way.BINDING, Way.DELIVERY) and (edge.source in stuck or edge.target in stuck)
        else edge
        for edge in edges
    ]


def _without_idle_default(graph: Graph, snapshot: Snapshot, *, is_counted: bool) -> Graph:
    """The default exchange leads to every queue: it is drawn where clients publish to it or dead letters go to it by
    name, and with the queues that only it can have filled.

    What is dead-lettered through it counts as published to it, now and then: where the broker says who publishes
    (`is_counted`), that alone does not make it come and go.
    """
    into = {edge.target for edge in graph.edges if edge.way in (Way.PUBLISH, Way.DEAD_LETTER)}
    bound = {edge.target for edge in graph.edges if edge.way is not Way.DELIVERY and graph.nodes[edge.source].name}
    filled = {queue_id(*key) for key, row in snapshot.queues.items() if row.queue.counters.publish} - bound
    unused = {
        node.id
        for node in graph.nodes.values()
        if node.kind is Kind.EXCHANGE and not node.name and node.id not in into and (is_counted or not node.rate)
    }
    edges = [
        edge
        for edge in graph.edges
        if edge.way is not Way.BINDING or graph.nodes[edge.source].name or edge.rate or edge.target in filled
    ]
    return Graph.of((node for id, node in graph.nodes.items() if id not in unused), edges)
