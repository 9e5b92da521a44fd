"""bind and unbind."""

from __future__ import annotations

import click

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command, exchanges, table_option
from brokerctl.cli.session import Session
from brokerctl.clients.models import Arguments, Binding

KINDS = click.Choice(["queue", "exchange"])


@command(root, "bind", changes=True)
@click.argument("source", shell_complete=exchanges)
@click.argument("destination")
@click.option("--key", default="", help="The routing key.")
@click.option("--to", "kind", type=KINDS, default="queue", show_default=True, help="What the destination is.")
@table_option("argument", "For a headers exchange, as in x-match=all; may be repeated.")
def bind(session: Session, source: str, destination: str, key: str, kind: str, argument: Arguments) -> None:
    """Let exchange SOURCE send to DESTINATION what is published with a key."""
    if session.goes_on(f"bind {kind} {destination} to exchange {source} with key {key!r} in vhost {session.vhost}"):
        session.client.bind(session.vhost, source, kind, destination, key, argument)
        session.say(f"{destination} is bound to {source}.", source=source, destination=destination, routing_key=key)


@command(root, "unbind", destroys=True)
@click.argument("source", shell_complete=exchanges)
@click.argument("destination")
@click.option("--key", default="", help="The routing key.")
@click.option("--to", "kind", type=KINDS, default="queue", show_default=True, help="What the destination is.")
@table_option("argument", "Those of the binding, when several have the same key; may be repeated.")
def unbind(session: Session, source: str, destination: str, key: str, kind: str, argument: Arguments) -> None:
    """Take a binding away."""
    binding = _find(session, source, destination, key, kind, argument)
    effect = f"unbind {kind} {destination} from exchange {source}, key {key!r}, in vhost {session.vhost}"
    if session.goes_on(effect, destroys=True):
        session.client.unbind(binding)
        session.say(
            f"{destination} is no longer bound to {source}.", source=source, destination=destination, routing_key=key
        )


def _find(session: Session, source: str, destination: str, key: str, kind: str, arguments: Arguments) -> Binding:
    from_source, _ = session.client.exchange_bindings(session.vhost, source)
    found = [
        each
        for each in from_source
        if (each.destination, each.destination_type, each.routing_key) == (destination, kind, key)
        and (not arguments or each.arguments == arguments)
    ]
    if not found:
        raise Problem(f"{kind} {destination} is not bound to {source} with key {key!r}", Exit.NOT_FOUND)
    if len(found) > 1:
        raise Problem(
            f"{len(found)} bindings have key {key!r} and differ in their arguments: name those with --argument",
            Exit.USAGE,
        )
    return found[0]
