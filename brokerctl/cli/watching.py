"""watch: a live table of queues with their rates."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence

import click
from rich.live import Live
from rich.table import Table

from brokerctl.cli import output
from brokerctl.cli.app import root
from brokerctl.cli.options import command
from brokerctl.cli.session import Session
from brokerctl.clients.models import Queue

HEADERS = ("vhost", "queue", "ready", "unacked", "in/s", "out/s", "ack/s", "consumers", "state")
SORTS = {"ready": 2, "unacked": 3, "in": 4, "out": 5, "name": 1}
Rates = tuple[float | None, float | None, float | None]
Key = tuple[str, str]


@command(root, "watch")
@click.option(
    "--interval", type=click.FloatRange(min=0.2), default=2.0, show_default=True, help="Seconds between looks."
)
@click.option("--count", "-n", type=click.IntRange(1), help="Look so often and end.")
@click.option("--sort", type=click.Choice(list(SORTS)), default="ready", show_default=True)
@click.option("--top", type=click.IntRange(1), default=30, show_default=True, help="Queues to show.")
@click.option("--containing", metavar="TEXT", help="Only queues with this in their name.")
def watch(session: Session, interval: float, count: int | None, sort: str, top: int, containing: str | None) -> None:
    """Queues and their rates, again and again, until Ctrl-C. RabbitMQ counts every five seconds.

    With --json each look is one document on a line of its own.
    """
    watching = _Watching(session, containing, sort, top)
    if session.as_json or not output.console().is_terminal:
        for number in _looks(count, interval):
            rows = watching.look()
            if session.as_json:
                click.echo(output.line([dict(zip(HEADERS, row, strict=True)) for row in rows]))
            else:
                if number:
                    click.echo()
                output.console().print(output.table(HEADERS, rows))
        return
    with Live(console=output.console(), auto_refresh=False) as live:
        for _ in _looks(count, interval):
            live.update(watching.table(), refresh=True)


class _Watching:
    def __init__(self, session: Session, containing: str | None, sort: str, top: int) -> None:
        self._session = session
        self._containing = containing
        self._sort = sort
        self._top = top
        self._before: dict[Key, Queue] = {}
        self._at = 0.0

    def table(self) -> Table:
        return output.table(HEADERS, self.look())

    def look(self) -> list[Sequence[object]]:
        now, found = time.monotonic(), self._session.client.queues(self._session.asked_vhost)
        if self._containing is not None:
            found = [queue for queue in found if self._containing.casefold() in queue.name.casefold()]
        rows = [self._row(queue, now - self._at) for queue in found]
        self._before, self._at = {(queue.vhost, queue.name): queue for queue in found}, now
        column = SORTS[self._sort]
        is_name = self._sort == "name"
        rows.sort(key=lambda row: (str(row[1]) if is_name else -float(str(row[column] or 0)), str(row[1])))
        return rows[: self._top]

    def _row(self, queue: Queue, seconds: float) -> Sequence[object]:
        rates = rates_of(self._before.get((queue.vhost, queue.name)), queue, seconds)
        numbers = (queue.messages_ready, queue.messages_unacknowledged, *rates, queue.consumers)
        return (queue.vhost, queue.name, *numbers, queue.state)


def rates_of(before: Queue | None, now: Queue, seconds: float) -> Rates:
    """(in, out, acked) per second; None before there are two looks. A counter that was set back is none, too."""
    if before is None or seconds <= 0:
        return None, None, None
    pairs = (
        (before.counters.publish, now.counters.publish),
        (before.counters.deliver_get, now.counters.deliver_get),
        (before.counters.ack, now.counters.ack),
    )
    first, second, third = (max(new - old, 0) / seconds for old, new in pairs)
    return first, second, third


def _looks(count: int | None, interval: float) -> Iterator[int]:
    """0, 1, 2 … with a pause before each but the first."""
    never = threading.Event()
    for number in itertools.count() if count is None else range(count):
        if number:
            never.wait(interval)
        yield number
