"""What all exchange types share: a name, flags, counters, and a set of bindings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from brokerctl.core.message import Arguments
from brokerctl.core.policies import NONE, InForce
from brokerctl.core.queue import Queue

ALTERNATE = "alternate-exchange"


class Binding:
    """From a source exchange to a queue or an exchange. Two with the same key are one (§1.7.2.3)."""

    __slots__ = ("arguments", "destination", "key", "routing_key", "source")

    def __init__(self, source: Exchange, destination: Queue | Exchange, routing_key: str, arguments: Arguments) -> None:
        self.source = source
        self.destination = destination
        self.routing_key = routing_key
        self.arguments = arguments
        self.key = (self.destination_type, destination.name, routing_key, frozen(arguments))

    @property
    def destination_type(self) -> str:
        return "queue" if isinstance(self.destination, Queue) else "exchange"


class Exchange(ABC):
    """Bindings are kept here in order of arrival; a type adds the index that makes its question cheap."""

    type: ClassVar[str]
    uses_headers: ClassVar[bool] = False
    uses_keys: ClassVar[bool] = True

    def __init__(
        self,
        vhost: str,
        name: str,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        is_internal: bool = False,
        arguments: Arguments | None = None,
        user: str = "",
    ) -> None:
        self.vhost = vhost
        self.name = name
        self.is_durable = is_durable
        self.is_auto_delete = is_auto_delete
        self.is_internal = is_internal
        self.arguments = arguments or {}
        self.user = user
        self.in_force: InForce = NONE
        self.bindings: dict[tuple[Any, ...], Binding] = {}
        self.publish_in = 0
        self.publish_out = 0

    @property
    def alternate(self) -> str | None:
        """The name of the exchange that gets what this one has no destination for; an argument wins over a policy."""
        name = self.arguments.get(ALTERNATE, self.in_force.definition.get(ALTERNATE))
        return name if isinstance(name, str) else None

    def bind(self, binding: Binding) -> bool:
        """Add a binding; False when the same was there."""
        if binding.key in self.bindings:
            return False
        self.bindings[binding.key] = binding
        self._added(binding)
        return True

    def unbind(self, key: tuple[Any, ...]) -> Binding | None:
        """Remove a binding by its key; None when there was none (not an error: RabbitMQ since 3.2)."""
        binding = self.bindings.pop(key, None)
        if binding is not None:
            self._removed(binding)
        return binding

    @abstractmethod
    def destinations(self, routing_key: str, headers: Arguments) -> Iterable[Queue | Exchange]:
        """Where a message with this key and these headers goes. May name one destination more than once."""

    def destinations_of_all(self, routing_keys: Sequence[str], headers: Arguments) -> Iterable[Queue | Exchange]:
        """The same for a message with several keys, each given once: thousands of them fit into a CC header."""
        asked = routing_keys if self.uses_keys else routing_keys[:1]
        return [found for key in asked for found in self.destinations(key, headers)]

    def _added(self, binding: Binding) -> None:  # noqa: B027 (a type without an index has nothing to do)
        pass

    def _removed(self, binding: Binding) -> None:  # noqa: B027
        pass


def frozen(value: Any) -> Any:
    """A hashable stand-in for a table, so that bindings compare by their arguments."""
    if isinstance(value, dict):
        return tuple(sorted((key, frozen(item)) for key, item in value.items()))
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    # A timestamp comes back from the store as the number it is; True is not 1.
    kind = "int" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__
    return (kind, value)
