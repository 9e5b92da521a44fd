"""A method as one line, without what is chance: generated names, times, process ids."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from brokerctl.wire.methods import Method, connection
from brokerctl.wire.properties import Properties

CHANCE = [
    (re.compile(r"amq\.gen-[\w-]+"), "amq.gen-*"),
    (re.compile(r"amq\.ctag-[\w-]+"), "amq.ctag-*"),
    (re.compile(r"amq\.rabbitmq\.reply-to\.(?!nobody)[\w+/=.-]+"), "amq.rabbitmq.reply-to.*"),
    (re.compile(r"'time': \d+"), "'time': *"),
]


def show(method: Method, properties: Properties, body: bytes) -> str:
    """Its name, every argument that is not empty, and the content if it carries one."""
    if isinstance(method, connection.Start):
        # Which product this is may differ; what it can do may not.
        capabilities = method.server_properties.get("capabilities", {})
        told: dict[str, Any] = {"capabilities": sorted(capabilities), "mechanisms": sorted(method.mechanisms.split())}
    else:
        told = {field.name: getattr(method, field.name) for field in dataclasses.fields(method)}  # type: ignore[arg-type]
    if properties:
        told["properties"] = _sorted(properties)
    if body:
        told["body"] = body if len(body) <= 64 else f"{len(body)} bytes"
    text = " ".join([method.name, *(f"{name}={_quoted(value)}" for name, value in told.items() if value)])
    for pattern, stand_in in CHANCE:
        text = pattern.sub(stand_in, text)
    return text


def _quoted(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else repr(value)


def _sorted(value: Any) -> Any:
    """Tables have no order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
