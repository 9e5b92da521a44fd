"""Commands with the options that all have: which broker, which vhost, JSON, dry run."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from brokerctl.cli import brokers
from brokerctl.cli.brokers import Asked
from brokerctl.cli.session import Session
from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Arguments
from brokerctl.errors import BrokerctlError

Function = Callable[..., Any]
NAMES_SECONDS = 2.0
"""For completion: a shell that waits longer is broken."""


def command(
    group: click.Group, name: str, *, vhost: bool = True, changes: bool = False, destroys: bool = False
) -> Callable[[Function], click.Command]:
    """Make a function that takes a Session first a command of `group`."""

    def decorate(function: Function) -> click.Command:
        @wraps(function)
        def run(**given: Any) -> None:
            asked = Asked(
                given.pop("broker"),
                given.pop("url"),
                given.pop("password_file"),
                given.pop("timeout"),
                not given.pop("insecure"),
            )
            common = {key: given.pop(key, False) for key in ("as_json", "dry_run", "yes")}
            with closing(Session(asked, asked_vhost=given.pop("vhost", None), **common)) as session:
                function(session, **given)

        made: Function = run
        for option in _options(vhost, changes or destroys, destroys):
            made = option(made)
        return group.command(name)(made)

    return decorate


def _options(vhost: bool, changes: bool, destroys: bool) -> list[Callable[[Function], Function]]:
    found: list[Callable[[Function], Function]] = [
        click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text."),
        click.option("--insecure", is_flag=True, help="Do not check the broker's TLS certificate."),
        click.option(
            "--timeout", type=click.FloatRange(min=0.1), default=10.0, metavar="SECONDS", help="For each answer (10)."
        ),
        click.option(
            "--password-file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Its first line is the password; only its owner may read it.",
        ),
        click.option("--url", help="amqps://user@host/vhost or http://user@host:15672; no password in it."),
        click.option("--broker", metavar="NAME", help="From the brokers file.", shell_complete=_brokers),
    ]
    if destroys:
        found.insert(0, click.option("--yes", "-y", is_flag=True, help="Do not ask."))
    if changes:
        found.insert(0, click.option("--dry-run", is_flag=True, help="Only say what would be done."))
    if vhost:
        found.append(click.option("--vhost", "-v", help="Instead of the URL's, or /.", shell_complete=_vhosts))
    return found


def table_option(name: str, help: str) -> Callable[[Function], Function]:
    """An option that is given once per entry of an AMQP table, as key=value; the value is JSON or else a text."""
    return click.option(f"--{name}", multiple=True, metavar="KEY=VALUE", callback=_table, help=help)


def _table(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> Arguments:
    return dict(entry(each) for each in given)


def entry(text: str) -> tuple[str, Any]:
    """A key and its value: JSON where it can be read as JSON, else the text itself."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise click.BadParameter(f"{text!r} is not like key=value")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


# Completion asks the broker that the line names so far; whatever goes wrong is no completion.


def _brokers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    try:
        return [CompletionItem(name) for name in brokers.names() if name.startswith(incomplete)]
    except BrokerctlError:
        return []


def _vhosts(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _asked(context, incomplete, lambda client, vhost: [each.name for each in client.vhosts()])


def queues(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _asked(context, incomplete, lambda client, vhost: [each.name for each in client.queues(vhost)])


def exchanges(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _asked(context, incomplete, lambda client, vhost: [each.name for each in client.exchanges(vhost)])


def _asked(
    context: click.Context, incomplete: str, names: Callable[[BrokerClient, str], list[str]]
) -> list[CompletionItem]:
    asked = Asked(context.params.get("broker"), context.params.get("url"), timeout_seconds=NAMES_SECONDS)
    with closing(Session(asked, asked_vhost=context.params.get("vhost"))) as session:
        try:
            found = names(session.client, session.vhost)
        except BrokerctlError:
            return []
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]
