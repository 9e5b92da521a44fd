"""A message, and its place in one queue."""

from __future__ import annotations

from typing import Any


class Envelope:
    """All of a message but its body: messages of one producer mostly differ in their bodies only, and share this.

    `header` stays as the raw bytes that came, so that nothing is changed in passing. `rendered` belongs to the server,
    which keeps there what deliveries have in common; the core never looks inside.
    """

    __slots__ = ("exchange", "expiration_ms", "header", "is_persistent", "priority", "rendered", "routing_key")

    def __init__(
        self,
        exchange: str,
        routing_key: str,
        header: bytes,
        is_persistent: bool = False,
        priority: int = 0,
        expiration_ms: int | None = None,
    ) -> None:
        self.exchange = exchange
        self.routing_key = routing_key
        self.header = header
        self.is_persistent = is_persistent
        self.priority = priority
        self.expiration_ms = expiration_ms
        self.rendered: Any = None

    def with_header(self, header: bytes) -> Envelope:
        return Envelope(self.exchange, self.routing_key, header, self.is_persistent, self.priority, self.expiration_ms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Envelope) and all(
            getattr(self, name) == getattr(other, name) for name in self.__slots__ if name != "rendered"
        )

    __hash__ = None  # type: ignore[assignment]


class Message:
    """What was published."""

    __slots__ = ("body", "envelope")

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
        self.envelope = Envelope(exchange, routing_key, header, is_persistent, priority, expiration_ms)
        self.body = body

    @classmethod
    def of(cls, envelope: Envelope, body: bytes) -> Message:
        """A message that shares its envelope with others."""
        message = cls.__new__(cls)
        message.envelope = envelope
        message.body = body
        return message

    @property
    def exchange(self) -> str:
        return self.envelope.exchange

    @property
    def routing_key(self) -> str:
        return self.envelope.routing_key

    @property
    def header(self) -> bytes:
        return self.envelope.header

    @property
    def is_persistent(self) -> bool:
        return self.envelope.is_persistent

    @property
    def priority(self) -> int:
        return self.envelope.priority

    @property
    def expiration_ms(self) -> int | None:
        return self.envelope.expiration_ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.body == other.body and self.envelope == other.envelope

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
