"""How a message is known again without an id: a hash of everything it is, and a number among equals.

AMQP gives messages no identity, and a delivery tag dies with its channel. Two messages with the same fingerprint but
for the number are the same to the byte, so it does not matter which of them is taken.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from brokerctl.clients import content
from brokerctl.clients.base import Message


class Fingerprints:
    """Names messages in the order of their queue: `<sha256 in hex>-<number among equals, from 1>`."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, message: Message) -> str:
        digest = content_hash(message)
        self._seen[digest] += 1
        return f"{digest}-{self._seen[digest]}"


def content_hash(message: Message) -> str:
    """SHA-256 of exchange, routing key, header and body, each with its length before it.

    Without the delivery count of quorum queues, and the table that may come with it: a look would change them.
    """
    header = content.without_empty_headers(content.without_delivery_count(message.header))
    digest = hashlib.sha256()
    for part in (message.exchange.encode(), message.routing_key.encode(), header, message.body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
