"""Limits of a vhost and of a user: how many connections, channels and queues there may be (RabbitMQ, docs/vhosts).

A limit is asked when something new comes; what is there stays. A negative one is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from brokerctl.core.effects import Effects, Save
from brokerctl.errors import NotAllowed, PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.broker import Broker
    from brokerctl.core.channel import Peer
    from brokerctl.core.permissions import User
    from brokerctl.core.vhost import Vhost


class Limit(StrEnum):
    CONNECTIONS = "max-connections"
    CHANNELS = "max-channels"
    QUEUES = "max-queues"


OF_VHOSTS = (Limit.CONNECTIONS, Limit.QUEUES)
OF_USERS = (Limit.CONNECTIONS, Limit.CHANNELS)

VHOST_LIMITS, USER_LIMITS = "vhost_limits", "user_limits"
"""The kinds under which they are saved, by the name of the vhost or user."""


def put_vhost_limits(vhost: Vhost, limits: Mapping[str, Any], effects: Effects) -> None:
    """Set these beside those there are. Raises PreconditionFailed for an unknown name or a value that is no number."""
    _check(limits, OF_VHOSTS, "limits")
    vhost.limits = {**vhost.limits, **limits}
    effects.append(Save(VHOST_LIMITS, (vhost.name,), vhost.limits))


def replace_vhost_limits(vhost: Vhost, limits: Mapping[str, Any], effects: Effects) -> None:
    """Set these, and none besides. Raises as `put_vhost_limits`, and then nothing changed."""
    _check(limits, OF_VHOSTS, "limits")
    clear_vhost_limits(vhost, effects)
    if limits:
        put_vhost_limits(vhost, limits, effects)


def clear_vhost_limits(vhost: Vhost, effects: Effects, *names: str) -> None:
    """Without names all of them. One that is not set is no error."""
    vhost.limits = _without(vhost.limits, names)
    effects.append(Save(VHOST_LIMITS, (vhost.name,), vhost.limits or None))


def put_user_limits(user: User, limits: Mapping[str, Any], effects: Effects) -> None:
    """As `put_vhost_limits`."""
    check_user_limits(limits)
    user.limits = {**user.limits, **limits}
    effects.append(Save(USER_LIMITS, (user.name,), user.limits))


def clear_user_limits(user: User, effects: Effects, *names: str) -> None:
    """As `clear_vhost_limits`."""
    user.limits = _without(user.limits, names)
    effects.append(Save(USER_LIMITS, (user.name,), user.limits or None))


def check_user_limits(limits: Mapping[str, Any]) -> None:
    """Raises PreconditionFailed when these cannot be set."""
    _check(limits, OF_USERS, "user-limits")


def check_connection(broker: Broker, user: User, vhost: str) -> None:
    """Raises NotAllowed when no further connection of this user to this vhost may be opened."""
    known = broker.vhosts.get(vhost)
    limit = _limit(known.limits if known is not None else {}, Limit.CONNECTIONS)
    if limit is not None and sum(peer.vhost == vhost for peer in broker.peers.values()) >= limit:
        raise NotAllowed(
            f"access to vhost '{vhost}' refused for user '{user.name}': connection limit ({limit}) is reached"
        )
    limit = _limit(user.limits, Limit.CONNECTIONS)
    if limit is not None and len(_peers_of(broker, user)) >= limit:
        raise NotAllowed(f"connection refused for user '{user.name}': user connection limit ({limit}) is reached")


def check_channel(broker: Broker, user: User) -> None:
    """Raises NotAllowed when the user may open no further channel on any connection."""
    limit = _limit(user.limits, Limit.CHANNELS)
    if limit is not None and sum(len(peer.channels) for peer in _peers_of(broker, user)) >= limit:
        raise NotAllowed(
            f"number of channels opened for user '{user.name}' has reached the maximum allowed user limit of ({limit})"
        )


def check_queue(vhost: Vhost, name: str) -> None:
    """Raises PreconditionFailed when no further queue may be declared."""
    limit = _limit(vhost.limits, Limit.QUEUES)
    if limit is not None and len(vhost.queues) >= limit:
        raise PreconditionFailed(
            f"cannot declare queue '{name}': queue limit in vhost '{vhost.name}' ({limit}) is reached"
        )


def _limit(limits: Mapping[str, int], name: Limit) -> int | None:
    limit = limits.get(name, -1)
    return limit if limit >= 0 else None


def _peers_of(broker: Broker, user: User) -> list[Peer]:
    return [peer for peer in broker.peers.values() if peer.user == user.name]


def _check(limits: Mapping[str, Any], known: tuple[Limit, ...], what: str) -> None:
    for name, value in limits.items():
        if name not in list(known):
            raise PreconditionFailed(f"Unrecognised terms {name} in {what}; there are {' and '.join(known)}")
        if not isinstance(value, int) or isinstance(value, bool):
            raise PreconditionFailed(f"{name} should be a number, actually was {value}")


def _without(limits: dict[str, int], names: tuple[str, ...]) -> dict[str, int]:
    return {name: value for name, value in limits.items() if names and name not in names}
