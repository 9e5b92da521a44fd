"""Deliveries that nobody settles: how long a channel may hold one (RabbitMQ, docs/consumers, acknowledgement timeout).

Nothing is noted per delivery. `look`, called now and then, notes how far each channel's delivery tags have come, so the
age of a delivery is known to one interval, and never taken for more than it is.
"""

from __future__ import annotations

from typing import NamedTuple

from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Mark
from brokerctl.core.queue import Queue

MOST_MARKS = 256
"""Of one channel."""


class Overdue(NamedTuple):
    channel: Channel
    queue: Queue
    timeout_ms: int


def look(broker: Broker, timeout_ms: int | None) -> list[Overdue]:
    """The channels whose oldest delivery is out for longer than its queue allows; else than `timeout_ms`, if it is set.

    The clock was set before. The caller closes the channels.
    """
    found = []
    for peer in broker.peers.values():
        for channel in peer.channels.values():
            overdue = _look_at(channel, broker.context.clock.now, timeout_ms)
            if overdue is not None:
                found.append(overdue)
    return found


def note(broker: Broker) -> None:
    """Note how far all channels have come, so that more is known of how long they hold what (holding.py)."""
    now = broker.context.clock.now
    for peer in broker.peers.values():
        for channel in peer.channels.values():
            _note(channel, now)


def _note(channel: Channel, now: float) -> int | None:
    """Returns the tag of its oldest delivery; None when it holds nothing."""
    marks = channel.marks
    oldest = next(iter(channel.unacked), None)
    if oldest is None:
        marks.clear()
        return None
    if not marks or marks[-1].last_tag < channel.last_tag:
        marks.append(Mark(now, channel.last_tag))
    while marks[0].last_tag < oldest:
        marks.pop(0)
    if len(marks) > MOST_MARKS:
        # Who holds one for hours and settles thousands meanwhile. The first says how long the oldest is out.
        del marks[1:-1:2]
    return oldest


def _look_at(channel: Channel, now: float, timeout_ms: int | None) -> Overdue | None:
    oldest = _note(channel, now)
    if oldest is None:
        return None
    marks = channel.marks
    queue = channel.unacked[oldest].queue
    allowed = queue.rules.consumer_timeout_ms
    if allowed is None:
        allowed = timeout_ms
    if allowed is None or (now - marks[0].at) * 1000 <= allowed:
        return None
    return Overdue(channel, queue, allowed)
