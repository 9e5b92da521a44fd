"""Rules of the style sheets that the judging of pages builds on (tests/browser/judging.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.tree import files, text

OF_WIDTH = re.compile(r"@media \((?:min|max)-width: [^{]*\{((?:[^{}]*\{[^{}]*\})*)")
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
COLOURS = {"background", "background-color", "color", "fill", "stroke", "opacity"}
ALLOWED = [(".side", "background", "var(--bg)"), (".find", "background", "none")]
"""The drawer lies over the page in the page's own colour; the field shrinks to its icon."""


def test_a_width_changes_no_colour() -> None:
    blocks = [block[1] for path in files(".css") for block in OF_WIDTH.finditer(text(path))]

    assert len(blocks) > 10
    assert [colour for block in blocks for colour in _colours(block)] == ALLOWED


def _colours(block: str) -> Iterator[tuple[str, str, str]]:
    """Selector, property and value of what is coloured in these rules."""
    for rule in RULE.finditer(block):
        for declaration in rule[2].split(";"):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            if name in COLOURS:
                yield rule[1].strip(), name, value
