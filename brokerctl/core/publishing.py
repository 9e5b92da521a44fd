"""A message's way in: from an exchange to its queues, to disk where it must be, and back when nobody wants it.

Also its way out at the back: a message that a queue gives up is published again, to the dead-letter exchange.
"""

from __future__ import annotations

from brokerctl.core import dead_letter
from brokerctl.core.channel import Channel, Delivery
from brokerctl.core.effects import Effects, Forget, Return, Store
from brokerctl.core.headers import HeaderCodec
from brokerctl.core.message import Entry, Message
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused

NO_ROUTE = 312


def publish(
    vhost: Vhost, channel: Channel | None, message: Message, is_mandatory: bool, codec: HeaderCodec, effects: Effects
) -> int:
    """Route and enqueue; number and confirm when the channel asked for it. Returns how many queues took it.

    `channel` is None for the broker's own publishes. Raises NotFound for an unknown exchange.
    """
    exchange = vhost.exchange(message.exchange)
    if exchange.is_internal:
        raise AccessRefused(f"cannot publish to internal exchange '{exchange.name}' in vhost '{vhost.name}'")
    router = vhost.router
    headers = codec.read(message.header) if router.needs_headers else {}
    queues = router.route(exchange, message.routing_key, headers)
    exchange.publish_in += 1
    exchange.publish_out += len(queues)
    sequence = 0
    if channel is not None:
        channel.counters.publish += 1
        if channel.confirms is not None:
            copies = sum(queue.keeps for queue in queues) if message.is_persistent else 0
            sequence = channel.confirms.next(copies)
            channel.counters.confirm += 1
        if not queues:
            _unroutable(channel, message, is_mandatory, effects)
    enqueue(vhost, queues, message, channel, sequence, effects)
    return len(queues)


def enqueue(
    vhost: Vhost, queues: tuple[Queue, ...], message: Message, channel: Channel | None, sequence: int, effects: Effects
) -> None:
    """Store goes before push: a delivery in the same turn must find its row on the way to disk."""
    next_position = vhost.sequence.next
    for queue in queues:
        if message.is_persistent and queue.keeps:
            entry = Entry(next_position(), message, is_stored=True)
            effects.append(Store(queue, entry, channel if sequence else None, sequence))
        else:
            entry = Entry(next_position(), message)
        queue.push(entry, effects)


def discard(
    vhost: Vhost,
    deliveries: list[Delivery],
    reason: dead_letter.Reason,
    time: int,
    codec: HeaderCodec,
    effects: Effects,
) -> None:
    """Unacked messages that were given up for good: dead-letter or drop, then forget the stored rows.

    The copy is stored before the original is forgotten, so that a crash between the two can double it but not lose it.
    """
    positions = []
    for delivery in deliveries:
        entry, queue = delivery.entry, delivery.queue
        queue.settle(entry)
        if not queue.is_deleted:
            bury(vhost, queue, entry.message, reason, time, codec, effects)
        if entry.is_stored:
            positions.append(entry.position)
    if positions:
        effects.append(Forget(positions))


def bury(
    vhost: Vhost,
    queue: Queue,
    message: Message,
    reason: dead_letter.Reason,
    time: int,
    codec: HeaderCodec,
    effects: Effects,
) -> None:
    """Publish to the dead-letter exchange, if the queue has one and it exists; cycles without a rejection end here."""
    target = dead_letter.target(queue, message)
    exchange = vhost.exchanges.get(target[0]) if target else None
    if target is None or exchange is None:
        return
    changes = dead_letter.headers_after(codec.read(message.header), queue, message, reason, time)
    header = codec.amend(message.header, changes, drop_expiration=message.expiration_ms is not None)
    copy = Message(target[0], target[1], header, message.body, message.is_persistent, message.priority)
    headers = codec.read(header)
    queues = tuple(
        destination
        for destination in vhost.router.route(exchange, copy.routing_key, headers)
        if reason is dead_letter.Reason.REJECTED or not dead_letter.is_cycle(headers, destination)
    )
    exchange.publish_in += 1
    exchange.publish_out += len(queues)
    enqueue(vhost, queues, copy, None, 0, effects)


def _unroutable(channel: Channel, message: Message, is_mandatory: bool, effects: Effects) -> None:
    if is_mandatory:
        channel.counters.return_unroutable += 1
        effects.append(Return(channel, NO_ROUTE, "NO_ROUTE", message))
    else:
        channel.counters.drop_unroutable += 1
