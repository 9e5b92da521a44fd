"""limit: how many connections, channels and queues a vhost or a user may have."""

from __future__ import annotations

import click

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command
from brokerctl.cli.session import Session

OF_VHOSTS, OF_USERS = ("max-connections", "max-queues"), ("max-connections", "max-channels")
USER = click.option("--user", help="Of this user instead of the vhost.")


@root.group("limit")
def limit() -> None:
    """Limits of a vhost, or of a user."""


@command(limit, "set", changes=True)
@click.argument("name")
@click.argument("value", type=int)
@USER
def set_limit(session: Session, name: str, value: int, user: str | None) -> None:
    """Set max-connections or max-queues of a vhost, or max-connections or max-channels of a user.

    A negative VALUE means no limit; put -- before it.
    """
    _check(name, user)
    if not session.goes_on(f"set {name} of {_whose(session, user)} to {value}"):
        return
    if user is None:
        session.client.put_vhost_limit(session.vhost, name, value)
    else:
        session.client.put_user_limit(user, name, value)
    session.say(f"{name} of {_whose(session, user)} is {value}.", limit=name, value=value)


@command(limit, "clear", destroys=True)
@click.argument("name")
@USER
def clear_limit(session: Session, name: str, user: str | None) -> None:
    """Take a limit away."""
    _check(name, user)
    if not session.goes_on(f"take {name} of {_whose(session, user)} away", destroys=True):
        return
    if user is None:
        session.client.delete_vhost_limit(session.vhost, name)
    else:
        session.client.delete_user_limit(user, name)
    session.say(f"{_whose(session, user)} has no {name} any more.", cleared=name)


def _whose(session: Session, user: str | None) -> str:
    return f"vhost {session.vhost}" if user is None else f"user {user}"


def _check(name: str, user: str | None) -> None:
    known = OF_VHOSTS if user is None else OF_USERS
    if name not in known:
        raise Problem(f"there is no limit {name}: use {' or '.join(known)}", Exit.USAGE)
