"""user, vhost and permission: who may do what, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from brokerctl.cli import passwords
from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command
from brokerctl.cli.session import Session
from brokerctl.clients.models import Permission, TopicPermission, User, Vhost
from brokerctl.errors import ObjectNotFound

NEW_PASSWORD = click.option(
    "--new-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Its first line is the new password; else it is asked for.",
)
TAGS = click.option(
    "--tag", "tags", multiple=True, help="administrator, monitoring, policymaker, management; may be repeated."
)


@root.group("user")
def user() -> None:
    """Users of the broker: add, change, delete."""


@root.group("vhost")
def vhost() -> None:
    """Vhosts: add, change, delete."""


@root.group("permission")
def permission() -> None:
    """What users may do in vhosts: grant, revoke."""


@command(user, "add", vhost=False, changes=True)
@click.argument("name")
@TAGS
@NEW_PASSWORD
@click.option("--no-password", is_flag=True, help="One who cannot log in with a password.")
def add_user(
    session: Session, name: str, tags: tuple[str, ...], new_password_file: Path | None, no_password: bool
) -> None:
    """Add a user. The password is read from a file or asked for, never from the command line."""
    if _is_there(session, name):
        raise Problem(f"user {name} is there already: see `user change`")
    password = None if no_password or session.dry_run else passwords.new(new_password_file, name)
    if session.goes_on(f"add user {name} with {_tags(tags)}"):
        session.client.put_user(User(name, tags), password)
        session.say(f"User {name} is there.", user=name, tags=tags)


@command(user, "change", vhost=False, changes=True)
@click.argument("name")
@TAGS
@click.option("--no-tags", is_flag=True, help="Take all tags away.")
@click.option("--password", "asks", is_flag=True, help="Set another password, which is asked for.")
@NEW_PASSWORD
def change_user(
    session: Session, name: str, tags: tuple[str, ...], no_tags: bool, asks: bool, new_password_file: Path | None
) -> None:
    """Change a user's tags, password or both. What is not named stays."""
    found = session.client.user(name)
    wanted = () if no_tags else tags or found.tags
    is_new = asks or new_password_file is not None
    password = passwords.new(new_password_file, name) if is_new and not session.dry_run else None
    if session.goes_on(f"change user {name}: {_tags(wanted)}{', another password' if is_new else ''}"):
        session.client.put_user(User(name, wanted), password)
        session.say(f"User {name} is changed.", user=name, tags=wanted, password_changed=is_new)


@command(user, "delete", vhost=False, destroys=True)
@click.argument("name")
def delete_user(session: Session, name: str) -> None:
    """Delete a user with its permissions."""
    session.client.user(name)
    count = sum(each.user == name for each in session.client.permissions())
    if session.goes_on(f"delete user {name} with permissions in {count} vhosts", destroys=True):
        session.client.delete_user(name)
        session.say(f"Deleted user {name}.", deleted=name)


@command(vhost, "add", vhost=False, changes=True)
@click.argument("name")
@click.option("--description", help="For people.")
@click.option(
    "--default-queue-type", type=click.Choice(["classic", "quorum", "stream"]), help="For queues that name none."
)
def add_vhost(session: Session, name: str, description: str | None, default_queue_type: str | None) -> None:
    """Add a vhost, or change the description of one that is there."""
    try:
        found = session.client.vhost(name)
    except ObjectNotFound:
        found = Vhost(name, "", 0, 0)
    wanted = replace(
        found,
        description=found.description if description is None else description,
        default_queue_type=default_queue_type or found.default_queue_type,
    )
    if session.goes_on(f"add or change vhost {name}"):
        session.client.put_vhost(wanted)
        session.say(f"Vhost {name} is there.", vhost=name)


@command(vhost, "delete", vhost=False, destroys=True)
@click.argument("name")
def delete_vhost(session: Session, name: str) -> None:
    """Delete a vhost with its queues and messages."""
    session.client.vhost(name)
    found = session.client.queues(name)
    messages = sum(each.messages for each in found)
    effect = f"delete vhost {name} with {len(found):,} queues and {messages:,} messages, and close its connections"
    if session.goes_on(effect, destroys=True):
        session.client.delete_vhost(name)
        session.say(f"Deleted vhost {name}.", deleted=name, queues=len(found), messages=messages)


@command(permission, "grant", changes=True)
@click.argument("name", metavar="USER")
@click.option("--configure", default="", metavar="REGEX", help="Which queues and exchanges it may declare and delete.")
@click.option("--write", default="", metavar="REGEX", help="Where it may publish and bind to.")
@click.option("--read", default="", metavar="REGEX", help="What it may consume, purge and bind from.")
@click.option("--topic", metavar="EXCHANGE", help="Instead: which routing keys it may use at this topic exchange.")
def grant(session: Session, name: str, configure: str, write: str, read: str, topic: str | None) -> None:
    """Set what a user may do in a vhost. An empty pattern allows nothing, .* everything."""
    session.client.user(name)
    if topic is not None:
        if configure:
            raise Problem("--configure does not go with --topic: keys are written and read", Exit.USAGE)
        if session.goes_on(
            f"let {name} write keys {write!r} and read keys {read!r} at {topic} in vhost {session.vhost}"
        ):
            session.client.put_topic_permission(TopicPermission(name, session.vhost, topic, write, read))
            session.say(f"Granted to {name}.", user=name, vhost=session.vhost, exchange=topic)
        return
    effect = f"let {name} configure {configure!r}, write {write!r} and read {read!r} in vhost {session.vhost}"
    if session.goes_on(effect):
        session.client.put_permission(Permission(name, session.vhost, configure, write, read))
        session.say(f"Granted to {name}.", user=name, vhost=session.vhost)


@command(permission, "revoke", destroys=True)
@click.argument("name", metavar="USER")
@click.option("--topic", metavar="EXCHANGE", help="Only its topic permission there.")
def revoke(session: Session, name: str, topic: str | None) -> None:
    """Take a user's access to a vhost away."""
    what = f"its topic permission at {topic}" if topic is not None else "its access"
    if not session.goes_on(f"take from {name} {what} in vhost {session.vhost}", destroys=True):
        return
    if topic is not None:
        session.client.delete_topic_permission(name, session.vhost, topic)
    else:
        session.client.delete_permission(name, session.vhost)
    session.say(f"Revoked from {name}.", user=name, vhost=session.vhost)


def _is_there(session: Session, name: str) -> bool:
    try:
        session.client.user(name)
    except ObjectNotFound:
        return False
    return True


def _tags(tags: tuple[str, ...]) -> str:
    return f"tags {', '.join(tags)}" if tags else "no tags"
