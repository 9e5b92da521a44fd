"""Producers and consumers of the map: what clients call themselves, with all their connections together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from brokerctl.clients.models import Exchange
from dashboard.snapshot import Snapshot
from dashboard.topology.graph import Edge, Kind, Node, Way, exchange_id, queue_id
from dashboard.topology.wires import Wires


@dataclass(slots=True)
class _Client:
    connections: set[str] = field(default_factory=set)
    rate: float | None = None
    targets: dict[str, float | None] = field(default_factory=dict)
    """Exchanges it publishes to, or queues it takes from (then: how many consumers)."""
    count: int = 0


def producers(wires: Wires, exchanges: Iterable[Exchange], snapshot: Snapshot) -> tuple[list[Node], list[Edge]]:
    """Clients with open channels that published; where to, as far as the broker tells or only one answer is left."""
    names = dict(wires.clients)
    by_channel = defaultdict(list)
    for each in wires.publishings or ():
        by_channel[each.channel].append(each)
    made: dict[tuple[str, str], _Client] = defaultdict(_Client)
    for channel in wires.channels:
        if not channel.counters.publish:
            continue
        client = made[channel.vhost, _called(names, channel.connection_name)]
        client.connections.add(channel.connection_name)
        client.rate = _plus(client.rate, channel.rates.publish)
        places = by_channel.get(channel.name, [])
        for place in places:
            rate = channel.rates.publish if len(places) == 1 else place.rate
            target = exchange_id(place.vhost, place.exchange)
            client.targets[target] = _plus(client.targets.get(target), rate)
        only = _only_busy(channel.vhost, exchanges, snapshot)
        if not places and only:
            client.targets[only] = _plus(client.targets.get(only), channel.rates.publish)
    nodes, edges = [], []
    for (vhost, name), client in made.items():
        note = _counted(len(client.connections), "connection")
        node = Node(Kind.PRODUCER, vhost, name, note=note, rate=client.rate, is_untold=not client.targets)
        nodes.append(node)
        edges += [Edge(node.id, target, Way.PUBLISH, rate=rate) for target, rate in client.targets.items()]
    return nodes, edges


def consumers(wires: Wires, snapshot: Snapshot) -> tuple[list[Node], list[Edge]]:
    """Clients that take messages. What a queue delivers is told apart only where one client gets it all."""
    names = dict(wires.clients)
    made: dict[tuple[str, str], _Client] = defaultdict(_Client)
    takers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for consumer in wires.consumers:
        key = consumer.vhost, _called(names, consumer.connection_name)
        client = made[key]
        client.count += 1
        client.targets[queue_id(consumer.vhost, consumer.queue)] = None
        takers[queue_id(consumer.vhost, consumer.queue)].add(key)
    delivered = {queue_id(*key): row.rates.deliver for key, row in snapshot.queues.items()}
    nodes, edges = [], []
    for (vhost, name), client in made.items():
        rates = {queue: delivered.get(queue) if len(takers[queue]) == 1 else None for queue in client.targets}
        known = [rate for rate in rates.values() if rate is not None]
        total = sum(known) if len(known) == len(rates) else None
        node = Node(Kind.CONSUMER, vhost, name, note=_counted(client.count, "consumer"), rate=total)
        nodes.append(node)
        edges += [Edge(queue, node.id, Way.DELIVERY, rate=rate) for queue, rate in rates.items()]
    return nodes, edges


def _called(names: dict[str, str], connection: str) -> str:
    """Its own name, else where it is: 'peer host:port' of 'peer host:port -> our host:port'."""
    return names.get(connection) or connection.partition(" -> ")[0] or "unknown client"


def _only_busy(vhost: str, exchanges: Iterable[Exchange], snapshot: Snapshot) -> str | None:
    """The one exchange of the vhost that anything comes to, if it is one."""
    rates = [(each, snapshot.exchange_rates.get((each.vhost, each.name), (None, None))[0]) for each in exchanges]
    busy = [each for each, rate in rates if each.vhost == vhost and rate]
    return exchange_id(vhost, busy[0].name) if len(busy) == 1 else None


def _plus(known: float | None, more: float | None) -> float | None:
    return more if known is None else known + (more or 0.0)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
