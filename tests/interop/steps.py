"""What every client does, one step after the other, and what must come of it."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PATIENCE_SECONDS = 60
HEADERS: dict[str, Any] = {"text": "größe", "number": 5, "yes": True, "list": [1, "two"]}
"""Of every message that is published."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way into the broker. `ca` is None on the way without TLS."""

    port: int
    ca: Path | None

    def context(self) -> ssl.SSLContext | None:
        return None if self.ca is None else ssl.create_default_context(cafile=str(self.ca))


class Client(ABC):
    """One client library. `name` is its own exchange's and queue's; every message is text, and durable."""

    def __init__(self, door: Door, name: str) -> None:
        self.door = door
        self.name = name

    @abstractmethod
    def connect(self) -> str:
        """Log in as guest and open a channel; return the product that the broker says it is."""

    @abstractmethod
    def declare(self) -> list[int]:
        """A direct exchange, a durable queue and a binding by "key"; return the queue's messages and consumers."""

    @abstractmethod
    def publish(self) -> bool:
        """ "one" and "two", persistent, with HEADERS, to the exchange; return True when both are confirmed."""

    @abstractmethod
    def consume(self) -> list[list[Any]]:
        """Both, by a consumer, each acked; return body, content type, headers and redelivered of each."""

    @abstractmethod
    def cancel(self) -> int:
        """The consumer. Publish "three"; return how many messages the queue has then."""

    @abstractmethod
    def recover(self) -> list[bool]:
        """Get "three", basic.recover it, get it again and ack it; return redelivered of both."""

    @abstractmethod
    def transact(self) -> list[int]:
        """Publish in a transaction and roll back, then publish and commit; return the queue's messages after each."""

    @abstractmethod
    def missing(self) -> int:
        """Ask for a queue that is not there; return the code."""

    @abstractmethod
    def different(self) -> int:
        """Declare the queue again as not durable; return the code."""

    @abstractmethod
    def reserved(self) -> int:
        """Declare the exchange amq.mine; return the code."""

    @abstractmethod
    def unroutable(self) -> list[Any]:
        """Publish with mandatory by a key without a queue; return reply code and text of what comes back."""

    @abstractmethod
    def close(self) -> int:
        """Delete the queue, which has the committed message, and the exchange; end. Return how many messages went."""


MESSAGE = ["text/plain", HEADERS, False]

STEPS: dict[str, Any] = {
    "connect": "Postroom",
    "declare": [0, 0],
    "publish": True,
    "consume": [["one", *MESSAGE], ["two", *MESSAGE]],
    "cancel": 1,
    "recover": [False, True],
    "transact": [0, 1],
    "missing": 404,
    "different": 406,
    "reserved": 403,
    "unroutable": [312, "NO_ROUTE"],
    "close": 1,
}
"""The steps in order, each with what must come of it."""
