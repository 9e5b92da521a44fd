"""headers: the binding's arguments against the message's headers; `x-match` says all or any (RabbitMQ, docs/exchanges).

Arguments starting with `x-` take part only with all-with-x and any-with-x.
"""

from __future__ import annotations

from collections.abc import Iterable

from brokerctl.core.exchanges.base import Binding, Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue


class Headers(Exchange):
    type = "headers"
    uses_headers = True
    uses_keys = False

    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        return [binding.destination for binding in self.bindings.values() if _matches(binding, headers)]


def _matches(binding: Binding, headers: Arguments) -> bool:
    match = binding.arguments.get("x-match", "all")
    with_x = str(match).endswith("-with-x")
    wanted = {
        key: value
        for key, value in binding.arguments.items()
        if key != "x-match" and (with_x or not key.startswith("x-"))
    }
    hits = (key in headers and (value is None or _equal(value, headers[key])) for key, value in wanted.items())
    return any(hits) if str(match).startswith("any") else all(hits)


def _equal(wanted: object, found: object) -> bool:
    # True == 1 in Python, but a boolean and a number are different AMQP types.
    return wanted == found and isinstance(wanted, bool) == isinstance(found, bool)
