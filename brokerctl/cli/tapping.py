"""tap: messages as they pass through the embedded broker."""

from __future__ import annotations

import click

from brokerctl.cli import output
from brokerctl.cli.app import root
from brokerctl.cli.options import command, exchanges, queues
from brokerctl.cli.session import Session
from brokerctl.clients.models import Passed, Tap

KINDS = ("published", "delivered")


@command(root, "tap")
@click.option("--queue", help="Only what goes into or out of this queue.", shell_complete=queues)
@click.option("--exchange", help="Only what is published to this exchange.", shell_complete=exchanges)
@click.option("--key", help="Only what has this routing key.")
@click.option("--event", "kinds", type=click.Choice(KINDS), multiple=True, help="Only these; both unless one is named.")
@click.option(
    "--payload", type=click.IntRange(0, 65536), default=0, show_default=True, help="Bytes of each body to show."
)
@click.option("--count", "-n", type=click.IntRange(1), help="End after so many events.")
def tap(
    session: Session,
    queue: str | None,
    exchange: str | None,
    key: str | None,
    kinds: tuple[str, ...],
    payload: int,
    count: int | None,
) -> None:
    """Show messages as they are published and delivered, until Ctrl-C; none waits for that or is changed.

    Only a broker that announces it can do this: the embedded one. With --json each event is a document on a line.
    """
    asked = Tap(session.vhost, queue, exchange, key, kinds or KINDS, payload)
    for number, event in enumerate(session.client.tap(asked), 1):
        if session.as_json:
            click.echo(output.line({"event": event.kind, **event.values}))
        else:
            click.echo(output.visible(sentence(event)))
        if number == count:
            return


def sentence(event: Passed) -> str:
    """One line for one message."""
    values = event.values
    if event.kind == "dropped":
        return f"{values.get('dropped', 'some')} more came too fast to be shown"
    if event.kind not in KINDS:
        return f"{event.kind}: {values.get('reason', '')}"
    exchange = values.get("exchange") or "(default)"
    body = f"  {values['payload']}" if "payload" in values else ""
    target = ", ".join(map(str, values.get("queues") or ())) or "no queue"
    return (
        f"{values.get('at')}  {event.kind:9}  {exchange} {values.get('routing_key')} → {target}"
        f"  {values.get('payload_bytes')} B{body}"
    )
