"""move, copy, replay and purge: messages to where they should be, each with what became of it."""

from __future__ import annotations

from typing import Any

import click

from brokerctl.cli import output
from brokerctl.cli.app import root
from brokerctl.cli.exits import Exit, Problem
from brokerctl.cli.options import command, queues
from brokerctl.cli.progress import watched
from brokerctl.cli.session import Session
from brokerctl.operations.move import Destination, Plan
from brokerctl.operations.move import move as carry
from brokerctl.operations.progress import Outcome, Tally
from brokerctl.operations.purge import purge as empty
from brokerctl.operations.replay import Replay, Replayed, Way
from brokerctl.operations.replay import replay as send_back

GOOD = {Outcome.MOVED, Outcome.COPIED, Outcome.PUBLISHED, Outcome.PURGED, Outcome.READ}
REASONS = 5
"""Different reasons that a sentence names; --json has every message."""


@command(root, "move", changes=True)
@click.argument("source", shell_complete=queues)
@click.argument("target", required=False, shell_complete=queues)
@click.option("--exchange", "-e", help="Publish to this exchange instead of to a queue.")
@click.option("--key", help="With --exchange: this routing key; else each message keeps its own.")
@click.option("--to-broker", metavar="NAME", help="Another broker of the brokers file.")
@click.option("--to-vhost", help="Another vhost.")
@click.option("--copy", "keep", is_flag=True, help="The originals stay in their places.")
@click.option("--id", "ids", multiple=True, help="Only this message, by its id in `browse --json`; may be repeated.")
def move(
    session: Session,
    source: str,
    target: str | None,
    exchange: str | None,
    key: str | None,
    to_broker: str | None,
    to_vhost: str | None,
    keep: bool,
    ids: tuple[str, ...],
) -> None:
    """Move the messages of queue SOURCE to queue TARGET, on the same broker or on another.

    A message leaves SOURCE only after the target's confirm, with its header byte for byte. What no queue takes or a
    broker refuses stays in its place, and the command ends with 5. A crash can double what was in flight (2,000
    messages at most), never lose any; inside the embedded broker it doubles none.
    """
    if (target is None) == (exchange is None):
        raise Problem("say where to: a queue, or --exchange", Exit.USAGE)
    chosen = session.other(to_broker)
    vhost = to_vhost if to_vhost is not None else session.vhost if to_broker is None else chosen.vhost
    ready = session.client.queue(session.vhost, source).messages_ready
    number = len(ids) if ids else ready
    where = f"queue {target}" if target is not None else f"exchange {exchange}"
    verb = "copy" if keep else "move"
    if not session.goes_on(f"{verb} {number:,} messages of {source} to {where} in vhost {vhost} of {chosen.name}"):
        return
    client = session.connect(chosen)
    to = Destination(client, vhost, exchange or "", key if exchange is not None else target)
    if target is not None:
        # Said before anything is taken, and not once per message.
        client.queue(vhost, target)
    plan = Plan(session.client, session.vhost, source, to, ids or None, keep)
    with watched(f"{verb.capitalize()} {source}") as control:
        tally = carry(plan, control)
    told(session, tally)


@command(root, "replay", changes=True)
@click.argument("queue", shell_complete=queues)
@click.option(
    "--way",
    type=click.Choice(list(Way)),
    default=Way.QUEUE,
    show_default=True,
    help="To the queue they died in, or through the exchange they were published to.",
)
@click.option("--died-in", metavar="QUEUE", help="Only those that died in this queue.", shell_complete=queues)
@click.option("--count", "-n", type=click.IntRange(1), help="So many at most, from the head.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="So many per second at most.")
@click.option("--forget", is_flag=True, help="Without x-death: as if they had never died.")
@click.option("--verbose", is_flag=True, help="What became of each message, as lines of JSON on stderr.")
def replay(
    session: Session,
    queue: str,
    way: str,
    died_in: str | None,
    count: int | None,
    rate: float | None,
    forget: bool,
    verbose: bool,
) -> None:
    """Send the dead letters of a queue back to where they came from, as their x-death header tells.

    Through an exchange every bound queue gets them again, those that had handled them as well. What has no origin left
    stays, with a reason, and the command ends with 5.
    """
    ready = session.client.queue(session.vhost, queue).messages_ready
    number = ready if count is None else min(count, ready)
    of_queue = f" that died in {died_in}" if died_in else ""
    to = "the queue each died in" if way == Way.QUEUE else "the exchange each was published to"
    if not session.goes_on(f"send up to {number:,} messages of {queue}{of_queue} back to {to}"):
        return
    each = _line if verbose else _nothing
    plan = Replay(session.client, session.vhost, queue, Way(way), died_in, count, rate, forget, each)
    with watched(f"Replay {queue}") as control:
        tally = send_back(plan, control)
    told(session, tally)


@command(root, "purge", destroys=True)
@click.argument("queue", shell_complete=queues)
def purge(session: Session, queue: str) -> None:
    """Delete the ready messages of a queue. Those that a consumer holds stay."""
    found = session.client.queue(session.vhost, queue)
    effect = f"delete {found.messages_ready:,} messages of queue {queue} in vhost {session.vhost}"
    if session.goes_on(effect, destroys=True):
        told(session, empty(session.client, session.vhost, queue))


def told(session: Session, tally: Tally) -> None:
    """Say what became of the messages. Raises Problem with 5 when some did not do what was wanted."""
    values: dict[str, Any] = {"total": tally.total, "counts": tally.counts, "problems": tally.problems}
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in tally.counts.items()) or "No messages"
    session.say(f"{counts}.", **values)
    bad = sum(count for outcome, count in tally.counts.items() if outcome not in GOOD)
    if bad:
        reasons = list(dict.fromkeys(problem.reason for problem in tally.problems))
        more = f" (and {len(reasons) - REASONS} other reasons)" if len(reasons) > REASONS else ""
        raise Problem(f"{bad:,} messages stayed or are gone: {'; '.join(reasons[:REASONS])}{more}", Exit.PARTLY)


def _line(replayed: Replayed) -> None:
    click.echo(output.line(replayed), err=True)


def _nothing(replayed: Replayed) -> None:
    pass
