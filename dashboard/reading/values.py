"""AMQP table values as people read them: the value as text, and the name of its type."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from brokerctl.clients.content import Timestamp

PROPERTIES = (
    "content_type",
    "content_encoding",
    "delivery_mode",
    "priority",
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    "timestamp",
    "type",
    "user_id",
    "app_id",
    "cluster_id",
)
"""In the order of the specification (§4.2.6.1); pages show them all, the unset ones dimmed."""

EXPLAINED = {"delivery_mode": {1: "transient", 2: "persistent"}}


@dataclass(slots=True, frozen=True)
class Shown:
    name: str
    text: str
    type: str
    """Empty when the value is not set."""
    explained: str = ""


def properties(values: dict[str, Any]) -> tuple[Shown, ...]:
    """All the properties of basic, set ones first."""
    ordered = sorted(PROPERTIES, key=lambda name: values.get(name) is None)
    return tuple(_property(name, values.get(name)) for name in ordered)


def _property(name: str, value: Any) -> Shown:
    if value is None:
        return Shown(name, "", "")
    explained = EXPLAINED.get(name, {}).get(value, "") if isinstance(value, int) else ""
    if name == "expiration" and isinstance(value, str) and value.isdecimal():
        explained = f"{int(value) / 1000:g} s"
    return Shown(name, plain(value), type_name(value), explained)


def headers(values: dict[str, Any]) -> tuple[Shown, ...]:
    return tuple(Shown(name, quoted(value), type_name(value)) for name, value in sorted(values.items()))


def type_name(value: Any) -> str:
    """What AMQP calls the type of this value. The width of a number is not known any more once decoded."""
    match value:
        case None:
            return "void"
        case bool():
            return "bool"
        case Timestamp() | datetime():
            return "timestamp"
        case int():
            return "int"
        case float():
            return "double"
        case Decimal():
            return "decimal"
        case str():
            return "string"
        case bytes() | bytearray():
            return "bytes"
        case list():
            return "array"
        case _:
            return "table"


def plain(value: Any) -> str:
    """The value without quotes: a property's type is known by its name."""
    return value if isinstance(value, str) else quoted(value)


def quoted(value: Any) -> str:
    """The value as JSON would write it; what JSON has no word for is text."""
    match value:
        case Timestamp():
            return _time(value)
        case datetime():
            return value.isoformat(" ", "seconds")
        case bytes() | bytearray():
            return bytes(value).hex(" ")
        case Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, default=quoted)


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(" ", "seconds")
    except (OverflowError, ValueError, OSError):
        return f"{int(seconds)} s since 1970"
