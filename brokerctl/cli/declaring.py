"""declare and delete: queues, exchanges, and the connection of a client."""

from __future__ import annotations

import click

from brokerctl.cli.app import root
from brokerctl.cli.options import command, exchanges, queues, table_option
from brokerctl.cli.session import Session
from brokerctl.clients.models import Arguments


@root.group("declare")
def declare() -> None:
    """Make a queue or an exchange. One that is there alike stays as it is."""


@root.group("delete")
def delete() -> None:
    """Delete a queue or an exchange."""


@root.group("close")
def close() -> None:
    """Close the connection of a client."""


@command(declare, "queue", changes=True)
@click.argument("name")
@click.option("--type", "kind", type=click.Choice(["classic", "quorum", "stream"]), help="Else the vhost's default.")
@click.option("--transient", is_flag=True, help="Gone after a restart.")
@click.option("--auto-delete", is_flag=True, help="Gone with its last consumer.")
@table_option("argument", "As in x-max-length=1000; may be repeated.")
def declare_queue(
    session: Session, name: str, kind: str | None, transient: bool, auto_delete: bool, argument: Arguments
) -> None:
    """Make a queue."""
    arguments = {**argument, **({"x-queue-type": kind} if kind else {})}
    if session.goes_on(f"declare queue {name} in vhost {session.vhost}"):
        session.client.declare_queue(
            session.vhost, name, durable=not transient, auto_delete=auto_delete, arguments=arguments
        )
        session.say(f"Queue {name} is there.", declared=name, vhost=session.vhost)


@command(declare, "exchange", changes=True)
@click.argument("name")
@click.argument("kind", metavar="TYPE")
@click.option("--transient", is_flag=True, help="Gone after a restart.")
@click.option("--auto-delete", is_flag=True, help="Gone with its last binding.")
@click.option("--internal", is_flag=True, help="Nobody can publish to it; it only gets from other exchanges.")
@table_option("argument", "As in alternate-exchange=unrouted; may be repeated.")
def declare_exchange(
    session: Session, name: str, kind: str, transient: bool, auto_delete: bool, internal: bool, argument: Arguments
) -> None:
    """Make an exchange of TYPE direct, fanout, topic, headers or one of a plugin."""
    if session.goes_on(f"declare {kind} exchange {name} in vhost {session.vhost}"):
        session.client.declare_exchange(
            session.vhost,
            name,
            kind,
            durable=not transient,
            auto_delete=auto_delete,
            internal=internal,
            arguments=argument,
        )
        session.say(f"Exchange {name} is there.", declared=name, vhost=session.vhost)


@command(delete, "queue", destroys=True)
@click.argument("name", shell_complete=queues)
@click.option("--if-empty", is_flag=True, help="Only when no message is in it.")
@click.option("--if-unused", is_flag=True, help="Only when it has no consumer.")
def delete_queue(session: Session, name: str, if_empty: bool, if_unused: bool) -> None:
    """Delete a queue with its messages."""
    found = session.client.queue(session.vhost, name)
    effect = (
        f"delete queue {name} in vhost {session.vhost} with {found.messages:,} messages and {found.consumers} consumers"
    )
    if session.goes_on(effect, destroys=True):
        session.client.delete_queue(session.vhost, name, if_empty=if_empty, if_unused=if_unused)
        session.say(
            f"Deleted queue {name} with {found.messages:,} messages.",
            deleted=name,
            vhost=session.vhost,
            messages=found.messages,
        )


@command(delete, "exchange", destroys=True)
@click.argument("name", shell_complete=exchanges)
@click.option("--if-unused", is_flag=True, help="Only when nothing is bound to it.")
def delete_exchange(session: Session, name: str, if_unused: bool) -> None:
    """Delete an exchange with its bindings."""
    source, destination = session.client.exchange_bindings(session.vhost, name)
    count = len(source) + len(destination)
    session.client.exchange(session.vhost, name)
    if session.goes_on(f"delete exchange {name} in vhost {session.vhost} with {count} bindings", destroys=True):
        session.client.delete_exchange(session.vhost, name, if_unused=if_unused)
        session.say(f"Deleted exchange {name}.", deleted=name, vhost=session.vhost, bindings=count)


@command(close, "connection", vhost=False, destroys=True)
@click.argument("name")
@click.option("--reason", default="Closed by an operator", show_default=True, help="Told to the client.")
def close_connection(session: Session, name: str, reason: str) -> None:
    """Close a connection, by its name in `list connections`. Its client may connect again."""
    found = session.client.connection(name)
    effect = f"close connection {name} of user {found.user} with {found.channels} channels"
    if session.goes_on(effect, destroys=True):
        session.client.close_connection(name, reason)
        session.say(f"Closed connection {name}.", closed=name, reason=reason)
