"""A value inside a JSON body or a table of headers, by the path to it."""

from __future__ import annotations

import json
from typing import Any

MAX_PATH = 1024
"""Characters of a path that people may ask for. Each step looks at all that is left of it, so a path of megabytes into
a body that is nested a thousand deep would take minutes."""

ABSENT: Any = object()
"""There is no such member."""


def of_body(body: bytes, path: str) -> Any:
    """The member of a body; ABSENT also when the body is no JSON."""
    return inside(parsed(body), path)


def parsed(body: bytes) -> Any:
    """The value that a body is as JSON; ABSENT when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return ABSENT


def inside(value: Any, path: str) -> Any:
    """The member at the path, whose steps are parted by dots. A key that holds dots itself is found as well."""
    while not (isinstance(value, dict) and path in value):
        step, _, rest = path.partition(".")
        if isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ABSENT
        if not rest:
            return value
        path = rest
    return value[path]
