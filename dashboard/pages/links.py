"""The shovels and federation links of a broker."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.links import FederationLink, Shovel
from dashboard.looks.kinds import LinksLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import Snapshot

STATES = {
    "running": "ok",
    "starting": "idle",
    "flow": "warn",
    "blocked": "crit",
    "terminated": "crit",
    "error": "crit",
    "shutdown": "crit",
}
"""The shape of each; of what another broker says, that of something idle."""


@dataclass(slots=True, frozen=True)
class Missing:
    """Why there is no list, and what to do about it."""

    sentence: str
    command: str = ""
    """What enables it, to be run on a node."""


@dataclass(slots=True, frozen=True)
class ShownShovel:
    shovel: Shovel
    glyph: str
    why_no_restart: str
    """Why it cannot be restarted from here; empty: it can. So for deleting."""
    why_no_delete: str


@dataclass(slots=True, frozen=True)
class ShownLink:
    link: FederationLink
    glyph: str


@dataclass(slots=True, frozen=True)
class LinksPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[LinksLook]
    shovels: tuple[ShownShovel, ...]
    """What does not run first."""
    no_shovels: Missing | None
    federation: tuple[ShownLink, ...]
    no_federation: Missing | None
