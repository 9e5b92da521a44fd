"""list: queues, exchanges and everything else a broker has, one subcommand each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from brokerctl.cli.app import root
from brokerctl.cli.options import command
from brokerctl.cli.session import Session

Column = tuple[str, Callable[[Any], object]]


@dataclass(slots=True, frozen=True)
class Noun:
    name: str
    help: str
    fetch: Callable[[Session, str | None], Sequence[Any]]
    columns: tuple[Column, ...]
    of_vhost: bool = True


def _attribute(name: str) -> Callable[[Any], object]:
    return lambda item: getattr(item, name)


def _columns(*names: str, **other: Callable[[Any], object]) -> tuple[Column, ...]:
    """Attributes by their names; `header=function` for what is worked out."""
    plain = [(name.replace("_", " "), _attribute(name)) for name in names]
    return (*plain, *((header.replace("_", " "), read) for header, read in other.items()))


def _shown(name: str) -> str:
    return name or "(default)"


def _in(vhost: str | None, found: Sequence[Any]) -> Sequence[Any]:
    return found if vhost is None else [each for each in found if each.vhost == vhost]


NOUNS = (
    Noun(
        "queues",
        "Queues with their depth and consumers.",
        lambda session, vhost: session.client.queues(vhost),
        _columns("vhost", "name", "type", "state", "messages_ready", "messages_unacknowledged", "consumers", "policy"),
    ),
    Noun(
        "exchanges",
        "Exchanges.",
        lambda session, vhost: session.client.exchanges(vhost),
        (
            *_columns("vhost", name=lambda each: _shown(each.name)),
            *_columns("type", "durable", "auto_delete", "internal", "policy", "arguments"),
        ),
    ),
    Noun(
        "bindings",
        "Bindings, without those of every queue to the default exchange.",
        lambda session, vhost: [each for each in session.client.bindings(vhost) if each.source],
        _columns("vhost", "source", "destination_type", "destination", "routing_key", "arguments"),
    ),
    Noun(
        "connections",
        "Connections of clients.",
        lambda session, vhost: _in(vhost, session.client.connections()),
        _columns("name", "vhost", "user", "state", "channels", "protocol", "tls", "client_name", "connected_at"),
    ),
    Noun(
        "channels",
        "Channels of connections.",
        lambda session, vhost: _in(vhost, session.client.channels()),
        _columns("name", "vhost", "user", "consumers", "messages_unacknowledged", "prefetch", "confirm"),
    ),
    Noun(
        "consumers",
        "Consumers of queues.",
        lambda session, vhost: session.client.consumers(vhost),
        _columns("vhost", "queue", "tag", "ack_required", "exclusive", "active", "prefetch", "user", "channel_name"),
    ),
    Noun("users", "Users and their tags.", lambda session, _: session.client.users(), _columns("name", "tags"), False),
    Noun(
        "permissions",
        "What users may configure, write and read.",
        lambda session, vhost: _in(vhost, session.client.permissions()),
        _columns("user", "vhost", "configure", "write", "read"),
    ),
    Noun(
        "topic-permissions",
        "Which routing keys users may use at topic exchanges.",
        lambda session, vhost: _in(vhost, session.client.topic_permissions()),
        _columns("user", "vhost", "exchange", "write", "read"),
    ),
    Noun(
        "policies",
        "Policies, by rising priority.",
        lambda session, vhost: session.client.policies(vhost),
        _columns("vhost", "name", "pattern", "apply_to", "priority", "definition"),
    ),
    Noun(
        "operator-policies",
        "Operator policies.",
        lambda session, vhost: session.client.operator_policies(vhost),
        _columns("vhost", "name", "pattern", "apply_to", "priority", "definition"),
    ),
    Noun(
        "vhosts",
        "Vhosts that the user can see.",
        lambda session, _: session.client.vhosts(),
        _columns("name", "description", "tags", "messages_ready", "messages_unacknowledged"),
        False,
    ),
    Noun(
        "limits",
        "Limits of vhosts and users.",
        lambda session, _: [*session.client.vhost_limits(), *session.client.user_limits()],
        _columns("name", "values"),
        False,
    ),
    Noun(
        "nodes",
        "Nodes of the cluster.",
        lambda session, _: session.client.nodes(),
        _columns(
            "name", "running", "uptime_seconds", "memory_used_bytes", "memory_alarm", "disk_free_bytes", "disk_alarm"
        ),
        False,
    ),
)


@root.group("list")
def listing() -> None:
    """What a broker has. --json has every field; all vhosts unless one is named."""


def _add(noun: Noun) -> None:
    def run(session: Session, containing: str | None) -> None:
        # The URL's vhost is for what acts; who lists without naming one wants to see all.
        found = noun.fetch(session, session.asked_vhost)
        if containing is not None:
            found = [each for each in found if containing.casefold() in str(getattr(each, "name", each)).casefold()]
        headers = [header for header, _ in noun.columns]
        session.show(headers, [[read(each) for _, read in noun.columns] for each in found], found)

    run.__doc__ = noun.help
    run.__name__ = noun.name
    option = click.option("--containing", metavar="TEXT", help="Only those with this in their name.")
    command(listing, noun.name, vhost=noun.of_vhost)(option(run))


for _noun in NOUNS:
    _add(_noun)
