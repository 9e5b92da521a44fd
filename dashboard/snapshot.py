"""What the collector last learned of one broker. Views render it, sockets send it; nobody waits for a broker.

Values only, so views and the live side may both import this. Rates are per second; None is "not known": a gap, a reset,
or a queue seen for the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from brokerctl.clients.models import Capabilities, Exchange, MessageCounters, Node, Overview, Queue, Vhost
from dashboard.status import Verdict

DEPTH_STEP_SECONDS = 5.0
"""Between two values of a depth: sixty of them are the last five minutes."""


class BrokerState(StrEnum):
    CONNECTING = "connecting"
    """Nothing was heard yet."""
    LIVE = "live"
    UNREACHABLE = "unreachable"
    """The last attempt failed; what is shown is what was last known."""


@dataclass(slots=True, frozen=True)
class Rates:
    """Messages per second."""

    publish: float | None = None
    deliver: float | None = None
    ack: float | None = None
    redeliver: float | None = None

    @classmethod
    def summed(cls, rates: Iterable[Rates]) -> Rates:
        """All of them together, as far as they are known."""
        known = list(rates)
        return cls(
            *(_sum(getattr(each, name) for each in known) for name in ("publish", "deliver", "ack", "redeliver"))
        )


@dataclass(slots=True, frozen=True)
class Point:
    """One point of a chart. `at` is seconds since 1970."""

    at: float
    ready: float | None
    unacked: float | None
    publish: float | None
    deliver: float | None
    ack: float | None


@dataclass(slots=True, frozen=True)
class QueueRow:
    """One queue with what only watching it over time tells."""

    queue: Queue
    rates: Rates
    depth: tuple[float | None, ...] = ()
    """Depth (ready + unacked) every DEPTH_STEP_SECONDS, oldest first, at most 60 values, and the present one last."""
    no_consumers_since: datetime | None = None
    """Since when it was seen without a consumer while messages were ready; None when it is not."""
    no_ack_since: datetime | None = None
    """Since when it was seen with unacked messages and consumers but without an ack; None when it is not."""
    redelivering_since: datetime | None = None
    """Since when much of what it delivers was delivered before; None when it is not."""
    idle_since: datetime | None = None
    """Since when nothing was published, delivered or acked; None when it flows."""

    @property
    def key(self) -> tuple[str, str]:
        return self.queue.vhost, self.queue.name


@dataclass(slots=True, frozen=True)
class Snapshot:
    """All of one broker. `taken_at` is when `overview` and the rest were read; None before the first time."""

    state: BrokerState
    taken_at: datetime | None = None
    error: str = ""
    """A sentence for people when the state is unreachable."""
    failed_at: datetime | None = None
    retry_at: datetime | None = None
    attempts: int = 0
    """Failed attempts in a row."""
    overview: Overview | None = None
    nodes: tuple[Node, ...] = ()
    vhosts: tuple[Vhost, ...] = ()
    rates: Rates = field(default_factory=Rates)
    depth: tuple[float | None, ...] = ()
    """Of the whole broker, as in QueueRow."""
    publish: tuple[float | None, ...] = ()
    deliver: tuple[float | None, ...] = ()
    ack: tuple[float | None, ...] = ()
    queues: dict[tuple[str, str], QueueRow] = field(default_factory=dict)
    """By (vhost, name)."""
    verdicts: Mapping[tuple[str, str], Verdict] = field(default_factory=dict, repr=False)
    """Of the moment when the queues were read; where one is missing it is judged when somebody asks."""
    exchanges: tuple[Exchange, ...] = ()
    exchange_rates: dict[tuple[str, str], tuple[float | None, float | None]] = field(default_factory=dict)
    """(vhost, name) -> (in, out) per second."""
    is_whole: bool = True
    """Whether it is of all vhosts; of a part nobody knows the connections, and there are no past numbers."""
    memo: dict[Hashable, object] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out from it, so that many pages work it out once; gone with it."""

    @property
    def is_live(self) -> bool:
        return self.state is BrokerState.LIVE

    @property
    def can(self) -> Capabilities:
        """What the broker can do beyond RabbitMQ's API, as far as it is known."""
        return self.overview.capabilities if self.overview else Capabilities()

    @property
    def vhost_names(self) -> frozenset[str]:
        """A vhost may have queues before it is in the list, and be in the list without any."""
        return frozenset(vhost.name for vhost in self.vhosts) | {vhost for vhost, _ in self.queues}

    def only(self, vhosts: Set[str] | None) -> Snapshot:
        """What is known of these vhosts, and nothing that tells of others; None is all of them."""
        if vhosts is None:
            return self
        key = ("only", frozenset(vhosts))
        part = self.memo.get(key)
        if not isinstance(part, Snapshot):
            part = self.memo[key] = self._part(vhosts)
        return part

    def _part(self, vhosts: Set[str]) -> Snapshot:
        rows = {key: row for key, row in self.queues.items() if key[0] in vhosts}
        exchanges = tuple(exchange for exchange in self.exchanges if exchange.vhost in vhosts)
        return replace(
            self,
            is_whole=False,
            overview=self.overview and _counted(self.overview, rows.values(), len(exchanges)),
            vhosts=tuple(vhost for vhost in self.vhosts if vhost.name in vhosts),
            rates=Rates.summed(row.rates for row in rows.values()),
            depth=(),
            publish=(),
            deliver=(),
            ack=(),
            queues=rows,
            exchanges=exchanges,
            exchange_rates={key: rates for key, rates in self.exchange_rates.items() if key[0] in vhosts},
        )


def _counted(overview: Overview, rows: Collection[QueueRow], exchanges: int) -> Overview:
    return replace(
        overview,
        messages_ready=sum(row.queue.messages_ready for row in rows),
        messages_unacknowledged=sum(row.queue.messages_unacknowledged for row in rows),
        counters=MessageCounters(),
        connections=0,
        channels=0,
        exchanges=exchanges,
        queues=len(rows),
        consumers=sum(row.queue.consumers for row in rows),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
