"""Messages whose time is over go to nobody (RabbitMQ, docs/ttl), also in the moment before a look at the clock finds
them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from brokerctl.core.effects import Effects

if TYPE_CHECKING:
    from brokerctl.core.queue import Queue


def has_another(queue: Queue, now: float, effects: Effects) -> bool:
    """Whether there is a message to give; overdue ones before it expire here.

    False as well when more are overdue than can go at once. A time that ends in this very turn is not over: a message
    without any may go to a consumer that waits for it.
    """
    queue.expire(math.nextafter(now, 0.0), effects)
    head = queue.head
    return head is not None and (head.expires_at is None or head.expires_at >= now)
