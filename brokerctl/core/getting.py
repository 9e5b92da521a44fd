"""basic.get, the same for every door: AMQP and the management API take messages by this one function."""

from __future__ import annotations

from typing import NamedTuple

from brokerctl.core import expiry
from brokerctl.core.channel import Channel
from brokerctl.core.effects import Effects, Forget
from brokerctl.core.message import Entry
from brokerctl.core.queue import Queue
from brokerctl.errors import ResourceLocked


class Got(NamedTuple):
    delivery_tag: int
    entry: Entry
    left: int
    """Ready messages after this one."""


def get(queue: Queue, channel: Channel, effects: Effects, *, needs_ack: bool, is_forced: bool = False) -> Got | None:
    """Take the next message; None when there is none. Without ack it is gone at once (§1.8.3.10).

    From a paused queue only when forced.

    Raises ResourceLocked where only the active consumer may have it (RabbitMQ: with quorum queues).
    """
    if queue.rules.is_single_active and queue.rules.type == "quorum":
        raise ResourceLocked(
            f"cannot obtain access to locked queue '{queue.name}' in vhost '{queue.vhost}'. basic.get operations "
            "are not supported by quorum queues with single active consumer"
        )
    has_one = queue.timed_by is None or expiry.has_another(queue, queue.timed_by.now, effects)
    entry = queue.take() if has_one and (is_forced or not queue.is_paused) else None
    if entry is None:
        queue.counters.get_empty += 1
        channel.counters.get_empty += 1
        return None
    if entry.is_redelivered:
        channel.counters.redeliver += 1
    if needs_ack:
        queue.counters.get += 1
        channel.counters.get += 1
        queue.hold(entry)
        return Got(channel.hand_out(entry, queue, None), entry, queue.ready)
    queue.counters.get_no_ack += 1
    channel.counters.get_no_ack += 1
    if entry.is_stored:
        effects.append(Forget([entry.position]))
    return Got(channel.next_tag(), entry, queue.ready)
