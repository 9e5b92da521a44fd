"""The shovels and federation links of a broker."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.links import FederationLink, LinkSetup, Shovel
from dashboard.forms.arguments import TYPES, Row
from dashboard.forms.links import LinkForm
from dashboard.looks.kinds import LinksLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import Snapshot

STATES = {
    "running": "ok",
    "starting": "idle",
    "paused": "pause",
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
    why_no_edit: str
    """Why it cannot be edited from here; empty: it can. So for restarting and deleting."""
    why_no_restart: str
    why_no_delete: str
    pauses: str
    """The name of the page that pauses it, or lets it go on; empty where the broker cannot."""


@dataclass(slots=True, frozen=True)
class ShownLink:
    link: FederationLink
    glyph: str
    why_no_restart: str


@dataclass(slots=True, frozen=True)
class ShownUpstream:
    upstream: LinkSetup
    uris: tuple[str, ...]
    settings: tuple[tuple[str, object], ...]
    """Its keys beside the URI, in the order of the form, with their values."""


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
    upstreams: tuple[ShownUpstream, ...]
    no_upstreams: Missing | None


@dataclass(slots=True, frozen=True)
class LinkFormPage:
    """A shovel or an upstream that is added or edited."""

    broker: Broker
    name: str
    """Of the one that is edited; empty for a new one."""
    vhost: str
    form: LinkForm
    rows: list[Row]
    """Of free keys, with empty ones to fill in."""
    failure: str
    """Why nothing was done; empty before the first try, and when a field says it."""

    row_types = TYPES
