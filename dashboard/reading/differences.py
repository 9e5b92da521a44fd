"""What changed between two bodies, line by line: JSON by its tree, text by its lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.reading.bodies import decode
from dashboard.reading.json_tree import tree

MAX_LINES = 200
MAX_COMPARED = 3000
"""Lines on either side; comparing grows with their product."""
CONTEXT_LINES = 2


@dataclass(slots=True, frozen=True)
class Line:
    sign: str
    """'-', '+', or a space."""
    text: str


def differences(before: bytes, after: bytes) -> tuple[Line, ...]:
    """The changed lines with a little around them; empty when nothing changed, or when they cannot be compared."""
    old, new = decode(before), decode(after)
    if before == after or old is None or new is None:
        return ()
    old_lines, new_lines = _lines(old), _lines(new)
    if max(len(old_lines), len(new_lines)) > MAX_COMPARED:
        return ()
    return tuple(_changes(old_lines, new_lines))[:MAX_LINES]


def _changes(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for index, group in enumerate(matcher.get_grouped_opcodes(CONTEXT_LINES)):
        if index:
            yield Line(" ", "⋯")
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (Line(" ", text) for text in old[old_from:old_to])
            else:
                yield from (Line("-", text) for text in old[old_from:old_to])
                yield from (Line("+", text) for text in new[new_from:new_to])


def _lines(text: str) -> list[str]:
    """JSON is compared by what it says, so that another layout is no change."""
    found = tree(text)
    if found is None or found.note:
        return text.split("\n")
    lines, depth = [], 0
    for line in found.lines:
        depth -= line.closes
        lines.append("  " * depth + (f"{line.key}: " if line.key else "") + line.value + "," * line.comma)
        depth += line.opens
    return lines
