"""Puts one message into its queues, keeping to their limits, and on its way to disk where it must be kept."""

from __future__ import annotations

from collections.abc import Sequence as Queues

from brokerctl.core.arguments import REJECT_PUBLISH_DLX
from brokerctl.core.channel import Channel
from brokerctl.core.context import Context
from brokerctl.core.effects import Effects, Store
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.straight import Bodies, hand_over


def enqueue(
    context: Context,
    queues: Queues[Queue],
    message: Message,
    channel: Channel | None,
    sequence: int,
    effects: Effects,
) -> None:
    """Store goes before push: a delivery in the same turn must find its row on the way to disk.

    `channel` and `sequence` say whose confirm waits for the disk; None and 0: nobody's.
    """
    next_position = context.sequence.next
    for queue in queues:
        ttl = _ttl_ms(queue, message)
        expires_at = None
        if ttl is not None:
            expires_at = context.clock.now + ttl / 1000
            context.expiring[queue] = None
        if message.is_persistent and queue.keeps:
            entry = Entry(next_position(), message, is_stored=True, expires_at=expires_at)
            effects.append(Store(queue, entry, channel if sequence else None, sequence))
        else:
            entry = Entry(next_position(), message, expires_at=expires_at)
        queue.push(entry, effects)
        if ttl == 0:
            # Nobody took it at once, so it is too late already (docs/ttl).
            queue.expire(context.clock.now, effects)


def enqueue_all(
    context: Context,
    queues: Queues[Queue],
    envelope: Envelope,
    bodies: Bodies,
    channel: Channel | None,
    first: int,
    effects: Effects,
) -> None:
    """Messages of one size that differ in their bodies only; their publishes are numbered from `first`, or not at all.

    What a waiting consumer takes goes to it as a whole: the same as one by one, with the work that repeats done once.
    """
    messages: list[Message] = []
    for queue in queues:
        taken = hand_over(context, queue, envelope, bodies, channel, first, effects)
        if taken < len(bodies):
            messages = messages or [Message.of(envelope, body) for body in bodies]
            for index in range(taken, len(bodies)):
                enqueue(context, (queue,), messages[index], channel, first + index if first else 0, effects)


def turn_away(queues: Queues[Queue], message: Message, effects: Effects) -> list[Queue]:
    """The queues that have no room and refuse (x-overflow reject-publish). Those with -dlx dead-letter it at once."""
    full = [queue for queue in queues if queue.refuses(message)]
    for queue in full:
        if queue.rules.overflow == REJECT_PUBLISH_DLX and queue.dead_letters is not None:
            queue.dead_letters.bury(queue, message, Reason.MAXLEN, effects)
    return full


def _ttl_ms(queue: Queue, message: Message) -> int | None:
    """The smaller of the queue's and the message's own time to live (RabbitMQ, docs/ttl)."""
    of_queue, of_message = queue.rules.message_ttl_ms, message.expiration_ms
    if of_queue is None or of_message is None:
        return of_message if of_queue is None else of_queue
    return min(of_queue, of_message)
