"""What a queue's arguments mean. Unknown ones are only kept, known ones must make sense (RabbitMQ, docs/queues)."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.core.message import Arguments
from brokerctl.errors import NotImplementedHere, PreconditionFailed
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

DROP_HEAD, REJECT_PUBLISH, REJECT_PUBLISH_DLX = "drop-head", "reject-publish", "reject-publish-dlx"
QUORUM_DELIVERY_LIMIT = 20
"""RabbitMQ 4's default for quorum queues."""


@dataclass(slots=True, frozen=True)
class Rules:
    """The arguments in effect. None: no such rule. Times in milliseconds, sizes in bytes."""

    message_ttl_ms: int | None = None
    expires_ms: int | None = None
    max_length: int | None = None
    max_length_bytes: int | None = None
    overflow: str = DROP_HEAD
    dead_letter_exchange: str | None = None
    dead_letter_routing_key: str | None = None
    max_priority: int | None = None
    is_single_active: bool = False
    delivery_limit: int | None = None
    type: str = "classic"


def rules(arguments: Arguments, where: str) -> Rules:
    """Read a queue's arguments. Raises PreconditionFailed naming the argument, `where` naming the queue."""
    read = _Reader(arguments, where)
    kind = read.choice("x-queue-type", ("classic", "quorum", "stream"), "classic")
    if kind == "stream":
        raise NotImplementedHere("this broker has no streams; declare a classic or quorum queue")
    read.choice("x-queue-mode", ("default", "lazy"), "default")
    dead_letter_exchange = read.text("x-dead-letter-exchange")
    dead_letter_routing_key = read.text("x-dead-letter-routing-key")
    if dead_letter_routing_key is not None and dead_letter_exchange is None:
        read.refuse("x-dead-letter-routing-key", "needs x-dead-letter-exchange beside it")
    limit = read.whole("x-delivery-limit", low=-1)
    if kind == "quorum" and limit is None:
        limit = QUORUM_DELIVERY_LIMIT
    return Rules(
        message_ttl_ms=read.whole("x-message-ttl", low=0),
        expires_ms=read.whole("x-expires", low=1),
        max_length=read.whole("x-max-length", low=0),
        max_length_bytes=read.whole("x-max-length-bytes", low=0),
        overflow=read.choice("x-overflow", (DROP_HEAD, REJECT_PUBLISH, REJECT_PUBLISH_DLX), DROP_HEAD),
        dead_letter_exchange=dead_letter_exchange,
        dead_letter_routing_key=dead_letter_routing_key,
        max_priority=read.whole("x-max-priority", low=1, high=255),
        is_single_active=read.flag("x-single-active-consumer"),
        delivery_limit=None if limit == -1 else limit,
        type=kind,
    )


class _Reader:
    def __init__(self, arguments: Arguments, where: str) -> None:
        self.arguments = arguments
        self.where = where

    def refuse(self, name: str, why: str) -> None:
        raise PreconditionFailed(f"invalid arg '{name}' for {self.where}: {why}")

    def whole(self, name: str, low: int, high: int = 2**53) -> int | None:
        value = self.arguments.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(name, f"takes a whole number from {low}" + (f" to {high}" if high < 2**53 else ""))
        return int(value)

    def text(self, name: str) -> str | None:
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, str):
            self.refuse(name, "takes a string")
        if value is not None and not fits_shortstr(value):
            # It names an exchange or becomes a routing key, which a delivery could not carry.
            self.refuse(name, f"takes at most {MAX_NAME_BYTES} bytes")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.arguments.get(name)
        if value is None:
            return default
        if value not in allowed:
            self.refuse(name, f"takes one of {', '.join(allowed)}")
        return str(value)

    def flag(self, name: str) -> bool:
        value = self.arguments.get(name, False)
        if not isinstance(value, bool):
            self.refuse(name, "takes true or false")
        return bool(value)
