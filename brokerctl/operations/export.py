"""A queue's messages into lines of JSON, and lines back into a queue. An export leaves every message where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from brokerctl.clients.base import BrokerClient, Message
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations.lines import line_of, message_of
from brokerctl.operations.looking import passing
from brokerctl.operations.progress import Control, Outcome, Tally

BATCH = 500
"""Messages published at once, and after which progress is reported."""

BATCH_BYTES = 8 * 1024 * 1024

Route = Callable[[Message], tuple[str, str]]
"""(exchange, routing key) for a message that was read from a line."""


def export(
    client: BrokerClient,
    vhost: str,
    queue: str,
    write: Callable[[str], object],
    *,
    count: int | None = None,
    control: Control | None = None,
) -> Tally:
    """Give `write` a line, with its end, for each message, head first. Raises OperationCancelled between messages."""
    control = control or Control()
    tally = Tally()
    with passing(client, vhost, queue, count) as messages:
        tally.total = messages.ready if count is None else min(count, messages.ready)
        control.report(tally)
        for message in messages:
            write(line_of(message) + "\n")
            tally.add(Outcome.READ)
            if tally.done % BATCH == 0:
                control.report(tally)
                if control.is_cancelled():
                    raise OperationCancelled(f"cancelled after {tally.done} messages; all are in their places")
    control.report(tally)
    return tally


def import_lines(
    client: BrokerClient, vhost: str, lines: Iterable[str], route: Route, control: Control | None = None
) -> Tally:
    """Publish each line's message, in order, with confirms.

    Raises RequestRefused at the first line that is no message, after the lines before it were published, and
    OperationCancelled between batches; both say how many lines are done, so that one can go on behind them.
    """
    control = control or Control()
    tally, read = Tally(), _read(lines)
    with client.messages(vhost) as session:
        while True:
            if control.is_cancelled():
                raise OperationCancelled(f"cancelled; the first {tally.done} messages were published")
            batch, problem = _batch(read)
            items = [(*route(message), message.header, message.body) for _, message in batch]
            for (number, _), result in zip(batch, session.publish_many(items), strict=True):
                if result.confirmed and result.routed:
                    tally.add(Outcome.PUBLISHED)
                else:
                    outcome = Outcome.UNROUTABLE if result.confirmed else Outcome.REFUSED
                    tally.add_problem(outcome, f"line {number}", result.reason)
            control.report(tally)
            if problem is not None:
                raise RequestRefused(f"{problem}; the {tally.done} messages before it were published") from problem
            if not batch:
                return tally


def check_lines(lines: Iterable[str]) -> int:
    """How many messages there are. Raises RequestRefused for the first line that is none."""
    return sum(1 for _ in _read(lines))


def _read(lines: Iterable[str]) -> Iterator[tuple[int, Message]]:
    """(line number from 1, message); empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, message_of(line)
        except RequestRefused as error:
            raise RequestRefused(f"line {number}: {error}") from error


def _batch(read: Iterator[tuple[int, Message]]) -> tuple[list[tuple[int, Message]], RequestRefused | None]:
    """The next messages, and what is wrong with the line behind them."""
    batch: list[tuple[int, Message]] = []
    size = 0
    try:
        for each in islice(read, BATCH):
            batch.append(each)
            size += len(each[1].body)
            if size >= BATCH_BYTES:
                break
    except RequestRefused as error:
        return batch, error
    return batch, None
