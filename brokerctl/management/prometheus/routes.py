"""`/metrics`, `/metrics/per-object` and `/metrics/detailed`, at the port of the API.

RabbitMQ has a port of its own for them, where nobody logs in. Here names of queues and users' habits are shown to who
may monitor, unless the broker was told to show them to everybody (`POSTROOM_METRICS_ACCESS`).
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

from brokerctl.core.counters import Counters
from brokerctl.core.exchanges import Exchange
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.management import negotiation
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request
from brokerctl.management.prometheus import families, gathering, node, whole
from brokerctl.management.prometheus.exposition import CONTENT_TYPE, Metric, gauge, samples
from brokerctl.management.prometheus.families import Family, Numbers, OpenChannel
from brokerctl.management.prometheus.node import Sample
from brokerctl.management.resources import Resource, resource

PREFIX, GLOBAL, DETAILED, CLUSTER = "rabbitmq_", "rabbitmq_global_", "rabbitmq_detailed_", "rabbitmq_cluster_"

GZIP = zlib.MAX_WBITS | 16

NODE_FAMILIES: dict[str, Callable[[Call], list[Sample]]] = {
    "connection_churn_metrics": node.churn,
    "node_coarse_metrics": node.coarse,
    "node_metrics": node.limits,
    "auth_attempt_metrics": node.attempts,
}
_OF_OBJECTS: tuple[Family[Any], ...] = (
    *families.OF_QUEUES,
    families.QUEUE_CONSUMERS,
    *families.OF_CHANNELS,
    *families.OF_CONNECTIONS,
    *families.OF_EXCHANGES,
)
OBJECT_FAMILIES = {family.name: family for family in _OF_OBJECTS}
CLUSTER_FAMILIES: dict[str, Family[Any]] = {
    family.name: family for family in (families.VHOST_STATUS, families.EXCHANGE_NAMES, families.EXCHANGE_BINDINGS)
}


async def show(call: Call) -> Response:
    return _streamed(call, _aggregated(call))


async def show_by_object(call: Call) -> Response:
    return _streamed(call, _by_object(call))


async def show_detailed(call: Call) -> Response:
    """`?family=` and `?vhost=`, each as often as needed. Raises Refusal for a family that is not known."""
    wanted = call.request.query_params.getlist("family")
    known = {**NODE_FAMILIES, **OBJECT_FAMILIES, **CLUSTER_FAMILIES}
    for name in wanted:
        if name not in known:
            raise bad_request(f"there is no family {name[:64]}; there are {', '.join(sorted(known))}")
    return _streamed(call, _detailed(call, dict.fromkeys(wanted)))


async def _aggregated(call: Call) -> AsyncIterator[str]:
    totals, broker = call.broker.context.totals, call.broker
    queues, channels = _queues(broker.vhosts.values()), _channels(call)
    # Read before anything gives others a turn: what goes meanwhile would be counted twice.
    gone = {kind: totals.queues.get(kind, Counters()) for kind in whole.TYPES}
    before = {kind: ((each.publish,), families.taken(each)) for kind, each in gone.items()}
    closed = [totals.channels, *(vhost.closed_channels for vhost in broker.vhosts.values())]
    counted = Counters()
    for each in (*closed, *(found.channel.counters for found in channels)):
        counted.add(each)
    yield _node(call) + _objects(call, queues, channels)
    sums: dict[str, list[Numbers]] = {}
    for kind in whole.TYPES:
        of_kind = [queue for queue in queues if queue.rules.type == kind]
        coarse, sizes, taken, published = await gathering.totals(families.OF_QUEUES, of_kind)
        sums[kind] = [coarse, sizes, _plus(taken, before[kind][1]), _plus(published, before[kind][0])]
    whole_sums = [_plus(*(sums[kind][at] for kind in whole.TYPES)) for at in range(len(families.OF_QUEUES))]
    yield gathering.of_all(families.OF_QUEUES, whole_sums, PREFIX)
    held, _, _ = await gathering.totals(families.OF_CHANNELS, channels)
    since_start = [held, families.published(counted), families.taken(counted)]
    yield gathering.of_all(families.OF_CHANNELS, since_start, PREFIX)
    octets = await gathering.totals(families.OF_CONNECTIONS, call.door.connections())
    yield gathering.of_all(families.OF_CONNECTIONS, octets, PREFIX)
    by_type = {kind: whole.Counted(*sums[kind][3], *sums[kind][2]) for kind in whole.TYPES}
    found = [*whole.of_channels(counted, channels), *whole.of_queues(by_type), *whole.of_deaths(totals)]
    yield node.text(found, GLOBAL) + whole.sizes(totals.sizes, PREFIX)
    yield node.text(node.identity(call, "aggregated"), PREFIX)


async def _by_object(call: Call) -> AsyncIterator[str]:
    queues, channels = _queues(call.broker.vhosts.values()), _channels(call)
    yield _node(call) + _objects(call, queues, channels)
    for family in OBJECT_FAMILIES.values():
        if family is not families.QUEUE_CONSUMERS:
            async for text in gathering.by_object(family, _of(family, call, list(call.broker.vhosts.values())), PREFIX):
                yield text
    yield node.text(node.identity(call, "per-object"), PREFIX)


async def _detailed(call: Call, wanted: dict[str, None]) -> AsyncIterator[str]:
    asked = call.request.query_params.getlist("vhost")
    vhosts = [vhost for name, vhost in call.broker.vhosts.items() if not asked or name in asked]
    if families.QUEUE.name in wanted:
        # It says the same and more; a metric may come once only.
        wanted.pop(families.QUEUE_CONSUMERS.name, None)
    for name in wanted:
        if name in NODE_FAMILIES:
            yield node.text(NODE_FAMILIES[name](call), DETAILED)
            continue
        family = OBJECT_FAMILIES.get(name) or CLUSTER_FAMILIES[name]
        prefix = DETAILED if name in OBJECT_FAMILIES else CLUSTER
        async for text in gathering.by_object(family, _of(family, call, vhosts), prefix):
            yield text
    yield node.text(node.identity(call, "detailed"), PREFIX)


def _of(family: Family[Any], call: Call, vhosts: list[Vhost]) -> Sequence[Any]:
    """The objects of these vhosts that have the metrics of the family."""
    names = {vhost.name for vhost in vhosts}
    if family in families.OF_CHANNELS:
        return [found for found in _channels(call) if found.channel.peer.vhost in names]
    if family in families.OF_CONNECTIONS:
        return [connection for connection in call.door.connections() if connection.vhost in names]
    if family is families.VHOST_STATUS:
        return vhosts
    if family in (*families.OF_EXCHANGES, families.EXCHANGE_NAMES, families.EXCHANGE_BINDINGS):
        return _exchanges(vhosts)
    return _queues(vhosts)


def _node(call: Call) -> str:
    found = [sample for read in NODE_FAMILIES.values() for sample in read(call)]
    return node.text([*found, *node.alarms(call)], PREFIX)


def _objects(call: Call, queues: list[Queue], channels: list[OpenChannel]) -> str:
    consumers = sum(len(found.channel.consumers) for found in channels)
    counts: list[tuple[Metric, int]] = [
        (gauge("connections", "Open connections"), len(call.broker.peers)),
        (gauge("channels", "Open channels"), len(channels)),
        (gauge("consumers", "Consumers"), consumers),
        (gauge("queues", "Queues"), len(queues)),
    ]
    return "".join(metric.head(PREFIX) + samples(PREFIX + metric.name, [("", value)]) for metric, value in counts)


def _queues(vhosts: Iterable[Vhost]) -> list[Queue]:
    return [queue for vhost in vhosts for queue in vhost.queues.values()]


def _exchanges(vhosts: list[Vhost]) -> list[Exchange]:
    return [exchange for vhost in vhosts for name, exchange in vhost.exchanges.items() if name]


def _channels(call: Call) -> list[OpenChannel]:
    return [
        OpenChannel(f"{peer.name} ({number})", channel)
        for peer in call.broker.peers.values()
        for number, channel in peer.channels.items()
    ]


def _plus(*numbers: Numbers) -> Numbers:
    return tuple(map(sum, zip(*numbers, strict=True)))


def _streamed(call: Call, text: AsyncIterator[str]) -> Response:
    """Piece by piece: what fifty thousand queues have to say takes a hundred megabytes."""
    if negotiation.takes_gzip(call.request):
        headers = {"content-encoding": "gzip"}
        return StreamingResponse(_compressed(text), headers=headers, media_type=CONTENT_TYPE)
    return StreamingResponse(text, media_type=CONTENT_TYPE)


async def _compressed(text: AsyncIterator[str]) -> AsyncIterator[bytes]:
    """At the fastest level: a piece takes less than a millisecond, and shrinks tenfold."""
    packing = zlib.compressobj(1, wbits=GZIP)
    async for piece in text:
        packed = packing.compress(piece.encode())
        if packed:
            yield packed
    yield packing.flush()


def resources(*, are_open: bool) -> list[Resource]:
    """`are_open`: nobody has to log in. Not below /api."""
    level = Level.ANYBODY if are_open else Level.MONITOR
    return [
        resource("/metrics", produces="text/plain", get=(level, show)),
        resource("/metrics/per-object", produces="text/plain", get=(level, show_by_object)),
        resource("/metrics/detailed", produces="text/plain", get=(level, show_detailed)),
    ]
