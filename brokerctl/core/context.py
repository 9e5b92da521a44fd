"""What every vhost of one broker shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brokerctl.core.counters import Churn, Totals
from brokerctl.core.headers import HeaderCodec
from brokerctl.core.memory import Memory
from brokerctl.core.sequence import Sequence
from brokerctl.core.timeline import Timeline

if TYPE_CHECKING:
    from brokerctl.core.queue import Queue
    from brokerctl.core.tap import Tap


@dataclass(slots=True)
class Clock:
    """What time it is. Whoever runs the broker sets it once a turn, and tests as they like."""

    now: float = 0.0
    """Monotonic seconds: expiry is measured on a clock that nobody sets back."""
    time: int = 0
    """Seconds since 1970, as an AMQP timestamp: what is written into x-death for people."""
    offset: float = 0.0
    """Seconds since 1970 at which `now` was 0: what is kept over a restart is told in them, to the fraction."""


@dataclass(slots=True)
class Context:
    codec: HeaderCodec
    clock: Clock = field(default_factory=Clock)
    sequence: Sequence = field(default_factory=Sequence)
    timeline: Timeline = field(default_factory=Timeline)
    churn: Churn = field(default_factory=Churn)
    totals: Totals = field(default_factory=Totals)
    memory: Memory = field(default_factory=Memory)
    expiring: dict[Queue, None] = field(default_factory=dict)
    """Queues that time can change; the others are never looked at."""
    tap: Tap | None = None
    """None while nobody listens (brokerctl.core.tap)."""
