"""What the demo declares, and how it goes away again: only what was not there before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

NEW_ORDERS, SHIPPING, NOTIFICATIONS, ANALYTICS = "orders.new", "orders.ship", "notifications", "analytics"
PAYMENTS, DEAD_ORDERS = "payments.capture", "orders.dlq"

EXCHANGES = {"orders": "direct", "users": "fanout", "events": "topic"}

QUEUES: dict[str, dict[str, Any]] = {
    NEW_ORDERS: {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD_ORDERS},
    SHIPPING: {},
    NOTIFICATIONS: {},
    ANALYTICS: {},
    # Nobody consumes these two: a bound, so that a demo left alone for a week does not fill a disk.
    PAYMENTS: {"x-max-length": 1000},
    DEAD_ORDERS: {"x-max-length": 1000},
}

BINDINGS = (
    ("orders", "order.new", NEW_ORDERS),
    ("orders", "order.ship", SHIPPING),
    ("users", "", NOTIFICATIONS),
    ("users", "", ANALYTICS),
    ("events", "order.#", ANALYTICS),
    ("events", "payment.*", PAYMENTS),
)


@dataclass(slots=True)
class Topology:
    """`made_*` are the names that this run brought into the vhost."""

    made_exchanges: list[str] = field(default_factory=list)
    made_queues: list[str] = field(default_factory=list)

    @classmethod
    def declare_new(cls, connection: BlockingConnection) -> Topology:
        """Declare everything, remembering what was missing.

        Raises pika's ChannelClosedByBroker when one of our names belongs to something of another kind; then nothing of
        ours is left.
        """
        made = cls(
            [name for name in EXCHANGES if not _has_exchange(connection, name)],
            [name for name in QUEUES if not _has_queue(connection, name)],
        )
        channel = connection.channel()
        try:
            declare(channel)
        except pika.exceptions.ChannelClosedByBroker:
            made.remove(connection)
            raise
        channel.close()
        return made

    def remove(self, connection: BlockingConnection) -> None:
        """Deleting what is gone already is no error in AMQP."""
        channel = connection.channel()
        for queue in self.made_queues:
            channel.queue_delete(queue)
        for exchange in self.made_exchanges:
            channel.exchange_delete(exchange)
        channel.close()


def declare(channel: BlockingChannel) -> None:
    """Every client does so when it connects: what a person deleted meanwhile comes back instead of failing them all."""
    for exchange, kind in EXCHANGES.items():
        channel.exchange_declare(exchange, kind, durable=True)
    for queue, arguments in QUEUES.items():
        channel.queue_declare(queue, durable=True, arguments=arguments)
    for exchange, routing_key, queue in BINDINGS:
        channel.queue_bind(queue, exchange, routing_key)


def _has_exchange(connection: BlockingConnection, name: str) -> bool:
    return _exists(connection, lambda channel: channel.exchange_declare(name, passive=True))


def _has_queue(connection: BlockingConnection, name: str) -> bool:
    return _exists(connection, lambda channel: channel.queue_declare(name, passive=True))


def _exists(connection: BlockingConnection, look: Callable[[BlockingChannel], object]) -> bool:
    # A channel for each: the answer "not found" closes it.
    channel = connection.channel()
    try:
        look(channel)
    except pika.exceptions.ChannelClosedByBroker as error:
        if error.reply_code == 404:
            return False
        raise
    channel.close()
    return True
