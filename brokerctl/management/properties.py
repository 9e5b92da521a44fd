"""Message properties in a request to publish: their types, their limits, and the message they make."""

from __future__ import annotations

from typing import Any

from brokerctl.core.message import Message
from brokerctl.core.permissions import User
from brokerctl.errors import PreconditionFailed
from brokerctl.management import values
from brokerctl.management.door import PropertyCodec
from brokerctl.management.errors import bad_request, of_channel
from brokerctl.management.values import Json

WHOLE_NUMBERS = {"delivery_mode": 255, "priority": 255, "timestamp": 2**64 - 1}
"""With the largest value that fits its place on the wire."""

TEXTS = (
    "content_type",
    "content_encoding",
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    "type",
    "user_id",
    "app_id",
    "cluster_id",
)

MAX_HEADER_BYTES = 131_072 - 8
"""A content header travels in one frame, and no client takes a larger one than this unless it asked for more."""

PERSISTENT = 2
MAX_EXPIRATION_DIGITS = 15


def read(given: Any) -> Json:
    """The properties of basic that `given` holds; other keys are ignored, as RabbitMQ does."""
    given = given if given != [] else {}
    if not isinstance(given, dict):
        raise bad_request("properties must be an object")
    found: Json = {}
    for name, largest in WHOLE_NUMBERS.items():
        if name in given:
            found[name] = _whole(given[name], name, largest)
    for name in TEXTS:
        if name in given:
            found[name] = values.short_text(given, name)
    if "headers" in given:
        found["headers"] = values.to_table(given["headers"], "headers")
    return found


def message(codec: PropertyCodec, user: User, exchange: str, routing_key: str, found: Json, payload: bytes) -> Message:
    """The message to publish. Raises Refusal when its properties may not be what they are."""
    user_id = found.get("user_id")
    if user_id is not None and user_id != user.name and "impersonator" not in user.tags:
        text = f"user_id property set to '{user_id}' but authenticated user was '{user.name}'"
        raise of_channel(PreconditionFailed(text))
    header = codec.encode(found, len(payload))
    if len(header) > MAX_HEADER_BYTES:
        raise bad_request(f"properties and headers take {len(header)} bytes; {MAX_HEADER_BYTES} fit one frame")
    return Message(
        exchange,
        routing_key,
        header,
        payload,
        is_persistent=found.get("delivery_mode") == PERSISTENT,
        priority=found.get("priority", 0),
        expiration_ms=_milliseconds(found.get("expiration")),
    )


def _whole(value: Any, name: str, largest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_request(["not_int", name])
    if not 0 <= value <= largest:
        raise bad_request(f"{name} takes 0 to {largest}")
    return value


def _milliseconds(expiration: str | None) -> int | None:
    if expiration is None:
        return None
    if not (expiration.isascii() and expiration.isdecimal() and len(expiration) <= MAX_EXPIRATION_DIGITS):
        text = f"invalid expiration '{expiration}': expected milliseconds in decimal"
        raise of_channel(PreconditionFailed(text))
    return int(expiration)
