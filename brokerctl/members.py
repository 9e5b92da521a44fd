"""A value inside a JSON body or a table of headers, by the path to it."""

from __future__ import annotations

import json
from typing import Any

ABSENT: Any = object()
"""There is no such member."""


def of_body(body: bytes, path: str) -> Any:
    """The member of a body; ABSENT also when the body is no JSON."""
    try:
        return inside(json.loads(body), path)
    except (ValueError, RecursionError):
        return ABSENT


def inside(value: Any, path: str) -> Any:
    """The member at the path, whose steps are parted by dots. A key that holds dots itself is found as well."""
    if isinstance(value, dict) and path in value:
        return value[path]
    step, _, rest = path.partition(".")
    if isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
        inner = value[int(step)]
    elif isinstance(value, dict) and step in value:
        inner = value[step]
    else:
        return ABSENT
    return inside(inner, rest) if rest else inner
