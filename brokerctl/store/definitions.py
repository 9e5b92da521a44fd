"""Definitions as JSON text and back. AMQP tables hold a few kinds that JSON has not; they travel in marked objects."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

from brokerctl.errors import StoreError

BYTES, DECIMAL = "!bytes", "!decimal"
ESCAPE = "!"
"""Clients choose the keys of their tables: one that begins like a mark is written with this once more before it."""


def dumps(value: Any) -> str:
    return json.dumps(_escaped(value), default=_mark, ensure_ascii=False, sort_keys=True)


def loads(text: str) -> Any:
    """Raises StoreError when the text is not what `dumps` makes."""
    try:
        return json.loads(text, object_hook=_unmark)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise StoreError(f"a stored definition cannot be read: {error}") from error


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {ESCAPE * key.startswith(ESCAPE) + key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value


def _mark(value: Any) -> dict[str, str]:
    if isinstance(value, bytes):
        return {BYTES: base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    raise TypeError(f"a {type(value).__name__} cannot be stored")


def _unmark(found: dict[str, Any]) -> Any:
    if found.keys() == {BYTES}:
        return base64.b64decode(found[BYTES])
    if found.keys() == {DECIMAL}:
        return Decimal(found[DECIMAL])
    return {key.removeprefix(ESCAPE): value for key, value in found.items()}
