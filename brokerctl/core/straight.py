"""The straight way: from a publish to the consumer that waits for it, past the backlog.

The same as `Queue.push` for one message after the other, which a test compares; what repeats is done once. It is for
messages of one size that share an envelope, and for a queue whose next messages one consumer gets whatever they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from brokerctl.core.channel import Channel
from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES, Consumer
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
            _store(queue, entries, publisher, first, effects)
        _hold(queue, consumer, entries, size_bytes)
    else:
        queue.counters.deliver_no_ack += count
        channel.counters.deliver_no_ack += count
        channel.last_tag += count
    effects.append(deliver)
    return count


def _store(queue: Queue, entries: list[Entry], publisher: Channel | None, first: int, effects: Effects) -> None:
    if first:
        effects += [Store(queue, entry, publisher, first + index) for index, entry in enumerate(entries)]
    else:
        effects += [Store(queue, entry, None, 0) for entry in entries]


def _hold(queue: Queue, consumer: Consumer, entries: list[Entry], size_bytes: int) -> None:
    channel, count = consumer.channel, len(entries)
    queue.counters.deliver += count
    channel.counters.deliver += count
    consumer.unacked += count
    queue.unacked += count
    queue.unacked_bytes += size_bytes * count
    for entry in entries:
        channel.hand_out(entry, queue, consumer)
