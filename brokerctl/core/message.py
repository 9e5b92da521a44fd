"""A message, and its place in one queue."""

from __future__ import annotations

from typing import Any


class Message:
    """What was published. `header` stays as the raw bytes that came, so that nothing is changed in passing."""

    __slots__ = ("body", "exchange", "expiration_ms", "header", "is_persistent", "priority", "routing_key")

    def __init__(
        self,
        exchange: str,
        routing_key: str,
        header: bytes,
        body: bytes,
        is_persistent: bool = False,
        priority: int = 0,
        expiration_ms: int | None = None,
    ) -> None:
        self.exchange = exchange
        self.routing_key = routing_key
        self.header = header
        self.body = body
        self.is_persistent = is_persistent
        self.priority = priority
        self.expiration_ms = expiration_ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and all(
            getattr(self, name) == getattr(other, name) for name in self.__slots__
        )

    __hash__ = None  # type: ignore[assignment]


class Entry:
    """A message in a queue. `position` grows over the whole broker, so it orders a queue and names the stored row."""

    __slots__ = ("delivery_count", "expires_at", "is_redelivered", "is_stored", "message", "position")

    def __init__(
        self,
        position: int,
        message: Message,
        is_stored: bool = False,
        is_redelivered: bool = False,
        expires_at: float | None = None,
    ) -> None:
        self.position = position
        self.message = message
        self.is_stored = is_stored
        self.is_redelivered = is_redelivered
        self.expires_at = expires_at
        """On the clock of brokerctl.core.context, or None."""
        self.delivery_count = 0

    def __lt__(self, other: Entry) -> bool:
        return self.position < other.position


Arguments = dict[str, Any]
"""Arguments of a declaration, as decoded from the wire: kept, compared, shown."""
