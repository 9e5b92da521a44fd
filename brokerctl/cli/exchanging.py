"""export, import and diff: messages and definitions, out of a broker, into one, and beside each other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from brokerctl.cli import output
from brokerctl.cli.app import root
from brokerctl.cli.brokers import Asked, choose
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.moving import told
from brokerctl.cli.options import command, queues
from brokerctl.cli.progress import watched
from brokerctl.cli.session import Session
from brokerctl.clients.base import Message
from brokerctl.clients.models import Definitions
from brokerctl.operations.diff import NAMED_BY, Change, What, diff, parse
from brokerctl.operations.export import check_lines, export, import_lines

SIGNS = {What.ADDED: "+", What.CHANGED: "~", What.REMOVED: "-"}


@root.group("export")
def exporting() -> None:
    """Write messages or definitions to a file."""


@root.group("import")
def importing() -> None:
    """Read messages or definitions from a file."""


@command(exporting, "messages")
@click.argument("queue", shell_complete=queues)
@click.argument("path", metavar="FILE", default="-", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("--count", "-n", type=click.IntRange(1), help="So many at most, from the head.")
def export_messages(session: Session, queue: str, path: Path, count: int | None) -> None:
    """Write the messages of a queue as lines of JSON; they stay in it.

    Each line has the raw header in base64, so that `import messages` brings back every byte, beside properties, headers
    and body as people read them.
    """
    with _written(path) as file, watched(f"Export {queue}") as control:
        tally = export(session.client, session.vhost, queue, file.write, count=count, control=control)
    click.echo(f"{tally.done:,} messages of {queue} were written; all are still in it.", err=True)


@command(importing, "messages", changes=True)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False, exists=True))
@click.option(
    "--queue", help="Publish all to this queue; else each to the exchange and key in its line.", shell_complete=queues
)
def import_messages(session: Session, path: Path, queue: str | None) -> None:
    """Publish the messages in a file of `export messages`, or in lines written by hand, with confirms."""
    if queue is not None:
        session.client.queue(session.vhost, queue)
    if session.dry_run:
        with _read(path) as file:
            number = check_lines(file)
        session.goes_on(f"publish {number:,} messages to {f'queue {queue}' if queue else 'the exchanges in the file'}")
        return
    with _read(path) as file, watched(f"Import {path}") as control:
        tally = import_lines(session.client, session.vhost, file, lambda message: _route(message, queue), control)
    told(session, tally)


@command(exporting, "definitions")
@click.argument("path", metavar="FILE", default="-", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
def export_definitions(session: Session, path: Path) -> None:
    """Write queues, exchanges, bindings, users and policies as RabbitMQ's JSON; of one vhost when one is named.

    The file holds the hashes of passwords.
    """
    found = session.client.definitions(session.asked_vhost)
    with _written(path) as file:
        file.write(output.text(found.document))


@command(importing, "definitions", changes=True)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False, exists=True))
def import_definitions(session: Session, path: Path) -> None:
    """Add and overwrite what the file defines; nothing is deleted. Into one vhost when one is named."""
    with _read(path) as file:
        given = parse(file.read(), str(path))
    wanted = Definitions(given.document, session.asked_vhost)
    effects = [f"import {len(wanted.items(kind)):,} {kind}" for kind in NAMED_BY if wanted.items(kind)]
    if session.goes_on(*effects):
        session.client.import_definitions(wanted)
        counts = {kind: len(wanted.items(kind)) for kind in NAMED_BY if wanted.items(kind)}
        session.say(f"Imported {', '.join(f'{count:,} {kind}' for kind, count in counts.items())}.", imported=counts)


@command(root, "diff")
@click.argument("first")
@click.argument("second", required=False)
@click.option("--exit-code", is_flag=True, help="End with 1 when there are differences.")
def compare(session: Session, first: str, second: str | None, exit_code: bool) -> None:
    """What must be done to the definitions FIRST to make them SECOND.

    Each is a file, or a broker's name in the brokers file; without SECOND it is the broker this command is for.
    """
    before = _definitions(session, first)
    after = session.client.definitions(session.asked_vhost) if second is None else _definitions(session, second)
    changes = diff(before, after)
    rows = [(SIGNS[each.what], each.kind, " / ".join(each.name), _keys(each)) for each in changes]
    session.show(("", "kind", "name", "what differs"), rows, changes)
    if changes and exit_code:
        raise Problem(f"{len(changes):,} {'difference' if len(changes) == 1 else 'differences'}", Exit.FAILED)


def _definitions(session: Session, source: str) -> Definitions:
    path = Path(source)
    if path.exists():
        found = parse(path.read_text(), source)
        # RabbitMQ's export of one vhost does not say of which.
        is_nameless = found.vhost is None and "vhosts" not in found.document
        return Definitions(found.document, session.asked_vhost) if is_nameless else found
    chosen = choose(Asked(broker=source))
    return session.connect(chosen).definitions(session.asked_vhost)


def _keys(change: Change) -> str:
    if change.what is not What.CHANGED:
        return ""
    keys = sorted(change.before.keys() | change.after.keys())
    return "; ".join(
        f"{key}: {output.line(change.before.get(key))} → {output.line(change.after.get(key))}" for key in keys
    )


def _route(message: Message, queue: str | None) -> tuple[str, str]:
    return (message.exchange, message.routing_key) if queue is None else ("", queue)


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    """Stdout for -, else a file that only its owner can read, and that is there whole or not at all."""
    if str(path) == "-":
        yield sys.stdout
        return
    part = path.with_name(path.name + ".part")
    part.touch(mode=0o600)
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _read(path: Path) -> Iterator[TextIO]:
    if str(path) == "-":
        yield sys.stdin
        return
    with path.open(encoding="utf-8") as file:
        yield file
