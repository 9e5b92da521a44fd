"""One vhost of a broker."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.declaring.rights import RIGHTS
from dashboard.looks.kinds import VhostLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.pages.users import Granted
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class Able:
    """Who can configure, write or read one queue or exchange, by their patterns."""

    right: str
    name: str
    users: tuple[tuple[str, str], ...]
    """Each with the pattern that lets it."""
    others: int


@dataclass(slots=True, frozen=True)
class OnNode:
    node: str
    state: str
    """'running' or 'stopped'."""

    @property
    def is_running(self) -> bool:
        return self.state == "running"


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
    states: tuple[OnNode, ...]
    """Empty where the broker does not tell."""
    why_no_protection: str
    """Why it cannot be protected from deletion; empty: it can."""
    limits: tuple[tuple[str, str], ...]
    permissions: tuple[Granted, ...] | None
    """None: not for this person, or the broker does not tell; `why_no_permissions` says which."""
    why_no_permissions: str
    able: Able | None
    """The answer to who can do something here; None: nobody asked."""
    has_topics: bool
    """Whether the broker tells topic permissions."""

    rights = RIGHTS
