"""direct: the routing key equals the binding's (§3.1.3.1)."""

from __future__ import annotations

from collections.abc import Iterable

from brokerctl.core.exchanges.base import Binding, Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue


class Direct(Exchange):
    type = "direct"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._by_key: dict[str, list[Queue | Exchange]] = {}

    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        return self._by_key.get(routing_key, ())

    def _added(self, binding: Binding) -> None:
        self._by_key.setdefault(binding.routing_key, []).append(binding.destination)

    def _removed(self, binding: Binding) -> None:
        bound = self._by_key[binding.routing_key]
        bound.remove(binding.destination)
        if not bound:
            del self._by_key[binding.routing_key]
