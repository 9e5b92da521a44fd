"""Dead-lettering: where a message goes that a queue gives up, and what is written on it (RabbitMQ, docs/dlx).

Values only: the new x-death table is computed here, the bytes are amended by the codec.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from brokerctl.core.context import Context
from brokerctl.core.effects import Effects, Forget
from brokerctl.core.enqueue import enqueue, turn_away
from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments, Entry, Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.routing import Router


class DeadLetters:
    """The way out of a vhost's queues. Nothing happens to a message whose queue has no dead-letter exchange."""

    def __init__(self, router: Router, exchanges: Mapping[str, Exchange], context: Context) -> None:
        self._router = router
        self._exchanges = exchanges
        self._context = context
        self._dying: deque[tuple[Queue, Message, Reason, int | None]] = deque()
        """Who gave up what, why, and the position of the row to forget afterwards."""
        self._is_burying = False

    def give_up(self, queue: Queue, entry: Entry, reason: Reason, effects: Effects) -> None:
        """Done with an entry for good: bury the message, then forget its row.

        The copy is stored before the original is forgotten: a crash between the two can double it but not lose it.
        """
        self._die(queue, entry.message, reason, entry.position if entry.is_stored else None, effects)

    def bury(self, queue: Queue, message: Message, reason: Reason, effects: Effects) -> None:
        """Publish to the dead-letter exchange, if there is one; a circle without a rejection ends here."""
        self._die(queue, message, reason, None, effects)

    def _die(self, queue: Queue, message: Message, reason: Reason, position: int | None, effects: Effects) -> None:
        # One after the other, not one inside the other: a burial can push out the next message, and a chain of a few
        # hundred full queues would be deeper than Python's stack.
        self._dying.append((queue, message, reason, position))
        rules = queue.rules
        self._context.totals.deaths[rules.type, rules.dead_letter_exchange is not None, reason] += 1
        if self._is_burying:
            return
        self._is_burying = True
        try:
            while self._dying:
                of, dead, why, stored = self._dying.popleft()
                if not of.is_deleted:
                    self._bury(of, dead, why, effects)
                if stored is not None:
                    effects.append(Forget([stored]))
        finally:
            self._is_burying = False

    def _bury(self, queue: Queue, message: Message, reason: Reason, effects: Effects) -> None:
        name = queue.rules.dead_letter_exchange
        exchange = self._exchanges.get(name) if name is not None else None
        if exchange is None:
            return
        codec = self._context.codec
        changes = headers_after(codec.read(message.header), queue, message, reason, self._context.clock.time)
        key = queue.rules.dead_letter_routing_key
        # With a key of the queue's own the keys of the publisher are over.
        drop = () if key is None else ("CC",)
        header = codec.amend(message.header, changes, drop_expiration=message.expiration_ms is not None, drop=drop)
        copy = Message(
            exchange.name,
            message.routing_key if key is None else key,
            header,
            message.body,
            message.is_persistent,
            message.priority,
        )
        headers = codec.read(header)
        queues = [
            destination
            for destination in self._routed(exchange, copy.routing_key, headers)
            if reason is Reason.REJECTED or not is_cycle(headers, destination)
        ]
        address = self._router.reply_queue(exchange, copy.routing_key)
        if address is not None:
            queues.append(address)
        exchange.publish_in += 1
        exchange.publish_out += len(queues)
        full = turn_away(queues, copy, effects)
        enqueue(self._context, [queue for queue in queues if queue not in full], copy, effects)

    def _routed(self, exchange: Exchange, routing_key: str, headers: Arguments) -> Iterable[Queue]:
        """By the message's key, and by those in its CC, if they are still there."""
        copied = _copied(headers)
        if not copied:
            return self._router.route(exchange, routing_key, headers)
        return self._router.route_all(exchange, [routing_key, *copied], headers)


def headers_after(
    headers: Mapping[str, Any], queue: Queue, message: Message, reason: Reason, time: int
) -> Mapping[str, Any]:
    """The application headers to set: x-death with this death first, and x-first-death-* when it is the first.

    `time` becomes an AMQP timestamp, whose type belongs to the wire: the caller passes it ready-made.
    """
    deaths = headers.get("x-death")
    deaths = [dict(death) for death in deaths if isinstance(death, dict)] if isinstance(deaths, list) else []
    same = next((d for d in deaths if d.get("queue") == queue.name and d.get("reason") == reason), None)
    if same is not None:
        deaths.remove(same)
        same["count"] = _count(same.get("count")) + 1
    else:
        same = {
            "count": 1,
            "exchange": message.exchange,
            "queue": queue.name,
            "reason": str(reason),
            "routing-keys": [message.routing_key, *_copied(headers)],
            "time": time,
        }
        if message.expiration_ms is not None:
            same["original-expiration"] = str(message.expiration_ms)
    changes: Arguments = {"x-death": [same, *deaths]}
    if "x-death" not in headers:
        changes["x-first-death-exchange"] = message.exchange
        changes["x-first-death-queue"] = queue.name
        changes["x-first-death-reason"] = str(reason)
    changes["x-last-death-exchange"] = message.exchange
    changes["x-last-death-queue"] = queue.name
    changes["x-last-death-reason"] = str(reason)
    return changes


def _copied(headers: Mapping[str, Any]) -> list[str]:
    """The keys it was published with besides its own (RabbitMQ, docs/sender-selected)."""
    keys = headers.get("CC")
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def _count(value: object) -> int:
    """x-death comes back from clients, who can write anything into it: what cannot be counted on is 1."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**62
    return int(value) if is_count else 1  # type: ignore[call-overload]


def is_cycle(headers: Mapping[str, Any], destination: Queue) -> bool:
    """Whether the message was in this queue before and came back without anybody rejecting it on the way."""
    deaths = headers.get("x-death")
    for death in deaths if isinstance(deaths, list) else []:
        if not isinstance(death, dict) or death.get("reason") == Reason.REJECTED:
            return False
        if death.get("queue") == destination.name:
            return True
    return False
