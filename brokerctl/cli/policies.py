"""policy: policies and operator policies."""

from __future__ import annotations

import re

import click

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command, table_option
from brokerctl.cli.session import Session
from brokerctl.clients.models import Arguments, Policy

APPLY_TO = ("all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams")
OPERATOR = click.option("--operator", is_flag=True, help="An operator policy: caps what users set themselves.")


@root.group("policy")
def policy() -> None:
    """Policies: what holds for all queues or exchanges with such names."""


@command(policy, "set", changes=True)
@click.argument("name")
@click.argument("pattern")
@table_option("set", "As in max-length=1000; at least one.")
@click.option("--priority", type=int, default=0, show_default=True, help="The highest that matches counts.")
@click.option("--apply-to", type=click.Choice(APPLY_TO), default="all", show_default=True)
@OPERATOR
def set_policy(
    session: Session, name: str, pattern: str, set: Arguments, priority: int, apply_to: str, operator: bool
) -> None:
    """Set a policy for names that PATTERN, a regular expression, is found in."""
    if not set:
        raise Problem("say what the policy sets, as in --set max-length=1000", Exit.USAGE)
    wanted = Policy(session.vhost, name, pattern, set, priority, apply_to)
    if session.goes_on(f"set policy {name} in vhost {session.vhost}; {_matched(session, pattern)}"):
        put = session.client.put_operator_policy if operator else session.client.put_policy
        put(wanted)
        session.say(f"Policy {name} is set.", policy=wanted)


@command(policy, "clear", destroys=True)
@click.argument("name")
@OPERATOR
def clear_policy(session: Session, name: str, operator: bool) -> None:
    """Take a policy away; queues follow what else holds for them."""
    if session.goes_on(f"take policy {name} of vhost {session.vhost} away", destroys=True):
        delete = session.client.delete_operator_policy if operator else session.client.delete_policy
        delete(session.vhost, name)
        session.say(f"Policy {name} is gone.", cleared=name, vhost=session.vhost)


def _matched(session: Session, pattern: str) -> str:
    """How many queues a pattern meets now; the broker's own regular expressions may differ in details."""
    if not session.dry_run:
        return ""
    try:
        found = re.compile(pattern)
    except re.error as error:
        return f"the pattern is broken: {error}"
    count = sum(found.search(each.name) is not None for each in session.client.queues(session.vhost))
    return f"{count:,} queues match now"
