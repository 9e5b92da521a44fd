"""What a broker turns out to be when somebody tries it: product, who we are there, and what is missing for full use."""

from __future__ import annotations

import time
from dataclasses import dataclass

from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address, BrokerClient
from brokerctl.clients.models import User
from brokerctl.clients.registry import connect
from brokerctl.errors import ClientError, ObjectNotFound, PermissionDenied

DEFAULT_VHOST = "/"
ADMINISTRATOR = "administrator"


@dataclass(slots=True, frozen=True)
class Found:
    product: str
    version: str
    cluster: str
    user: str
    tags: tuple[str, ...]
    vhosts: tuple[str, ...]
    api_ms: float
    """For one answer of the management API."""
    missing: tuple[str, ...]
    """What will not work, and what would make it work; a sentence each."""


@dataclass(slots=True, frozen=True)
class Trial:
    """Of both doors: what was found, or why one does not open."""

    found: Found | None
    api_error: ClientError | None
    amqp_error: ClientError | None
    amqp_ms: float | None


def trial(address: Address) -> Trial:
    found, api_error = None, None
    try:
        client = connect(address)
        try:
            found = _look(client, address)
        finally:
            client.close()
    except ClientError as error:
        api_error = error
    vhosts = found.vhosts if found else ()
    vhost = DEFAULT_VHOST if DEFAULT_VHOST in vhosts or not vhosts else vhosts[0]
    started = time.monotonic()
    try:
        PikaSession.open(address, vhost).close()
    except (ObjectNotFound, PermissionDenied):
        # The door opens and the login is right. That this vhost is closed is among what is missing.
        return Trial(found, api_error, None, None)
    except ClientError as error:
        return Trial(found, api_error, error, None)
    return Trial(found, api_error, None, 1000 * (time.monotonic() - started))


def _look(client: BrokerClient, address: Address) -> Found:
    started = time.monotonic()
    overview = client.overview()
    api_ms = 1000 * (time.monotonic() - started)
    me = client.whoami()
    vhosts = tuple(sorted(vhost.name for vhost in client.vhosts()))
    missing = [*_by_tags(me), *_by_permissions(client, me, vhosts)]
    if (address.amqp_tls or address.api_tls) and not address.verify_tls:
        missing.append("The broker’s certificate is not checked: anybody in between can read the password.")
    return Found(
        overview.product, overview.version, overview.cluster_name, me.name, me.tags, vhosts, api_ms, tuple(missing)
    )


def _by_tags(me: User) -> list[str]:
    if ADMINISTRATOR in me.tags:
        return []
    missing = [
        "Users, vhosts, limits, operator policies and definitions cannot be changed: the tag administrator does."
    ]
    if "policymaker" not in me.tags:
        missing.append("Policies cannot be changed: the tag policymaker does.")
    if "monitoring" not in me.tags:
        missing.append("Nodes and other users’ connections are not shown: the tag monitoring does.")
    return missing


def _by_permissions(client: BrokerClient, me: User, vhosts: tuple[str, ...]) -> list[str]:
    """An administrator sees every vhost, also those whose messages it may not touch."""
    if ADMINISTRATOR not in me.tags:
        return [] if vhosts else ["It has permissions in no vhost, so there is nothing to see."]
    granted = {each.vhost: each for each in client.permissions() if each.user == me.name}
    closed = [vhost for vhost in vhosts if vhost not in granted]
    partly = [vhost for vhost, each in granted.items() if (each.read, each.write) != (".*", ".*")]
    missing = []
    if closed:
        missing.append(f"Messages in {_named(closed)} cannot be read or moved: {me.name} has no permissions there.")
    if partly:
        missing.append(f"In {_named(partly)} {me.name} may read and write only some queues.")
    return missing


def _named(vhosts: list[str]) -> str:
    shown = ", ".join(vhosts[:4]) + (f" and {len(vhosts) - 4:,} more" if len(vhosts) > 4 else "")
    return f"vhost {shown}" if len(vhosts) == 1 else f"vhosts {shown}"
