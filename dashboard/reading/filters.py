"""The filter over messages that were read: terms and-ed, a leading `-` negates.

`order failed` looks in keys, headers and bodies; `routing_key:order.*`, `exchange:orders`, `content_type:*json`,
`reason:rejected`, `header.x-tenant=acme` and `body.payment.status=timeout` (of a JSON body) compare whole values with *
and ?; `body~"time out"` looks in the body; `size>1MB`, `age>10m`, `redelivered:yes`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from dashboard.reading.entries import Entry
from dashboard.reading.values import plain

TERM = re.compile(
    r"""(?P<not>-?)(?:(?P<name>[a-z_]+(?:\.[^\s:=~<>"]+)?)(?P<operator>[:=~<>]))?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))"""
)
SIZES = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}

Test = Callable[[Entry, datetime], bool]


class FilterProblem(ValueError):
    """A term that cannot be understood. The text is a sentence for the person who typed it."""


@dataclass(slots=True, frozen=True)
class Filter:
    text: str
    tests: tuple[Test, ...]
    needles: tuple[str, ...]
    """What to mark in a body, lower case."""

    def matches(self, entry: Entry, now: datetime) -> bool:
        return all(test(entry, now) for test in self.tests)


def parse(text: str) -> Filter:
    """The filter that a person typed. Raises FilterProblem with a sentence."""
    tests: list[Test] = []
    needles: list[str] = []
    for match in TERM.finditer(text):
        value = match["quoted"] if match["quoted"] is not None else match["bare"]
        name, operator = match["name"] or "", match["operator"] or ""
        test = _test(name, operator, value)
        tests.append(_negated(test) if match["not"] else test)
        if not match["not"] and (not name or name == "body"):
            needles.append(value.lower())
    return Filter(text, tuple(tests), tuple(needles))


def _negated(test: Test) -> Test:
    return lambda entry, now: not test(entry, now)


def _test(name: str, operator: str, value: str) -> Test:
    if not name:
        needle = value.lower()
        return lambda entry, now: _anywhere(entry, needle)
    prefix, _, rest = name.partition(".")
    if rest and prefix in PARTS and operator in ":=":
        return PARTS[prefix](rest, value)
    if name == "body" and operator in ":~":
        needle = value.lower()
        return lambda entry, now: needle in _body(entry)
    if name in WHOLE and operator in ":=":
        read = WHOLE[name]
        return lambda entry, now: fnmatchcase(read(entry), value)
    if name in ("size", "age") and operator in "<>":
        return _measured(name, operator, value)
    raise FilterProblem(
        f"There is no filter {name}{operator}. Use routing_key: exchange: header.NAME= body~ body.FIELD= reason: "
        "content_type: redelivered: size> or age>, or put the words in quotes."
    )


def _of_header(header: str, value: str) -> Test:
    return lambda entry, now: (
        header in entry.message.headers and fnmatchcase(plain(entry.message.headers[header]), value)
    )


def _of_body(field: str, value: str) -> Test:
    path = field.split(".")
    return lambda entry, now: any(fnmatchcase(plain(found), value) for found in _inside(_json(entry), path))


PARTS: dict[str, Callable[[str, str], Test]] = {"header": _of_header, "body": _of_body}

WHOLE: dict[str, Callable[[Entry], str]] = {
    "routing_key": lambda entry: entry.message.routing_key,
    "exchange": lambda entry: entry.message.exchange,
    "content_type": lambda entry: entry.content_type,
    "reason": lambda entry: entry.death_reason,
    "redelivered": lambda entry: "yes" if entry.message.redelivered else "no",
}


def _measured(name: str, operator: str, value: str) -> Test:
    units = SIZES if name == "size" else SECONDS
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*)", value.lower())
    if not match or match[2] not in units:
        example = "size>10kB" if name == "size" else "age>10m"
        raise FilterProblem(f"{value} is not a measure for {name}. Write a number with a unit, as in {example}.")
    limit = float(match[1]) * units[match[2]]
    sign = 1 if operator == ">" else -1

    def test(entry: Entry, now: datetime) -> bool:
        measure = entry.size_bytes if name == "size" else _age_seconds(entry, now)
        return measure is not None and (measure - limit) * sign > 0

    return test


def _age_seconds(entry: Entry, now: datetime) -> float | None:
    return (now - entry.timestamp).total_seconds() if entry.timestamp else None


def _anywhere(entry: Entry, needle: str) -> bool:
    message = entry.message
    if needle in message.routing_key.lower() or needle in message.exchange.lower():
        return True
    if any(needle in name.lower() or needle in plain(value).lower() for name, value in message.headers.items()):
        return True
    return needle in _body(entry)


def _json(entry: Entry) -> object:
    """What a JSON body says; None for another body."""
    try:
        return json.loads(entry.message.body)
    except (ValueError, RecursionError):
        return None


def _inside(value: object, path: Sequence[str]) -> Iterator[object]:
    """The values at a path of field names; a list on the way is searched through."""
    if isinstance(value, list):
        for item in value:
            yield from _inside(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _inside(value[path[0]], path[1:])


def _body(entry: Entry) -> str:
    return entry.message.body.decode(errors="replace").lower()
