"""The page of one queue."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Binding
from dashboard.activity import Happened
from dashboard.looks.kinds import QueueLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.outlook import Outlook
from dashboard.reading.first import First
from dashboard.rules import Rule
from dashboard.snapshot import QueueRow, Snapshot
from dashboard.verdicts import Verdict


@dataclass(slots=True, frozen=True)
class Bound:
    binding: Binding
    rate: float | None
    """Messages per second over it; None: the broker does not count that."""
    source_rate: float | None
    """What its exchange takes, over all of its bindings."""


@dataclass(slots=True, frozen=True)
class Amount:
    """Messages of one kind."""

    name: str
    """Of its cells: `messages_<name>` and `bytes_<name>`."""
    title: str
    messages: int | None
    size_bytes: int | None


@dataclass(slots=True, frozen=True)
class QueuePage:
    broker: Broker
    vhost: str
    snapshot: Snapshot
    row: QueueRow
    verdict: Verdict
    outlook: Outlook
    feed: str
    shape: str
    may_operate: bool
    may_administer: bool
    """Whether this person may bind and delete it."""
    look: Look[QueueLook] | None
    """None: the broker did not answer, and `detail_error` says why."""
    detail_error: str
    bindings: tuple[Bound, ...]
    rules: tuple[Rule, ...]
    facts: tuple[tuple[str, str], ...]
    amounts: tuple[Amount, ...]
    first: First | None
    """None: not for this person, or the broker did not answer."""
    first_count: int
    """How many messages that shows at most."""
    activity: tuple[Happened, ...]
    """Newest first."""
    why_no_pause: str
    """Empty where the broker can pause."""
    oldest_seconds: int | None
    """Of the oldest ready message, by the broker's clock, where it tells."""
