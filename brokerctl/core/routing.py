"""From an exchange and a routing key to the queues that get the message.

Answers are remembered per (exchange, key) until any exchange, queue or binding of the vhost changes, so that a repeated
publish costs one look-up whatever the number of bindings. Headers exchanges are asked every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue

REMEMBERED = 16_384
"""Keys come from publishers, who may put an id into each: the memory is bounded and starts again when full."""


class Router:
    def __init__(self, queues: Mapping[str, Queue], exchanges: Mapping[str, Exchange]) -> None:
        self._queues = queues
        self._exchanges = exchanges
        self.replies: dict[str, Queue] = {}
        """Addresses of direct reply-to: to be asked when no queue was found (brokerctl.core.replies)."""
        self._remembered: dict[tuple[str, str], tuple[Queue, ...]] = {}
        self.needs_headers = False
        """Whether any exchange of this vhost looks at headers: else nobody decodes them."""

    def forget(self) -> None:
        """Something changed."""
        self._remembered.clear()
        self.needs_headers = any(exchange.uses_headers and exchange.bindings for exchange in self._exchanges.values())

    def route(self, exchange: Exchange, routing_key: str, headers: Arguments) -> tuple[Queue, ...]:
        """The queues, each once. `headers` may be empty when `needs_headers` is False."""
        known = self._remembered.get((exchange.name, routing_key))
        if known is not None:
            return known
        found: dict[Queue, None] = {}
        asked_headers = self._walk(exchange, (routing_key,), headers, found)
        queues = tuple(found)
        if not asked_headers:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[exchange.name, routing_key] = queues
        return queues

    def route_all(self, exchange: Exchange, routing_keys: Sequence[str], headers: Arguments) -> tuple[Queue, ...]:
        """The queues of a message with several keys. An alternate exchange gets it only where none of them leads on."""
        found: dict[Queue, None] = {}
        self._walk(exchange, tuple(dict.fromkeys(routing_keys)), headers, found)
        return tuple(found)

    def reply_queue(self, exchange: Exchange, routing_key: str) -> Queue | None:
        """Where an answer goes, if the key is an address of direct reply-to."""
        return self.replies.get(routing_key) if exchange.name == "" else None

    def _walk(self, start: Exchange, routing_keys: Sequence[str], headers: Arguments, found: dict[Queue, None]) -> bool:
        todo, seen, asked_headers = [start], {start.name}, False
        while todo:
            exchange = todo.pop()
            asked_headers |= exchange.uses_headers
            reached = False
            for destination in self._destinations(exchange, routing_keys, headers, is_start=exchange is start):
                reached = True
                if isinstance(destination, Queue):
                    found[destination] = None
                elif destination.name not in seen:
                    seen.add(destination.name)
                    todo.append(destination)
            alternate = None if reached else exchange.alternate
            if alternate is not None and alternate in self._exchanges and alternate not in seen:
                seen.add(alternate)
                todo.append(self._exchanges[alternate])
        return asked_headers

    def _destinations(
        self, exchange: Exchange, routing_keys: Sequence[str], headers: Arguments, *, is_start: bool
    ) -> list[Queue | Exchange]:
        if exchange.name == "":
            # Its bindings are implied, and only by what is published to it: as an alternate it has none (RabbitMQ).
            return [self._queues[key] for key in routing_keys if key in self._queues] if is_start else []
        return list(exchange.destinations_of_all(routing_keys, headers))
