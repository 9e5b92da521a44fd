"""Emptying a queue with a client that knows nothing of what was before. Everything is acked, and the channel closed."""

from __future__ import annotations

from collections.abc import Callable

import amqp
from pika.adapters.blocking_connection import BlockingChannel

from tests.reliability.clients import Delivery, connected, delivered, read, tag_of
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

PREFETCH = 500

Drain = Callable[[EmbeddedBroker, str], list[Delivery]]


def by_pika(broker: EmbeddedBroker, queue: str) -> list[Delivery]:
    with broker.connect() as connection:
        channel = connection.channel()
        found = _consumed(channel, queue, _count(channel, queue))
        left = _count(channel, queue)
        channel.close()
    assert left == 0, f"{queue} still holds {left} messages after {len(found)} were taken"
    return found


def _consumed(channel: BlockingChannel, queue: str, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    channel.basic_qos(prefetch_count=PREFETCH)
    while len(found) < count:
        method, properties, body = next(channel.consume(queue, inactivity_timeout=PATIENCE_SECONDS))
        assert method is not None, f"{queue} holds {count} messages and gave {len(found)}"
        assert method.delivery_tag is not None
        assert properties is not None
        found.append(read(queue, properties.message_id, properties.headers, body or b"", method.redelivered))
        channel.basic_ack(method.delivery_tag)
    channel.cancel()
    return found


def _count(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def by_py_amqp(broker: EmbeddedBroker, queue: str) -> list[Delivery]:
    found: list[Delivery] = []
    with connected(broker) as connection:
        channel = connection.channel()
        count = _counted(channel, queue)

        def take(message: amqp.Message) -> None:
            found.append(delivered(message))
            channel.basic_ack(tag_of(message))

        channel.basic_qos(0, PREFETCH, False)
        channel.basic_consume(queue, consumer_tag=queue, callback=take)
        while len(found) < count:
            connection.drain_events(timeout=PATIENCE_SECONDS)
        channel.basic_cancel(queue)
        left = _counted(channel, queue)
        channel.close()
    assert left == 0, f"{queue} still holds {left} messages after {len(found)} were taken"
    return found


def _counted(channel: amqp.Channel, queue: str) -> int:
    declared = channel.queue_declare(queue, passive=True)
    assert declared is not None
    return int(declared[1])


DRAINS: tuple[Drain, ...] = (by_pika, by_py_amqp)
