"""A queue: messages in order, consumers in turn.

Order (reliability P4): `_ready` holds entries in the order they came and loses them only at the head; `_returned` is a
heap of entries that were given back. Everything given back is older than everything in `_ready`, so the next message is
the smallest of the heap, else the head: a requeued message has its place again without a search.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

from brokerctl.core.consumers import Consumer
from brokerctl.core.counters import Counters
from brokerctl.core.effects import Deliver, Effects, Forget
from brokerctl.core.message import Arguments, Entry

MESSAGE_OVERHEAD_BYTES = 64
"""Counted against a connection's window per delivery: frames, tag, names."""


class Queue:
    __slots__ = (
        "_active",
        "_ready",
        "_returned",
        "arguments",
        "consumers",
        "counters",
        "had_consumers",
        "is_auto_delete",
        "is_deleted",
        "is_durable",
        "name",
        "owner",
        "ready_bytes",
        "store_id",
        "unacked",
        "unacked_bytes",
        "user",
        "vhost",
    )

    def __init__(
        self,
        vhost: str,
        name: str,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        owner: str | None = None,
        arguments: Arguments | None = None,
        store_id: int = 0,
        user: str = "",
    ) -> None:
        self.vhost = vhost
        self.name = name
        self.is_durable = is_durable
        self.is_auto_delete = is_auto_delete
        self.owner = owner
        """Name of the connection that has it exclusively, or None."""
        self.arguments = arguments or {}
        self.store_id = store_id
        self.user = user
        self.counters = Counters()
        self.consumers: list[Consumer] = []
        self.had_consumers = False
        self.is_deleted = False
        self.unacked = 0
        self.ready_bytes = 0
        self.unacked_bytes = 0
        self._ready: deque[Entry] = deque()
        self._returned: list[Entry] = []
        self._active: deque[Consumer] = deque()

    @property
    def ready(self) -> int:
        return len(self._ready) + len(self._returned)

    @property
    def keeps(self) -> bool:
        """Whether persistent messages in here survive a restart."""
        return self.is_durable and self.owner is None

    @property
    def head(self) -> Entry | None:
        """The next message, left where it is."""
        if self._returned:
            return self._returned[0]
        return self._ready[0] if self._ready else None

    @property
    def can_deliver(self) -> bool:
        """Whether a consumer would take a message now."""
        return bool(self._active)

    def entries(self) -> Iterator[Entry]:
        """Ready entries, next one first."""
        yield from sorted(self._returned)
        yield from self._ready

    def push(self, entry: Entry, effects: Effects) -> None:
        """A message arrived: hand it to a waiting consumer, or keep it."""
        self.counters.publish += 1
        self.ready_bytes += len(entry.message.body)
        self._ready.append(entry)
        if self._active:
            self.pump(effects)

    def restore(self, entry: Entry) -> None:
        """Put back what the store kept, in order of position, before anybody consumes."""
        self.ready_bytes += len(entry.message.body)
        self._ready.append(entry)

    def pump(self, effects: Effects) -> None:
        """Hand out messages, one consumer after the other, until there are none or nobody has credit."""
        active = self._active
        while active and (self._ready or self._returned):
            consumer = active[0]
            if not consumer.has_credit:
                active.popleft()
                consumer.is_active = False
                if consumer.channel.peer.window <= 0 and not consumer.is_stalled:
                    consumer.is_stalled = True
                    consumer.channel.peer.stalled.append(consumer)
                continue
            if len(active) > 1:
                active.rotate(-1)
            self._deliver(consumer, effects)

    def _deliver(self, consumer: Consumer, effects: Effects) -> None:
        entry = self._next()
        channel = consumer.channel
        size = len(entry.message.body)
        redelivered = entry.is_redelivered
        self.ready_bytes -= size
        channel.peer.window -= size + MESSAGE_OVERHEAD_BYTES
        if redelivered:
            self.counters.redeliver += 1
            channel.counters.redeliver += 1
        if consumer.needs_ack:
            consumer.unacked += 1
            self.unacked += 1
            self.unacked_bytes += size
            self.counters.deliver += 1
            channel.counters.deliver += 1
            tag = channel.hand_out(entry, self, consumer)
        else:
            self.counters.deliver_no_ack += 1
            channel.counters.deliver_no_ack += 1
            tag = channel.next_tag()
            if entry.is_stored:
                effects.append(Forget([entry.position]))
        effects.append(Deliver(consumer, tag, entry, redelivered))

    def take(self) -> Entry | None:
        """The next message, for basic.get; None when there is none. The caller hands it out or drops it."""
        if not (self._ready or self._returned):
            return None
        entry = self._next()
        self.ready_bytes -= len(entry.message.body)
        if entry.is_redelivered:
            self.counters.redeliver += 1
        return entry

    def hold(self, entry: Entry) -> None:
        """A taken message is now unacked."""
        self.unacked += 1
        self.unacked_bytes += len(entry.message.body)

    def settle(self, entry: Entry) -> None:
        """An unacked message is acked, dropped or on its way back."""
        self.unacked -= 1
        self.unacked_bytes -= len(entry.message.body)

    def requeue(self, entries: list[Entry]) -> None:
        """Give unacked messages back to their places. The caller pumps."""
        if self.is_deleted:
            return
        for entry in entries:
            self.settle(entry)
            self.ready_bytes += len(entry.message.body)
            entry.is_redelivered = True
            entry.delivery_count += 1
            heapq.heappush(self._returned, entry)

    def purge(self) -> list[Entry]:
        """Drop every ready message; return them. Unacked ones stay with whoever holds them."""
        dropped = [*sorted(self._returned), *self._ready]
        self._returned.clear()
        self._ready.clear()
        self.ready_bytes = 0
        return dropped

    def add_consumer(self, consumer: Consumer, effects: Effects) -> None:
        self.had_consumers = True
        self.consumers.append(consumer)
        self.activate(consumer, effects)

    def remove_consumer(self, consumer: Consumer, effects: Effects) -> None:
        """Take it out of the round; what it holds stays with its channel."""
        consumer.is_gone = True
        self.consumers.remove(consumer)
        if consumer.is_active:
            self._active.remove(consumer)
            consumer.is_active = False

    def activate(self, consumer: Consumer, effects: Effects) -> None:
        """The consumer may have credit again: back into the round, and hand out what waits."""
        if consumer.is_active or consumer.is_stalled or consumer.is_gone:
            return
        consumer.is_active = True
        self._active.append(consumer)
        if self._ready or self._returned:
            self.pump(effects)

    @property
    def is_unused(self) -> bool:
        """An auto-delete queue dies when the last of its consumers has gone, not before the first (§1.7.2.1)."""
        return self.is_auto_delete and self.had_consumers and not self.consumers

    def _next(self) -> Entry:
        return heapq.heappop(self._returned) if self._returned else self._ready.popleft()
