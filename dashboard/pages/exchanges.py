"""The list of exchanges and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brokerctl.clients.models import Binding, Exchange
from dashboard.listing.table import Listing
from dashboard.looks.kinds import ExchangeLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, Snapshot


@dataclass(slots=True, frozen=True)
class ListedExchange:
    slug: str
    """Of its broker."""
    exchange: Exchange
    rate_in: float | None
    rate_out: float | None


@dataclass(slots=True, frozen=True)
class ExchangesPage:
    broker: Broker
    snapshot: Snapshot
    listing: Listing[ListedExchange]

    @property
    def feed(self) -> str:
        return f"exchanges:{self.broker.slug}"

    @property
    def is_stale(self) -> bool:
        return self.snapshot.state is BrokerState.UNREACHABLE

    @property
    def is_waiting(self) -> bool:
        return self.snapshot.state is BrokerState.CONNECTING


@dataclass(slots=True, frozen=True)
class Led:
    """A binding from here."""

    binding: Binding
    rate: float | None
    """Messages per second over it; None: the broker does not count that."""


@dataclass(slots=True, frozen=True)
class Alternate:
    """Where what has no route goes."""

    name: str
    origin: str
    """'argument' or 'policy …'."""


@dataclass(slots=True, frozen=True)
class ExchangePage:
    broker: Broker
    vhost: str
    snapshot: Snapshot
    listed: ListedExchange
    feed: str
    shape: str
    may_operate: bool
    may_administer: bool
    """Whether this person may bind and delete it."""
    look: Look[ExchangeLook] | None
    """None: the broker did not answer, and `detail_error` says why."""
    outgoing: tuple[Led, ...] | None
    """Where it sends to."""
    alternate: Alternate | None
    policy: tuple[tuple[str, Any], ...]
    """What its policy says."""
    detail_error: str

    @property
    def is_ours_to_delete(self) -> bool:
        """Not one of those that every vhost has."""
        name = self.listed.exchange.name
        return bool(name) and not name.startswith("amq.")
