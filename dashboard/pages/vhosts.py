"""One vhost of a broker."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.looks.kinds import VhostLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.pages.users import Granted
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class VhostPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[VhostLook]
    feed: str
    shape: str
    queues: int
    exchanges: int
    consumers: int
    facts: tuple[tuple[str, str], ...]
    limits: tuple[tuple[str, str], ...]
    permissions: tuple[Granted, ...] | None
    """None: not for this person, or the broker does not tell; `why_no_permissions` says which."""
    why_no_permissions: str
    has_topics: bool
    """Whether the broker tells topic permissions."""
