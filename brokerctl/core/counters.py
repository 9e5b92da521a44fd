"""Counters that only grow. Rates are made elsewhere, from two readings."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, fields

from brokerctl.core.reasons import Reason


@dataclass(slots=True)
class Counters:
    """Messages, named as the management API names them."""

    publish: int = 0
    confirm: int = 0
    return_unroutable: int = 0
    drop_unroutable: int = 0
    deliver: int = 0
    deliver_no_ack: int = 0
    get: int = 0
    get_no_ack: int = 0
    get_empty: int = 0
    redeliver: int = 0
    ack: int = 0

    @property
    def deliver_get(self) -> int:
        return self.deliver + self.deliver_no_ack + self.get + self.get_no_ack

    def add(self, other: Counters) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Traffic:
    """Bytes of connections, both ways."""

    received_bytes: int = 0
    sent_bytes: int = 0

    def add(self, received_bytes: int, sent_bytes: int) -> None:
        self.received_bytes += received_bytes
        self.sent_bytes += sent_bytes


@dataclass(slots=True)
class Churn:
    """Objects that came and went. What was opened is what is open plus what was closed."""

    connection_closed: int = 0
    channel_closed: int = 0
    queue_declared: int = 0
    queue_created: int = 0
    queue_deleted: int = 0


SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000)
"""Bytes: the upper bounds of RabbitMQ's histogram of published messages."""


@dataclass(slots=True)
class Sizes:
    """Bodies of published messages by their size."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(SIZES) + 1))
    """One for each of SIZES, up to it and above the one before, and one for what is larger than all."""
    total_bytes: int = 0

    def add(self, size_bytes: int, count: int) -> None:
        """`count` messages of one size."""
        self.counts[bisect_left(SIZES, size_bytes)] += count
        self.total_bytes += size_bytes * count


@dataclass(slots=True)
class Totals:
    """What must not be forgotten with the objects it was counted at: a sum over those that are left would go down."""

    channels: Counters = field(default_factory=Counters)
    """Of vhosts that are gone."""
    queues: dict[str, Counters] = field(default_factory=dict)
    """Of queues that are gone, by their type."""
    sizes: Sizes = field(default_factory=Sizes)
    deaths: Counter[tuple[str, bool, Reason]] = field(default_factory=Counter)
    """Messages that queues gave up: the type of the queue, whether it has a dead-letter exchange, and why."""
