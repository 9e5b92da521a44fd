"""Lists of what runs on a broker: rows with what their cells need, and the page around any such list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from brokerctl.clients.models import Vhost
from dashboard.listing.table import Listing
from dashboard.models import Broker
from dashboard.snapshot import BrokerState, Snapshot

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Placed(Generic[T]):
    """A connection, a channel, a consumer … on a broker."""

    slug: str
    thing: T
    client: str = ""
    """What its client calls itself."""
    rate: float | None = None
    may_operate: bool = False
    can_cancel: bool = False
    may_administer: bool = False

    @property
    def timeout_seconds(self) -> float | None:
        milliseconds = getattr(self.thing, "timeout_ms", None)
        return None if milliseconds is None else milliseconds / 1000


@dataclass(slots=True, frozen=True)
class ListedVhost:
    slug: str
    vhost: Vhost
    limits: dict[str, int]
    queues: int
    users: int | None
    """With permissions in it; None: not for this person, or the broker does not tell."""


@dataclass(slots=True, frozen=True)
class Choice:
    """What can be done with ticked rows; templates/lists/_bulk.html draws it as an action on queues."""

    name: str
    title: str
    icon: str
    is_danger: bool = False
    refusal: str = ""


@dataclass(slots=True, frozen=True)
class Choices:
    action: str
    """The address that a selection is sent to."""
    actions: tuple[Choice, ...]


@dataclass(slots=True, frozen=True)
class ThingsPage:
    broker: Broker
    snapshot: Snapshot
    listing: Listing[Any]
    title: str
    feed: str
    summary: str
    """Beside the title."""
    icon: str
    empty_title: str
    empty_text: str
    error: str = ""
    """Why the list is empty or old, in the broker's words."""
    note: str = ""
    """What must be known to read the list rightly."""
    family: str = ""
    """The pages that this one is one of: 'clients', or none."""
    bulk: Choices | None = None

    @property
    def is_stale(self) -> bool:
        return self.snapshot.state is BrokerState.UNREACHABLE

    @property
    def is_waiting(self) -> bool:
        return self.snapshot.state is BrokerState.CONNECTING and not self.error
