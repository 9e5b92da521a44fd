"""publish: one message, or many from lines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command, exchanges, table_option
from brokerctl.cli.session import Session
from brokerctl.clients.models import Arguments
from brokerctl.operations.publish import publish as publish_one

NUMBERS = {"delivery_mode", "priority", "timestamp"}


@command(root, "publish", changes=True)
@click.argument("routing_key")
@click.option(
    "--exchange",
    "-e",
    default="",
    help="Else the default one, for which the key is a queue's name.",
    shell_complete=exchanges,
)
@click.option("--body", help="The text to send; else it is read from --file or stdin.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The body, byte for byte."
)
@click.option("--transient", is_flag=True, help="delivery_mode 1: not kept over a restart.")
@table_option("property", "As in content_type=application/json; may be repeated.")
@table_option("header", "As in tenant=acme; may be repeated.")
def publish(
    session: Session,
    routing_key: str,
    exchange: str,
    body: str | None,
    path: Path | None,
    transient: bool,
    property: Arguments,
    header: Arguments,
) -> None:
    """Publish one message and wait for the broker's confirm. Ends with 5 when no queue took it."""
    content = _body(body, path)
    properties = {"delivery_mode": 1 if transient else 2, **_typed(property)}
    where = f"exchange {exchange} with key {routing_key}" if exchange else f"queue {routing_key}"
    if not session.goes_on(f"publish {len(content):,} bytes to {where} in vhost {session.vhost}"):
        return
    result = publish_one(session.client, session.vhost, exchange, routing_key, content, properties, header)
    if not (result.confirmed and result.routed):
        raise Problem(f"the message was not taken: {result.reason}", Exit.PARTLY)
    session.say(f"Published {len(content):,} bytes to {where}; confirmed.", published=1, bytes=len(content))


def _body(text: str | None, path: Path | None) -> bytes:
    if text is not None and path is not None:
        raise Problem("say either --body or --file", Exit.USAGE)
    if text is not None:
        return text.encode()
    return path.read_bytes() if path is not None else sys.stdin.buffer.read()


def _typed(given: Arguments) -> Arguments:
    """Only three properties are numbers: message_id=7 is the text 7."""
    return {name: value if name in NUMBERS else _text(value) for name, value in given.items()}


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
