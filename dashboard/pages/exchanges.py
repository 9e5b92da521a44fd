"""The list of exchanges and the page of one."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Binding, Exchange
from dashboard.models import Broker
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class ListedExchange:
    exchange: Exchange
    rate_in: float | None
    rate_out: float | None


@dataclass(slots=True, frozen=True)
class ExchangesPage:
    broker: Broker
    snapshot: Snapshot
    rows: tuple[ListedExchange, ...]
    filter: str
    vhost: str
    vhosts: tuple[str, ...]
    total: int


@dataclass(slots=True, frozen=True)
class ExchangePage:
    broker: Broker
    vhost: str
    snapshot: Snapshot
    listed: ListedExchange
    may_operate: bool
    may_administer: bool
    outgoing: tuple[Binding, ...] | None
    """Where it sends to; None: the broker did not answer, and `detail_error` says why."""
    incoming: tuple[Binding, ...] | None
    detail_error: str

    @property
    def is_ours_to_delete(self) -> bool:
        """Not one of those that every vhost has."""
        name = self.listed.exchange.name
        return bool(name) and not name.startswith("amq.")
