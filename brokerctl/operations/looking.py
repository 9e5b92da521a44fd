"""Going through a queue from its head, however long it is: each message is seen once, and all are given back in order.

Whatever AMQP has no other way for, a look costs: until the end everything that was passed is unacked, hidden from
consumers, and marked redelivered afterwards. So a look that has seen enough should end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Message, MessageSession
from brokerctl.operations.browse import delivery_limit, refuse_harm

CHUNK = 200
"""Messages asked for at once."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Or as many as are likely to fit into this, by what has been seen."""


class Passing:
    """An iterator over messages, head first. `ready`: how many there were at the start."""

    def __init__(self, session: MessageSession, queue: str, count: int | None, limit: int | None) -> None:
        self.ready = session.count(queue)
        self.passed = 0
        self._session = session
        self._queue = queue
        self._left = self.ready if count is None else min(count, self.ready)
        self._limit = limit
        self._bytes = 0

    def __iter__(self) -> Iterator[Message]:
        while self._left > 0:
            chunk = self._session.take(self._queue, self._chunk())
            self.passed += len(chunk)
            if not chunk:
                return
            self._left -= len(chunk)
            for taken in chunk:
                self._bytes += len(taken.body)
                message = taken.decoded()
                yield message
                if self._limit is not None and content.delivery_count(message.headers) + 2 >= self._limit:
                    # One more look after this would be its last: take no other that may be as worn.
                    return

    def _chunk(self) -> int:
        if self._limit is not None:
            return 1
        if not self.passed:
            return min(self._left, CHUNK // 10)
        average = max(self._bytes // self.passed, 1)
        return max(min(self._left, CHUNK, CHUNK_BYTES // average), 1)


@contextmanager
def passing(client: BrokerClient, vhost: str, queue: str, count: int | None = None) -> Iterator[Passing]:
    """Up to `count` messages, or all that are ready at the start. Leaving it gives everything back.

    Raises RequestRefused as `browse` does, when the look would harm.
    """
    described = client.queue(vhost, queue)
    limit = delivery_limit(described, client)
    refuse_harm(described, limit, (client.address.host, client.address.amqp_port, vhost, queue))
    with client.messages(vhost) as session:
        found = Passing(session, queue, count, limit)
        try:
            yield found
        finally:
            session.give_back(queue, found.passed)
