"""Who is asking and what they may see: HTTP Basic, the tags of the user, the visibility of vhosts.

What a user may do inside a vhost is decided by the core with the user's three patterns, never here.
"""

from __future__ import annotations

import base64
import binascii
from enum import Enum

from starlette.requests import Request

from brokerctl.core.broker import Broker
from brokerctl.core.permissions import User
from brokerctl.management.door import Door
from brokerctl.management.errors import Refusal, not_authorised

REALM = "RabbitMQ Management"
"""RabbitMQ's own words: clients that log in only when asked look for the scheme, some also for the realm."""


class Level(Enum):
    """What a tag opens. The value is (tags that satisfy it, what a refusal says)."""

    MANAGEMENT = ({"administrator", "monitoring", "policymaker", "management"}, "Not management user")
    VHOST = ({"administrator", "monitoring", "policymaker", "management"}, "Not management user ")
    """As MANAGEMENT, and the vhost in the path must be visible to the user."""
    POLICYMAKER = ({"administrator", "policymaker"}, "User not authorised to access object")
    MONITOR = ({"administrator", "monitoring"}, "Not monitor user")
    ADMINISTRATOR = ({"administrator"}, "Not administrator user")

    def admits(self, user: User) -> bool:
        return not self.value[0].isdisjoint(user.tags)


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
    if not Level.MANAGEMENT.admits(user):
        raise not_authorised("Not management user")
    if not level.admits(user):
        raise not_authorised(level.value[1])


def sees(user: User, vhost: str) -> bool:
    return "administrator" in user.tags or vhost in user.permissions


def is_monitor(user: User) -> bool:
    return Level.MONITOR.admits(user)


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
