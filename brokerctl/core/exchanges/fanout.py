"""fanout: everything goes everywhere (§3.1.3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from brokerctl.core.exchanges.base import Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue


class Fanout(Exchange):
    type = "fanout"
    uses_keys = False

    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        return [binding.destination for binding in self.bindings.values()]
