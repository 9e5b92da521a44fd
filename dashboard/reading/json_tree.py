"""JSON as numbered, foldable lines. Numbers and repeated keys stay as they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_LINES = 3000
"""Beyond this a page gets slow to lay out; the raw view shows the rest."""


class Kind(StrEnum):
    """What a value is, as the stylesheet names it."""

    STRING = "s"
    NUMBER = "n"
    LITERAL = "b"
    BRACKET = "p"


@dataclass(slots=True, frozen=True)
class Line:
    number: int
    key: str
    """Quoted and escaped as in JSON; empty in arrays and at the top."""
    value: str
    kind: Kind
    comma: bool = False
    opens: bool = False
    closes: bool = False


@dataclass(slots=True, frozen=True)
class Tree:
    lines: tuple[Line, ...]
    note: str


@dataclass(slots=True, frozen=True)
class _Number:
    """A number as it was written: 1.10 stays 1.10, and 2**70 stays exact."""

    text: str


@dataclass(slots=True, frozen=True)
class _Object:
    pairs: list[tuple[str, Any]]


def tree(text: str) -> Tree | None:
    """The lines of a JSON object or array; None when the text is not one."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        return None
    return _cut(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _cut(value: Any) -> Tree:
    """The first MAX_LINES lines, with every bracket that is open at the cut closed again."""
    lines: list[Line] = []
    open_brackets: list[str] = []
    for line in _lines(value):
        if len(lines) >= MAX_LINES:
            lines.extend(Line(0, "", bracket, Kind.BRACKET, closes=True) for bracket in reversed(open_brackets))
            return Tree(tuple(lines), f"Only the first {MAX_LINES:,} lines are shown. Raw shows the whole body.")
        lines.append(Line(len(lines) + 1, line.key, line.value, line.kind, line.comma, line.opens, line.closes))
        if line.opens:
            open_brackets.append("}" if line.value == "{" else "]")
        elif line.closes:
            open_brackets.pop()
    return Tree(tuple(lines), "")


def _lines(root: Any) -> Iterator[Line]:
    """Walk without recursion: a body may nest deeper than Python's stack."""
    stack: list[Iterator[tuple[str, Any, bool]] | Line] = [iter([("", root, False)])]
    while stack:
        top = stack[-1]
        if isinstance(top, Line):
            yield top
            stack.pop()
            continue
        step = next(top, None)
        if step is None:
            stack.pop()
            continue
        key, value, comma = step
        children = _children(value)
        if children is None:
            yield Line(0, key, *_scalar(value), comma=comma)
            continue
        opening, closing = ("{", "}") if isinstance(value, _Object) else ("[", "]")
        yield Line(0, key, opening, Kind.BRACKET, opens=True)
        stack.append(Line(0, "", closing, Kind.BRACKET, comma=comma, closes=True))
        stack.append(children)


def _children(value: Any) -> Iterator[tuple[str, Any, bool]] | None:
    if isinstance(value, _Object) and value.pairs:
        last = len(value.pairs) - 1
        return ((_quoted(key), child, index < last) for index, (key, child) in enumerate(value.pairs))
    if isinstance(value, list) and value:
        last = len(value) - 1
        return (("", child, index < last) for index, child in enumerate(value))
    return None


def _scalar(value: Any) -> tuple[str, Kind]:
    match value:
        case _Object():
            return "{}", Kind.BRACKET
        case list():
            return "[]", Kind.BRACKET
        case _Number():
            return value.text, Kind.NUMBER
        case str():
            return _quoted(value), Kind.STRING
        case _:
            return json.dumps(value), Kind.LITERAL


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
