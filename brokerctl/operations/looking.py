"""Going through a queue from its head, however long it is: each message is seen once, and all are given back in order.

AMQP has no other way than to take them: until the end everything that was passed is unacked, hidden from consumers, and
marked redelivered afterwards. So a look that has seen enough should end. A broker that lets us look (inside.py) spares
us all of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from brokerctl.clients.base import BrokerClient, Inside, Message, MessageSession
from brokerctl.operations.wear import Wear, careful

CHUNK = 200
"""Messages asked for at once."""

PAGE = 500
"""Messages looked at in one request."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Or as many as are likely to fit into this, by what has been seen."""


class Passing(Protocol):
    """Messages, head first."""

    ready: int
    """How many there were at the start."""

    def __iter__(self) -> Iterator[Message]: ...


class _Taking:
    """Passing, where messages must be taken: `passed` counts those to be given back."""

    def __init__(self, session: MessageSession, wear: Wear, count: int | None) -> None:
        self.ready = session.count(wear.queue)
        self.passed = 0
        self._session = session
        self._wear = wear
        self._left = self.ready if count is None else min(count, self.ready)
        self._bytes = 0

    def __iter__(self) -> Iterator[Message]:
        while self._left > 0:
            chunk = self._session.take(self._wear.queue, self._chunk())
            self.passed += len(chunk)
            if not chunk:
                return
            self._left -= len(chunk)
            for taken in chunk:
                self._bytes += len(taken.body)
                message = taken.decoded()
                yield message
                if self._wear.is_near_the_end(message):
                    # Take no other that may be as worn.
                    self._wear.remember()
                    return

    def _chunk(self) -> int:
        if self._wear.limit is not None:
            return 1
        if not self.passed:
            return min(self._left, CHUNK // 10)
        average = max(self._bytes // self.passed, 1)
        return max(min(self._left, CHUNK, CHUNK_BYTES // average), 1)


class _Peeking:
    """Passing, where the broker lets us look."""

    def __init__(self, inside: Inside, vhost: str, queue: str, count: int | None) -> None:
        self._page = partial(inside.peek, vhost, queue)
        self.ready = self._page(0).ready
        self._left = self.ready if count is None else min(count, self.ready)

    def __iter__(self) -> Iterator[Message]:
        after: str | None = None
        while self._left > 0:
            page = self._page(min(self._left, PAGE), after)
            for peeked in page.messages:
                if peeked.message is not None:
                    yield peeked.message
            self._left -= len(page.messages)
            after = page.next
            if after is None:
                return


@contextmanager
def passing(client: BrokerClient, vhost: str, queue: str, count: int | None = None) -> Iterator[Passing]:
    """Up to `count` messages, or all that are ready at the start. Leaving it gives everything back.

    Raises RequestRefused as `browse` does, when the look would harm.
    """
    within = client.inside()
    if within is not None:
        yield _Peeking(within, vhost, queue, count)
        return
    wear = careful(client, vhost, queue)
    with client.messages(vhost) as session:
        found = _Taking(session, wear, count)
        try:
            yield found
        finally:
            session.give_back(queue, found.passed)
