"""The straight way: from a publish to the consumer that waits for it, past the backlog.

The same as `Queue.push` for one message after the other, which a test compares; what repeats is done once. It is for
messages of one size that share an envelope, and for a queue whose next messages one consumer gets whatever they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from brokerctl.core.channel import Channel
from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES
from brokerctl.core.context import Context
from brokerctl.core.effects import DeliverAll, Effects, Store
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue

Bodies = Sequence[bytes]


def hand_over(
    context: Context,
    queue: Queue,
    envelope: Envelope,
    bodies: Bodies,
    publisher: Channel | None,
    first: int,
    effects: Effects,
) -> int:
    """Give the consumer as many as it may have, from the first on; returns how many. `first` as for `enqueue_all`."""
    consumer = queue.sole_taker
    is_timed = envelope.expiration_ms is not None or queue.rules.message_ttl_ms is not None
    is_stored = envelope.is_persistent and queue.keeps
    if consumer is None or is_timed or (is_stored and not consumer.needs_ack):
        return 0
    count = min(consumer.room(len(bodies[0])), len(bodies))
    if not count:
        return 0
    taken = bodies if count == len(bodies) else bodies[:count]
    channel, size_bytes = consumer.channel, len(bodies[0])
    queue.counters.publish += count
    channel.peer.window -= count * (size_bytes + MESSAGE_OVERHEAD_BYTES)
    deliver = DeliverAll(consumer, channel.last_tag + 1, envelope, taken)
    if consumer.needs_ack:
        position = context.sequence.next
        entries = [Entry(position(), Message.of(envelope, body), is_stored) for body in taken]
        if is_stored:
            effects += stores(queue, entries, publisher, first)
        consumer.hold(entries, size_bytes * count)
    else:
        consumer.use_up(count)
    effects.append(deliver)
    return count


def stores(queue: Queue, entries: list[Entry], publisher: Channel | None, first: int) -> list[Store]:
    """What brings new entries to disk; the confirm of each waits for it, if their publishes have numbers."""
    if not first:
        return [Store(queue, entry, None, 0) for entry in entries]
    return [Store(queue, entry, publisher, sequence) for sequence, entry in enumerate(entries, first)]
