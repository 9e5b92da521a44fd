"""Puts one message into its queues, keeping to their limits, and on its way to disk where it must be kept."""

from __future__ import annotations

from collections.abc import Sequence as Queues

from brokerctl.core.arguments import REJECT_PUBLISH_DLX
from brokerctl.core.channel import Channel
from brokerctl.core.context import Context
from brokerctl.core.effects import Effects
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.straight import Bodies, hand_over, stores


def enqueue(context: Context, queues: Queues[Queue], message: Message, effects: Effects) -> None:
    """One message that nobody waits for a confirm of."""
    for queue in queues:
        _keep(context, queue, [message], None, 0, effects)


def enqueue_all(
    context: Context,
    queues: Queues[Queue],
    envelope: Envelope,
    bodies: Bodies,
    channel: Channel | None,
    first: int,
    effects: Effects,
) -> None:
    """Messages of one size that differ in their bodies only.

    `channel` and `first` say whose confirms wait for the disk, and the number of the first; 0: nobody's.
    """
    messages: list[Message] = []
    for queue in queues:
        taken = hand_over(context, queue, envelope, bodies, channel, first, effects)
        if taken < len(bodies):
            messages = messages or [Message.of(envelope, body) for body in bodies]
            left = messages[taken:] if taken else messages
            _keep(context, queue, left, channel, first + taken if first else 0, effects)


def enqueue_each(
    context: Context,
    queues: Queues[Queue],
    messages: list[Message],
    channel: Channel,
    first: int,
    effects: Effects,
) -> None:
    """Messages with a header of their own each, alike in whether and how long they are kept."""
    for queue in queues:
        _keep(context, queue, messages, channel, first, effects)


def _keep(
    context: Context, queue: Queue, messages: list[Message], channel: Channel | None, first: int, effects: Effects
) -> None:
    """Store goes before push: a delivery in the same turn must find its row on the way to disk."""
    envelope = messages[0].envelope
    ttl = _ttl_ms(queue, envelope)
    expires_at = None
    if ttl is not None:
        expires_at = context.clock.now + ttl / 1000
        context.expiring[queue] = None
        queue.timed_by = context.clock
    is_stored = envelope.is_persistent and queue.keeps
    position = context.sequence.next
    entries = [Entry(position(), message, is_stored, False, expires_at) for message in messages]
    if is_stored:
        effects += stores(queue, entries, channel, first)
    if ttl != 0:
        queue.push_all(entries, effects)
        if queue.stalled and channel is not None:
            channel.peer.is_ahead = True
        return
    for entry in entries:
        queue.push(entry, effects)
        # Nobody took it at once, so it is too late already (docs/ttl).
        queue.expire(context.clock.now, effects)


def turn_away(queues: Queues[Queue], message: Message, effects: Effects) -> list[Queue]:
    """The queues that have no room and refuse (x-overflow reject-publish). Those with -dlx dead-letter it at once."""
    full = [queue for queue in queues if queue.refuses(message)]
    for queue in full:
        if queue.rules.overflow == REJECT_PUBLISH_DLX and queue.dead_letters is not None:
            queue.dead_letters.bury(queue, message, Reason.MAXLEN, effects)
    return full


def _ttl_ms(queue: Queue, envelope: Envelope) -> int | None:
    """The smaller of the queue's and the message's own time to live (RabbitMQ, docs/ttl)."""
    of_queue, of_message = queue.rules.message_ttl_ms, envelope.expiration_ms
    if of_queue is None or of_message is None:
        return of_message if of_queue is None else of_queue
    return min(of_queue, of_message)
