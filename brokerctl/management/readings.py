"""The numbers of one object at one moment, in a fixed order, under the names the API gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel
from brokerctl.core.counters import Counters, Traffic
from brokerctl.core.exchanges import Exchange
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.management.door import ConnectionState, NodeState

Numbers = tuple[int, ...]

LENGTHS = ("messages", "messages_ready", "messages_unacknowledged")
TAKEN = ("deliver", "deliver_no_ack", "get", "get_no_ack", "get_empty", "deliver_get", "redeliver", "ack")
QUEUE_MESSAGES = ("publish", *TAKEN)
MESSAGES = ("publish", "confirm", "return_unroutable", "drop_unroutable", *TAKEN)
CHURN = (
    "connection_created",
    "connection_closed",
    "channel_created",
    "channel_closed",
    "queue_declared",
    "queue_created",
    "queue_deleted",
)
EXCHANGE = ("publish_in", "publish_out")
CONNECTION = ("recv_oct", "send_oct")
NODE = ("mem_used", "disk_free", "sockets_used")

GAUGES = frozenset((*LENGTHS, *NODE))
"""What goes up and down. The rest only grows, except when an object goes and takes its share of a total along."""

QUEUE = (*LENGTHS, *QUEUE_MESSAGES)
VHOST = (*LENGTHS, *MESSAGES)


def of_queue(queue: Queue) -> Numbers:
    """In the order of QUEUE."""
    ready, unacked = queue.ready, queue.unacked
    return ready + unacked, ready, unacked, queue.counters.publish, *_taken(queue.counters)


def of_channel(channel: Channel) -> Numbers:
    """In the order of MESSAGES."""
    return _messages(channel.counters)


def of_vhost(vhost: Vhost, broker: Broker, lengths: tuple[int, int] | None = None) -> Numbers:
    """In the order of VHOST. Messages are counted at the channels, as RabbitMQ does: a fanout is one publish.

    `lengths` are the ready and unacked messages of its queues, for who has looked at each of them already.
    """
    ready, unacked = lengths or (0, 0)
    for queue in vhost.queues.values() if lengths is None else ():
        ready += queue.ready
        unacked += queue.unacked
    counted = [_messages(vhost.closed_channels)]
    for peer in broker.peers.values():
        if peer.vhost == vhost.name:
            counted.extend(_messages(channel.counters) for channel in peer.channels.values())
    return ready + unacked, ready, unacked, *map(sum, zip(*counted, strict=True))


def of_traffic(vhosts: Iterable[Vhost], connections: Iterable[ConnectionState]) -> Iterator[tuple[Vhost, Numbers]]:
    """Bytes of each vhost's connections, those that are closed among them, in the order of CONNECTION."""
    sums: dict[str, Traffic] = {}
    for connection in connections:
        sums.setdefault(connection.vhost, Traffic()).add(connection.received_bytes, connection.sent_bytes)
    for vhost in vhosts:
        total, closed = sums.setdefault(vhost.name, Traffic()), vhost.closed_connections
        total.add(closed.received_bytes, closed.sent_bytes)
        yield vhost, (total.received_bytes, total.sent_bytes)


def of_vhosts(vhosts: Iterable[Vhost], broker: Broker) -> Numbers:
    """The sum over these vhosts, in the order of VHOST."""
    return summed(of_vhost(vhost, broker) for vhost in vhosts)


def summed(rows: Iterable[Numbers]) -> Numbers:
    """Of vhosts."""
    return tuple(map(sum, zip((0,) * len(VHOST), *rows, strict=True)))


def of_churn(broker: Broker) -> Numbers:
    """In the order of CHURN."""
    churn = broker.context.churn
    channels = sum(len(peer.channels) for peer in broker.peers.values())
    return (
        churn.connection_closed + len(broker.peers),
        churn.connection_closed,
        churn.channel_closed + channels,
        churn.channel_closed,
        churn.queue_declared,
        churn.queue_created,
        churn.queue_deleted,
    )


def of_exchange(exchange: Exchange) -> Numbers:
    return exchange.publish_in, exchange.publish_out


def of_connection(connection: ConnectionState) -> Numbers:
    return connection.received_bytes, connection.sent_bytes


def of_node(node: NodeState, broker: Broker) -> Numbers:
    return node.memory_used_bytes, node.disk_free_bytes, len(broker.peers)


def _messages(counted: Counters) -> Numbers:
    return (
        counted.publish,
        counted.confirm,
        counted.return_unroutable,
        counted.drop_unroutable,
        *_taken(counted),
    )


def _taken(counted: Counters) -> Numbers:
    return (
        counted.deliver,
        counted.deliver_no_ack,
        counted.get,
        counted.get_no_ack,
        counted.get_empty,
        counted.deliver_get,
        counted.redeliver,
        counted.ack,
    )
