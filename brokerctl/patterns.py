"""Regular expressions that people wrote, searched in names that other people chose.

Three things are bounded. Matching, by time. Compiling, by the size of what is built: regex unrolls repeats, so
`a{99999999}` alone would take gigabytes. And the nesting, by Python's own recursion limit.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

MATCH_SECONDS = 0.005
"""A sane pattern on a 255-byte name takes microseconds; one that takes this long is a mistake or an attack."""

TRIES = 2
"""The limit is on the wall's clock: whoever lost the processor in the middle of a match gets another one."""

MAX_PATTERN = 1024
"""Characters."""

MAX_SIZE = 100_000
"""Nodes, estimated from above: compiling so many takes some 50 ms."""

_REPEATS = re.compile(r"(\))?(?:\{(\d+)(,)?|\+)", re.ASCII)
_VERBOSE = re.compile(r"\(\?[a-zA-Z0-9]*x")
"""In verbose mode white space and comments may stand within a number, and the estimate would be wrong."""


def finds(pattern: str, text: str, seconds: float = MATCH_SECONDS) -> bool | None:
    """Unanchored search. None when the pattern is broken or did not finish: the caller decides what that means."""
    if not is_valid(pattern):
        return None
    for _ in range(TRIES):
        try:
            return regex.search(pattern, text, timeout=seconds) is not None
        except TimeoutError:
            continue
    return None


@lru_cache(1024)
def is_valid(pattern: str) -> bool:
    """Whether this is a regular expression, and one that can be compiled without harm."""
    if not is_small(pattern):
        return False
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError):
        return False
    return True


def is_small(pattern: str) -> bool:
    """Whether compiling it takes neither long nor much memory, also when it is broken."""
    return len(pattern) <= MAX_PATTERN and _size(pattern) <= MAX_SIZE and not _VERBOSE.search(pattern)


def _size(pattern: str) -> int:
    """At most so many nodes: a repeat is written out as often as it must come, and a group within a group again.

    The structure is not looked at: every repeat of a group counts as if it held all the others.
    """
    nodes, factor = len(pattern), 1
    for group, least, is_range in _REPEATS.findall(pattern):
        # `x+` and `x{2,}` are what must come and one more node for the rest; that one holds the whole x again.
        times = int(least) + bool(is_range and int(least)) if least else 2
        if group:
            factor *= max(times, 1)
        else:
            nodes += times
    return nodes * factor
