"""Values on their way between JSON and AMQP tables, and the values a request body may hold.

JSON cannot say timestamp, byte array, decimal or 32 bits, so a round trip can change a table (reference: "Value
encoding"): what must stay as it is goes by AMQP.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from brokerctl.management.errors import bad_request
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

Json = dict[str, Any]

MAX_TAGS = 64

MAX_DEPTH = 16
MAX_VALUES = 4096
"""The same as the broker reads from a client: a table made here must be readable there."""


def to_json(value: Any) -> Any:
    """An AMQP value as JSON says it. Bytes that are no UTF-8 are made readable, which loses them, as RabbitMQ does."""
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        value = float(value)
    # JSON has neither NaN nor infinity.
    return value if math.isfinite(value) else None


def to_table(value: Any, what: str) -> Json:
    """A JSON object as an AMQP table. `[]` is an empty one, as clients written in PHP and Erlang send it."""
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{what} must be an object")
    _Counted().check(value, 0)
    return value


class _Counted:
    """Checks one table, and counts what it holds."""

    def __init__(self) -> None:
        self.count = 0

    def check(self, value: Any, depth: int) -> None:
        self.count += 1
        if value is None:
            raise bad_request("null_not_allowed")
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            raise bad_request(f"a table takes at most {MAX_VALUES} values, nested at most {MAX_DEPTH} deep")
        if isinstance(value, dict):
            for key, item in value.items():
                if not fits_shortstr(key):
                    raise bad_request(f"a key in a table takes at most {MAX_NAME_BYTES} bytes")
                self.check(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self.check(item, depth + 1)
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise bad_request("an integer in a table takes at most 64 bits")


def require_keys(body: Json, *keys: str) -> None:
    """Raises Refusal naming every missing key, written as RabbitMQ writes it."""
    missing = ",".join(f"{{key_missing,{key}}}" for key in keys if key not in body)
    if missing:
        raise bad_request(f"[{missing}]")


def boolean(body: Json, key: str) -> bool:
    """A flag, also as the strings "true" and "false"; False when it is absent."""
    value = body.get(key, False)
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise bad_request(["not_boolean", value])


def text(body: Json, key: str, default: str | None = None) -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise bad_request(["not_string", key])
    return value


def short_text(body: Json, key: str, default: str | None = None) -> str:
    """A text that travels as an AMQP short string."""
    value = text(body, key, default)
    check_name(value, key)
    return value


def check_name(name: str, what: str) -> None:
    if not fits_shortstr(name):
        size = len(name.encode(errors="surrogatepass"))
        raise bad_request(f"{what} takes at most {MAX_NAME_BYTES} bytes, not {size}")


def count(body: Json, key: str) -> int:
    """A whole number of 0 or more; a string or a fraction is taken too, and cut."""
    value = body[key]
    try:
        number = int(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None:
        raise bad_request(["not_integer", value if isinstance(value, int | float | str) else key])
    if number < 0:
        raise bad_request(f"{key} must be 0 or more")
    return number


def tags(body: Json) -> tuple[str, ...]:
    """Tags as a list, or as texts between commas; none when they are absent."""
    given = body.get("tags", [])
    if isinstance(given, str):
        given = given.split(",")
    if not isinstance(given, list) or not all(isinstance(tag, str) for tag in given):
        raise bad_request("tags must be a list of texts, or one text with commas")
    if len(given) > MAX_TAGS:
        raise bad_request(f"at most {MAX_TAGS} tags")
    found = [tag.strip() for tag in given if tag.strip()]
    for tag in found:
        check_name(tag, "a tag")
    return tuple(dict.fromkeys(found))
