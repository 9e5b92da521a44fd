"""Which numbers an object has, by RabbitMQ's families: the names are those of its plugin rabbitmq_prometheus.

Left out is what Erlang has and this broker has not: reductions, processes, garbage collection, Raft, Mnesia, and the
counters of RabbitMQ's message store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from brokerctl.core.channel import Channel
from brokerctl.core.counters import Counters
from brokerctl.core.exchanges import Exchange
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.management.door import ConnectionState
from brokerctl.management.prometheus.exposition import Labels, Metric, counter, gauge, labels

T = TypeVar("T")

Numbers = tuple[float, ...]


class OpenChannel(NamedTuple):
    name: str
    channel: Channel


@dataclass(slots=True, frozen=True)
class Family(Generic[T]):
    name: str
    metrics: tuple[Metric, ...]
    read: Callable[[T], Numbers]
    """In the order of the metrics. One call for all of them: there may be many objects."""
    where: Callable[[T], Labels]


def _of_queue(queue: Queue) -> Labels:
    return labels(vhost=queue.vhost, queue=queue.name)


def _of_channel(found: OpenChannel) -> Labels:
    return labels(channel=found.name, vhost=found.channel.peer.vhost)


def _of_connection(connection: ConnectionState) -> Labels:
    return labels(connection=connection.name, vhost=connection.vhost)


def _of_exchange(exchange: Exchange) -> Labels:
    return labels(vhost=exchange.vhost, exchange=exchange.name)


def taken(counted: Counters) -> Numbers:
    return (
        counted.get,
        counted.get_no_ack,
        counted.deliver,
        counted.deliver_no_ack,
        counted.redeliver,
        counted.ack,
        counted.get_empty,
    )


def taken_metrics(of: str) -> tuple[Metric, ...]:
    """In the order of `taken`."""
    return (
        counter(f"{of}_get_ack_total", "Messages fetched with basic.get that need an ack"),
        counter(f"{of}_get_total", "Messages fetched with basic.get that need no ack"),
        counter(f"{of}_messages_delivered_ack_total", "Messages delivered to consumers that need an ack"),
        counter(f"{of}_messages_delivered_total", "Messages delivered to consumers that need no ack"),
        counter(f"{of}_messages_redelivered_total", "Messages delivered once more"),
        counter(f"{of}_messages_acked_total", "Messages acknowledged"),
        counter(f"{of}_get_empty_total", "basic.get that found no message"),
    )


def published(counted: Counters) -> Numbers:
    return counted.publish, counted.confirm, counted.return_unroutable, counted.drop_unroutable


QUEUE_COARSE: Family[Queue] = Family(
    "queue_coarse_metrics",
    (
        gauge("queue_messages_ready", "Messages ready to be delivered"),
        gauge("queue_messages_unacked", "Messages delivered and not acknowledged yet"),
        gauge("queue_messages", "Messages ready and unacknowledged"),
    ),
    lambda queue: (queue.ready, queue.unacked, queue.ready + queue.unacked),
    _of_queue,
)

QUEUE_CONSUMERS: Family[Queue] = Family(
    "queue_consumer_count",
    (gauge("queue_consumers", "Consumers"),),
    lambda queue: (len(queue.consumers),),
    _of_queue,
)


def _sizes(queue: Queue) -> Numbers:
    ready, unacked, paged = queue.ready, queue.unacked, queue.backlog.paged_count
    size = queue.ready_bytes + queue.unacked_bytes
    paged_bytes = queue.backlog.paged_bytes
    return (
        len(queue.consumers),
        ready + unacked - paged,
        size - paged_bytes,
        ready - paged,
        unacked,
        size,
        queue.ready_bytes,
        queue.unacked_bytes,
        paged,
        paged_bytes,
    )


QUEUE: Family[Queue] = Family(
    "queue_metrics",
    (
        *QUEUE_CONSUMERS.metrics,
        gauge("queue_messages_ram", "Messages in memory"),
        gauge("queue_messages_ram_bytes", "Bytes of bodies in memory"),
        gauge("queue_messages_ready_ram", "Ready messages in memory"),
        gauge("queue_messages_unacked_ram", "Unacknowledged messages in memory"),
        gauge("queue_messages_bytes", "Bytes of bodies"),
        gauge("queue_messages_ready_bytes", "Bytes of ready bodies"),
        gauge("queue_messages_unacked_bytes", "Bytes of unacknowledged bodies"),
        gauge("queue_messages_paged_out", "Messages on disk only"),
        gauge("queue_messages_paged_out_bytes", "Bytes of bodies on disk only"),
    ),
    _sizes,
    _of_queue,
)

QUEUE_DELIVERY: Family[Queue] = Family(
    "queue_delivery_metrics", taken_metrics("queue"), lambda queue: taken(queue.counters), _of_queue
)

QUEUE_PUBLISHED: Family[Queue] = Family(
    "channel_queue_exchange_metrics",
    (counter("queue_messages_published_total", "Messages that came into a queue"),),
    lambda queue: (queue.counters.publish,),
    _of_queue,
)


def _held(found: OpenChannel) -> Numbers:
    channel = found.channel
    transaction, confirms = channel.transaction, channel.confirms
    return (
        len(channel.consumers),
        len(channel.unacked),
        0 if confirms is None else confirms.unconfirmed,
        0 if transaction is None else len(transaction.published),
        0 if transaction is None else transaction.acks,
        channel.prefetch,
        channel.global_prefetch,
    )


CHANNEL: Family[OpenChannel] = Family(
    "channel_metrics",
    (
        gauge("channel_consumers", "Consumers on a channel"),
        gauge("channel_messages_unacked", "Messages delivered and not acknowledged yet"),
        gauge("channel_messages_unconfirmed", "Messages published and not confirmed yet"),
        gauge("channel_messages_uncommitted", "Messages published in a transaction that is open"),
        gauge("channel_acks_uncommitted", "Acknowledgements in a transaction that is open"),
        gauge("consumer_prefetch", "Unacknowledged messages that each new consumer may have"),
        gauge("channel_prefetch", "Unacknowledged messages that all consumers of a channel may have together"),
    ),
    _held,
    _of_channel,
)

CHANNEL_PUBLISHED: Family[OpenChannel] = Family(
    "channel_exchange_metrics",
    (
        counter("channel_messages_published_total", "Messages published"),
        counter("channel_messages_confirmed_total", "Messages published that are confirmed"),
        counter("channel_messages_unroutable_returned_total", "Mandatory messages that no queue took"),
        counter("channel_messages_unroutable_dropped_total", "Other messages that no queue took"),
    ),
    lambda found: published(found.channel.counters),
    _of_channel,
)

CHANNEL_TAKEN: Family[OpenChannel] = Family(
    "channel_queue_metrics", taken_metrics("channel"), lambda found: taken(found.channel.counters), _of_channel
)

CONNECTION_COARSE: Family[ConnectionState] = Family(
    "connection_coarse_metrics",
    (
        counter("connection_incoming_bytes_total", "Bytes received on a connection"),
        counter("connection_outgoing_bytes_total", "Bytes sent on a connection"),
    ),
    lambda connection: (connection.received_bytes, connection.sent_bytes),
    _of_connection,
)

CONNECTION: Family[ConnectionState] = Family(
    "connection_metrics",
    (gauge("connection_channels", "Channels on a connection"),),
    lambda connection: (len(connection.peer.channels),),
    _of_connection,
)

EXCHANGE: Family[Exchange] = Family(
    "exchange_metrics",
    (counter("exchange_messages_published_total", "Messages published to an exchange"),),
    lambda exchange: (exchange.publish_in,),
    _of_exchange,
)

# Under `/metrics/detailed` only, and there with a prefix of their own.

VHOST_STATUS: Family[Vhost] = Family(
    "vhost_status",
    (gauge("vhost_status", "Whether a vhost is running"),),
    lambda vhost: (1,),
    lambda vhost: labels(vhost=vhost.name),
)

EXCHANGE_NAMES: Family[Exchange] = Family(
    "exchange_names",
    (gauge("exchange_name", "The exchanges there are"),),
    lambda exchange: (1,),
    lambda exchange: f"{_of_exchange(exchange)},{labels(type=exchange.type)}",
)

EXCHANGE_BINDINGS: Family[Exchange] = Family(
    "exchange_bindings",
    (gauge("exchange_bindings", "Bindings of which an exchange is the source"),),
    lambda exchange: (len(exchange.bindings),),
    EXCHANGE_NAMES.where,
)

OF_QUEUES: tuple[Family[Queue], ...] = (QUEUE_COARSE, QUEUE, QUEUE_DELIVERY, QUEUE_PUBLISHED)
OF_CHANNELS: tuple[Family[OpenChannel], ...] = (CHANNEL, CHANNEL_PUBLISHED, CHANNEL_TAKEN)
OF_CONNECTIONS: tuple[Family[ConnectionState], ...] = (CONNECTION_COARSE, CONNECTION)
OF_EXCHANGES: tuple[Family[Exchange], ...] = (EXCHANGE,)
