"""Messages as a broker would give them, for tests of what is shown."""

from __future__ import annotations

from typing import Any

from brokerctl.clients.base import Message
from dashboard.reading.entries import Entry


def letter(
    body: bytes = b"",
    *,
    position: int = 1,
    routing_key: str = "order.new",
    exchange: str = "orders",
    redelivered: bool = False,
    properties: dict[str, Any] | None = None,
    headers: dict[str, Any] | None = None,
) -> Entry:
    message = Message(exchange, routing_key, redelivered, b"\x00\x00", body, properties or {}, headers or {})
    return Entry(position, f"{position:064x}.0", message)
