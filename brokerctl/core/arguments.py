"""What a queue's arguments mean, together with the policies for it. Unknown arguments are only kept, known ones must
make sense (RabbitMQ, docs/queues).

Where an argument and a policy both say something the smaller limit is in force, else the argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brokerctl.core.message import Arguments
from brokerctl.errors import NotImplementedHere, PreconditionFailed
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

DROP_HEAD, REJECT_PUBLISH, REJECT_PUBLISH_DLX = OVERFLOWS = ("drop-head", "reject-publish", "reject-publish-dlx")
QUORUM_DELIVERY_LIMIT = 20
"""RabbitMQ 4's default for quorum queues."""

MAX_TIME_MS = 10 * 365 * 24 * 3600 * 1000
"""RabbitMQ's bound of times: ten years."""

TYPES = ("classic", "quorum", "stream")
ONLY_FOR = {
    "quorum": ("x-delivery-limit", "x-dead-letter-strategy", "x-max-in-memory-length", "x-max-in-memory-bytes"),
    "classic": ("x-max-priority", "x-queue-mode", "x-queue-version"),
}


@dataclass(slots=True, frozen=True)
class Rules:
    """What is in force. None: no such rule. Times in milliseconds, sizes in bytes."""

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
    consumer_timeout_ms: int | None = None
    type: str = "classic"


def rules(arguments: Arguments, where: str, policy: Mapping[str, Any]) -> Rules:
    """Read a queue's arguments. Raises PreconditionFailed naming the argument, `where` naming the queue.

    `policy` is the definition in force for the queue, which was checked when it was set.
    """
    read = _Reader(arguments, where, policy)
    kind = read.choice("x-queue-type", TYPES, TYPES[0])
    if kind == "stream":
        raise NotImplementedHere("this broker has no streams; declare a classic or quorum queue")
    read.refuse_foreign(kind)
    read.choice("x-queue-mode", ("default", "lazy"), "default")
    if read.text("x-dead-letter-routing-key") is not None and read.text("x-dead-letter-exchange") is None:
        read.refuse("x-dead-letter-routing-key", "needs x-dead-letter-exchange beside it")
    return Rules(
        message_ttl_ms=read.least("message-ttl", low=0, high=MAX_TIME_MS),
        expires_ms=read.least("expires", low=1, high=MAX_TIME_MS),
        max_length=read.least("max-length"),
        max_length_bytes=read.least("max-length-bytes"),
        overflow=read.choice("x-overflow", OVERFLOWS, policy.get("overflow", DROP_HEAD)),
        dead_letter_exchange=read.own("dead-letter-exchange"),
        dead_letter_routing_key=read.own("dead-letter-routing-key"),
        max_priority=read.whole("x-max-priority", high=255),
        is_single_active=read.flag("x-single-active-consumer"),
        delivery_limit=read.delivery_limit() if kind == "quorum" else None,
        consumer_timeout_ms=read.least("consumer-timeout"),
        type=kind,
    )


def smaller_limit(one: int, other: int) -> int:
    """Of two delivery limits; a negative one is none at all, and gives way to the other (RabbitMQ 4)."""
    return max(one, other) if one < 0 or other < 0 else min(one, other)


class _Reader:
    def __init__(self, arguments: Arguments, where: str, policy: Mapping[str, Any]) -> None:
        self.arguments = arguments
        self.where = where
        self.policy = policy

    def refuse(self, name: str, why: str) -> None:
        raise PreconditionFailed(f"invalid arg '{name}' for {self.where}: {why}")

    def refuse_foreign(self, kind: str) -> None:
        """Some arguments belong to one type of queue only."""
        for other, names in ONLY_FOR.items():
            for name in names if other != kind else ():
                if name in self.arguments:
                    raise PreconditionFailed(f"invalid arg '{name}' for {self.where} of queue type {kind}")

    def whole(self, name: str, low: int = 0, high: int = 2**53) -> int | None:
        value = self.arguments.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(name, f"takes a whole number from {low}" + (f" to {high}" if high < 2**53 else ""))
        return int(value)

    def least(self, name: str, low: int = 0, high: int = 2**53) -> int | None:
        """Of the argument and the policy."""
        given = [self.whole(f"x-{name}", low, high), self.policy.get(name)]
        return min((limit for limit in given if limit is not None), default=None)

    def delivery_limit(self) -> int | None:
        own, other = self.whole("x-delivery-limit", low=-1), self.policy.get("delivery-limit")
        given = [limit for limit in (own, other) if limit is not None]
        limit = smaller_limit(given[0], given[-1]) if given else QUORUM_DELIVERY_LIMIT
        return None if limit < 0 else limit

    def own(self, name: str) -> str | None:
        """The argument, else what the policy says."""
        value = self.text(f"x-{name}")
        return self.policy.get(name) if value is None else value

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
