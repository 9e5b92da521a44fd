"""A consumer: who gets messages of a queue, and how many it may hold at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from brokerctl.errors import PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.channel import Channel
    from brokerctl.core.message import Arguments, Entry
    from brokerctl.core.queue import Queue


MESSAGE_OVERHEAD_BYTES = 64
"""Counted against a connection's window per delivery: frames, tag, names."""


class Consumer:
    """`is_active` says that the queue has it in its round; without credit it waits outside."""

    __slots__ = (
        "arguments",
        "channel",
        "is_active",
        "is_exclusive",
        "is_gone",
        "is_stalled",
        "needs_ack",
        "prefetch",
        "priority",
        "queue",
        "tag",
        "unacked",
    )

    def __init__(
        self, tag: str, queue: Queue, channel: Channel, needs_ack: bool, is_exclusive: bool, arguments: Arguments
    ) -> None:
        self.tag = tag
        self.queue = queue
        self.channel = channel
        self.needs_ack = needs_ack
        self.is_exclusive = is_exclusive
        self.arguments = arguments
        self.prefetch = channel.prefetch if needs_ack else 0
        self.priority = _priority(arguments, queue)
        self.unacked = 0
        self.is_active = False
        self.is_stalled = False
        self.is_gone = False

    @property
    def has_credit(self) -> bool:
        """Its own limit, its channel's, and a socket that takes bytes."""
        return self.channel.peer.window > 0 and self.slots > 0

    @property
    def slots(self) -> int:
        """How many more it may hold, whatever its socket takes."""
        free = self.prefetch - self.unacked if self.prefetch else sys.maxsize
        channel = self.channel
        if channel.global_prefetch:
            return min(free, channel.global_prefetch - channel.consumed)
        return free

    def room(self, size_bytes: int) -> int:
        """How many messages of this size it may be given now: as often as `has_credit` would say yes."""
        # The one that uses up the window may be larger than what was left of it.
        room = -(-self.channel.peer.window // (size_bytes + MESSAGE_OVERHEAD_BYTES))
        return max(min(room, self.slots), 0)

    def hold(self, entries: list[Entry], size_bytes: int) -> None:
        """These are its own now, until it settles them. `size_bytes`: of their bodies together."""
        queue, channel, count = self.queue, self.channel, len(entries)
        queue.counters.deliver += count
        channel.counters.deliver += count
        self.unacked += count
        queue.unacked += count
        queue.unacked_bytes += size_bytes
        channel.hand_out_all(entries, queue, self)

    def use_up(self, count: int) -> None:
        """So many went to it and are done with: it needs no ack."""
        self.queue.counters.deliver_no_ack += count
        self.channel.counters.deliver_no_ack += count
        self.channel.last_tag += count


def _priority(arguments: Arguments, queue: Queue) -> int:
    priority = arguments.get("x-priority", 0)
    if not isinstance(priority, int) or isinstance(priority, bool):
        where = f"queue '{queue.name}' in vhost '{queue.vhost}'"
        raise PreconditionFailed(f"invalid arg 'x-priority' for {where}: takes a whole number")
    return priority
