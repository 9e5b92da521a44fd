"""Who holds the unacked messages of a queue, and since when.

As with overdue.py nothing is noted per delivery: what is told is that it is held for at least so long.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Delivery
from brokerctl.core.message import Entry
from brokerctl.core.queue import Queue

LAST_TAG = attrgetter("last_tag")
AT_ONCE = 1000
"""Deliveries of a channel looked at in one piece: a millisecond."""


class Holding(NamedTuple):
    entry: Entry
    delivery_tag: int
    channel: Channel
    consumer_tag: str
    """Empty for basic.get."""
    since: float
    """On the clock of brokerctl.core.context, at the latest."""
    is_settled: bool
    """Acked or rejected in a transaction that is not committed."""


def holders(broker: Broker, queue: Queue) -> list[Channel]:
    """The channels of the queue's vhost that hold anything at all."""
    peers = [peer for peer in broker.peers.values() if peer.vhost == queue.vhost]
    return [channel for peer in peers for channel in peer.channels.values() if channel.unacked or channel.transaction]


def held_by(channel: Channel, queue: Queue, now: float) -> Iterator[list[Holding]]:
    """What the channel holds of the queue, in order of delivery; a piece may be empty. It may change: it is a copy."""
    marks = list(channel.marks)
    waiting = list(channel.unacked.items())
    settled = [] if channel.transaction is None else channel.transaction.settled
    parts = [(waiting, False), *((list(taken.items()), True) for _, taken in settled)]
    for deliveries, is_settled in parts:
        for start in range(0, len(deliveries), AT_ONCE):
            found = []
            for tag, (entry, of, consumer) in deliveries[start : start + AT_ONCE]:
                if of is queue:
                    at = bisect_left(marks, tag, key=LAST_TAG)
                    since = marks[at].at if at < len(marks) else now
                    consumer_tag = consumer.tag if consumer else ""
                    found.append(Holding(entry, tag, channel, consumer_tag, since, is_settled))
            yield found


def oldest(broker: Broker, queue: Queue) -> int | None:
    """The lowest position among what is held of this queue; None when nothing is."""
    if not queue.unacked:
        return None
    found = (_first(channel.unacked, queue) for channel in holders(broker, queue))
    return min((position for position in found if position is not None), default=None)


def _first(unacked: dict[int, Delivery], queue: Queue) -> int | None:
    """Of a channel's first delivery from the queue: what came later is younger, but for what was requeued before."""
    return next((entry.position for entry, of, _ in unacked.values() if of is queue), None)
