"""Who is asking and what they may see: HTTP Basic, the tags of the user, the visibility of vhosts.

What a user may do inside a vhost is decided by the core with the user's three patterns, never here.
"""

from __future__ import annotations

import base64
import binascii
from enum import Enum, auto

from starlette.requests import Request

from brokerctl.core.broker import Broker
from brokerctl.core.permissions import User
from brokerctl.management.door import Door
from brokerctl.management.errors import Refusal, not_authorised

REALM = "RabbitMQ Management"
"""RabbitMQ's own words: clients that log in only when asked look for the scheme, some also for the realm."""


class Level(Enum):
    """What a tag opens, lowest first."""

    ANYBODY = auto()
    """No login is asked for."""
    MANAGEMENT = auto()
    VHOST = auto()
    """As MANAGEMENT, and the vhost in the path must be visible to the user."""
    POLICYMAKER = auto()
    MONITOR = auto()
    ADMINISTRATOR = auto()


_ANY_TAG = frozenset({"administrator", "monitoring", "policymaker", "management"})

_OPENED_BY: dict[Level, tuple[frozenset[str], str]] = {
    Level.MANAGEMENT: (_ANY_TAG, "Not management user"),
    Level.VHOST: (_ANY_TAG, "Not management user"),
    Level.POLICYMAKER: (frozenset({"administrator", "policymaker"}), "User not authorised to access object"),
    Level.MONITOR: (frozenset({"administrator", "monitoring"}), "Not monitor user"),
    Level.ADMINISTRATOR: (frozenset({"administrator"}), "Not administrator user"),
}
"""The tags that open a level, and what the others are told."""


NOBODY = User("", "")
"""Who asks where no login is asked for."""


async def logged_in(request: Request, door: Door) -> User:
    """The user of this request. Raises Refusal 401 without the right credentials."""
    name, password = _credentials(request)
    peer_host = request.client.host if request.client else ""
    if not await door.login(name, password, peer_host):
        raise Refusal(401, "not_authorized", "Not_Authorized", {"www-authenticate": f'Basic realm="{REALM}"'})
    # A login takes a moment; the user may be gone by now.
    user = door.broker.users.get(name)
    if user is None:
        raise Refusal(401, "not_authorized", "Not_Authorized")
    return user


def require(level: Level, user: User) -> None:
    """Raises Refusal 401 when no tag of the user opens this level."""
    for asked in (Level.MANAGEMENT, level):
        tags, reason = _OPENED_BY[asked]
        if tags.isdisjoint(user.tags):
            raise not_authorised(reason)


def sees(user: User, vhost: str) -> bool:
    return "administrator" in user.tags or vhost in user.permissions


def is_monitor(user: User) -> bool:
    """Whether the user sees everybody's connections, and the nodes."""
    return not _OPENED_BY[Level.MONITOR][0].isdisjoint(user.tags)


def visible_vhosts(broker: Broker, user: User) -> list[str]:
    """Names of the vhosts whose objects this user may list, sorted."""
    return sorted(name for name in broker.vhosts if sees(user, name))


def _credentials(request: Request) -> tuple[str, str]:
    header = request.headers.get("authorization")
    if header is None:
        raise Refusal(401, "", "", {"www-authenticate": f'Basic realm="{REALM}"'})
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise Refusal(400, "bad_request", f"authorization scheme '{scheme[:32]}' is not supported; use Basic")
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "bad_request", "the Basic credentials are not base64 of UTF-8 text") from None
    if not colon:
        raise Refusal(400, "bad_request", "the Basic credentials have no colon between user and password")
    return name, password
