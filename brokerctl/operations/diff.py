"""What differs between two sets of definitions: two brokers, two files, or one of each.

Objects are matched by what names them, never by their order. What only says the same in another version's words (a
missing key for a default, a list for a text with commas) is no difference. Password hashes are salted, so the same
password is two hashes: they are compared, because a file is often an older export of the same broker, and never shown.
Nor are the passwords in the URIs of shovels and upstreams.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brokerctl.clients.links import without_passwords
from brokerctl.clients.models import Arguments, Definitions
from brokerctl.errors import RequestRefused

NAMED_BY: dict[str, tuple[str, ...]] = {
    "vhosts": ("name",),
    "users": ("name",),
    "permissions": ("user", "vhost"),
    "topic_permissions": ("user", "vhost", "exchange"),
    "parameters": ("component", "vhost", "name"),
    "global_parameters": ("name",),
    "policies": ("vhost", "name"),
    "queues": ("vhost", "name"),
    "exchanges": ("vhost", "name"),
    "bindings": ("vhost", "source", "destination_type", "destination", "routing_key", "arguments"),
}
"""What names an object of each kind, in the order in which an import needs them."""

DEFAULTS: dict[str, Arguments] = {
    "vhosts": {"description": "", "tags": [], "default_queue_type": "classic", "limits": {}},
    "users": {"tags": [], "limits": {}},
    "policies": {"priority": 0, "apply-to": "all"},
    "queues": {"type": "classic", "auto_delete": False, "arguments": {}},
    "exchanges": {"auto_delete": False, "internal": False, "arguments": {}},
    "bindings": {"arguments": {}},
}

SECRET = "password_hash"  # noqa: S105 (the name of a key)
HIDDEN = "(hidden)"


class What(StrEnum):
    ADDED = "added"
    """Only in the second."""
    CHANGED = "changed"
    REMOVED = "removed"
    """Only in the first."""


@dataclass(slots=True, frozen=True)
class Change:
    what: What
    kind: str
    """'queues', 'users' …"""
    name: tuple[str, ...]
    """As NAMED_BY says."""
    before: Arguments
    """The keys that differ, with their values in the first; all of them for what was removed."""
    after: Arguments


def diff(first: Definitions, second: Definitions) -> list[Change]:
    """What must be done to the first to make it the second, in the order of NAMED_BY."""
    changes = []
    for kind in NAMED_BY:
        old, new = _by_name(first, kind), _by_name(second, kind)
        for name in sorted(old.keys() | new.keys()):
            before, after = old.get(name), new.get(name)
            if before is None or after is None:
                what = What.ADDED if before is None else What.REMOVED
                changes.append(Change(what, kind, name, _shown(before or {}), _shown(after or {})))
            elif before != after:
                differing = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
                changes.append(Change(What.CHANGED, kind, name, _some(before, differing), _some(after, differing)))
    return changes


def by_name(definitions: Definitions, kind: str) -> dict[tuple[str, ...], Arguments]:
    """The items of this kind as they are written, by what names them."""
    found = {}
    for item in definitions.items(kind):
        # An export of one vhost does not name it in each item.
        whole = {"vhost": definitions.vhost, **item} if definitions.vhost is not None else item
        normal = _normal(kind, whole)
        found[tuple(_word(normal.get(key)) for key in NAMED_BY[kind])] = item
    return found


def parse(text: str, where: str) -> Definitions:
    """Definitions from a file's text. Raises RequestRefused, naming `where`."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise RequestRefused(f"{where} is not JSON: {error}") from error
    if not isinstance(document, dict) or not any(kind in document for kind in NAMED_BY):
        raise RequestRefused(f"{where} holds no definitions: none of {', '.join(NAMED_BY)} is in it")
    vhost = document.get("original_vhost_name")
    return Definitions(document, vhost if isinstance(vhost, str) and "vhosts" not in document else None)


def _by_name(definitions: Definitions, kind: str) -> dict[tuple[str, ...], Arguments]:
    vhost = {} if definitions.vhost is None else {"vhost": definitions.vhost}
    return {name: _normal(kind, {**vhost, **item}) for name, item in by_name(definitions, kind).items()}


def _normal(kind: str, item: Arguments) -> Arguments:
    found = {**DEFAULTS.get(kind, {}), **item}
    metadata = found.pop("metadata", None)
    if isinstance(metadata, dict):
        found |= {key: value for key, value in metadata.items() if key in DEFAULTS["vhosts"]}
    for key, repair in _REPAIRS.items():
        if key in found:
            found[key] = repair(found[key])
    return found


def _tags(value: Any) -> Any:
    tags = value.split(",") if isinstance(value, str) else value
    return sorted(str(tag).strip() for tag in tags if tag) if isinstance(tags, list) else tags


def _object(value: Any) -> Any:
    """Erlang writes an empty object as []."""
    return {} if value == [] else value


def _queue_type(value: Any) -> Any:
    return "classic" if value in ("undefined", None) else value


_REPAIRS: dict[str, Callable[[Any], Any]] = {
    "tags": _tags,
    "arguments": _object,
    "limits": _object,
    "definition": _object,
    "default_queue_type": _queue_type,
}


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _some(item: Arguments, keys: list[str]) -> Arguments:
    return _shown({key: item[key] for key in sorted(keys) if key in item})


def _shown(item: Arguments) -> Arguments:
    return {key: HIDDEN if key == SECRET else _told(value) for key, value in item.items()}


def _told(value: Any, levels: int = 3) -> Any:
    """The same without the passwords of URIs, which shovels and upstreams have as texts or in lists."""
    match value:
        case str():
            return without_passwords(value)
        case list() if levels:
            return [_told(each, levels - 1) for each in value]
        case dict() if levels:
            return {key: _told(each, levels - 1) for key, each in value.items()}
    return value
