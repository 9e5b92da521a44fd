"""browse and search: what is in a queue. The messages stay in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from brokerctl.cli import output
from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command, queues
from brokerctl.cli.progress import watched
from brokerctl.cli.session import Session
from brokerctl.clients.base import Message
from brokerctl.operations.browse import browse as look
from brokerctl.operations.lines import item_of
from brokerctl.operations.search import Comparison, Condition
from brokerctl.operations.search import search as find

SHOWN = 80
"""Characters of a body in a table."""

MARKS = (("*=", Comparison.CONTAINS), ("~", Comparison.MATCHES), ("=", Comparison.EQUALS))


@command(root, "browse")
@click.argument("queue", shell_complete=queues)
@click.option("--count", "-n", type=click.IntRange(1), default=20, show_default=True, help="Messages from the head.")
def browse(session: Session, queue: str, count: int) -> None:
    """Look at the messages at the head of a queue.

    The embedded broker lets us look where they lie. Other brokers hand them out and take them back in their places:
    they are marked redelivered then, and a quorum queue counts a delivery.
    """
    found = look(session.client, session.vhost, queue, count)
    rows = [(number, *_row(each.message)) for number, each in enumerate(found.seen)]
    values = [{"position": n, "id": each.fingerprint, **item_of(each.message)} for n, each in enumerate(found.seen)]
    session.show(("#", "exchange", "key", "bytes", "body"), rows, {"ready": found.ready, "messages": values})
    if not session.as_json and found.ready > len(found.seen):
        click.echo(f"{found.ready - len(found.seen):,} more are ready.", err=True)


@command(root, "search")
@click.argument("queue", shell_complete=queues)
@click.argument("condition", nargs=-1)
@click.option("--limit", type=click.IntRange(1), help="Stop after so many hits.")
@click.option("--count", "-n", type=click.IntRange(1), help="Look at so many messages only, from the head.")
def search(session: Session, queue: str, condition: tuple[str, ...], limit: int | None, count: int | None) -> None:
    """Find messages in a queue; none is lost, moved or reordered.

    Each CONDITION must hold: FIELD=VALUE is equal, FIELD*=TEXT contains, FIELD~REGEX is found by a regular expression,
    FIELD alone is there. A FIELD is body, body.<path in JSON>, exchange, routing_key, headers.<name> or
    properties.<name>; a TEXT alone is looked for in the body. Ends with 3 when nothing was found.
    """
    conditions = [parsed(each) for each in condition]
    with watched(f"Searching {queue}") as control:
        found = find(session.client, session.vhost, queue, conditions, limit=limit, count=count, control=control)
    values = [{"position": hit.position, "id": hit.fingerprint, **item_of(hit.message)} for hit in found.hits]
    summary: dict[str, Any] = {"ready": found.ready, "looked_at": found.looked_at, "not_searched": found.not_searched}
    rows = [(hit.position, *_row(hit.message)) for hit in found.hits]
    session.show(("#", "exchange", "key", "bytes", "body"), rows, {**summary, "messages": values})
    if not session.as_json:
        _summarise(len(found.hits), found.looked_at, found.not_searched)
    if not found.hits:
        raise Problem(f"no message of {queue} matches", Exit.NOT_FOUND)


def parsed(text: str) -> Condition:
    """The condition that a person wrote. Raises RequestRefused where it is none."""
    marks = [(text.find(mark), -len(mark), mark, test) for mark, test in MARKS if mark in text]
    # The leftmost, and of two that begin there the longer one.
    first = min(marks, default=None)
    if first is not None and _is_field(text[: first[0]]):
        return Condition(text[: first[0]], first[3], text[first[0] + len(first[2]) :])
    if first is None and _is_field(text) and text != "body":
        return Condition(text, Comparison.EXISTS)
    return Condition("body", Comparison.CONTAINS, text)


def _is_field(name: str) -> bool:
    return name in ("body", "exchange", "routing_key") or name.split(".")[0] in ("body", "headers", "properties")


def _row(message: Message) -> Sequence[object]:
    text = message.body[: 4 * SHOWN].decode(errors="replace")
    shown = output.visible(text)[:SHOWN] + ("…" if len(text) > SHOWN else "")
    return message.exchange or "(default)", message.routing_key, len(message.body), shown


def _summarise(hits: int, looked_at: int, not_searched: int) -> None:
    rest = f"; {not_searched:,} could not be searched (too large, or a pattern took too long)" if not_searched else ""
    click.echo(f"{hits:,} of {looked_at:,} messages match{rest}.", err=True)
