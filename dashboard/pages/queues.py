"""The list of queues and the page of one queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brokerctl.clients.models import Binding, Consumer
from dashboard.models import Broker
from dashboard.outlook import Outlook
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.verdicts import Verdict


@dataclass(slots=True, frozen=True)
class Listed:
    row: QueueRow
    verdict: Verdict


@dataclass(slots=True, frozen=True)
class Column:
    name: str
    """Of the `sort` parameter."""
    title: str
    is_number: bool = False
    hint: str = ""


@dataclass(slots=True, frozen=True)
class View:
    """A filter that everybody needs, as a tab."""

    title: str
    filter: str
    count: int


@dataclass(slots=True, frozen=True)
class QueuesPage:
    broker: Broker
    snapshot: Snapshot
    rows: tuple[Listed, ...]
    """Of this page only."""
    views: tuple[View, ...]
    columns: tuple[Column, ...]
    filter: str
    filter_error: str
    """Why a term was not understood; empty when all were."""
    vhost: str
    vhosts: tuple[str, ...]
    sort: str
    is_descending: bool
    count: int
    """After the filter."""
    total: int
    ready: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        return (self.page - 1) * 100 + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.page * 100, self.count)


@dataclass(slots=True, frozen=True)
class Argument:
    """One rule in effect on a queue, and where it comes from."""

    name: str
    value: Any
    origin: str


@dataclass(slots=True, frozen=True)
class QueuePage:
    broker: Broker
    vhost: str
    snapshot: Snapshot
    row: QueueRow
    verdict: Verdict
    outlook: Outlook
    may_operate: bool
    bindings: tuple[Binding, ...] | None
    """None: the broker did not answer, and `detail_error` says why."""
    consumers: tuple[Consumer, ...] | None
    detail_error: str
    arguments: tuple[Argument, ...]
