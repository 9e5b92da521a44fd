"""Regular expressions that people wrote, searched in names that other people chose: each search has a time limit."""

from __future__ import annotations

import regex

MATCH_SECONDS = 0.05
"""A sane pattern on a 255-byte name takes microseconds; one that takes this long is a mistake or an attack."""


def finds(pattern: str, name: str) -> bool | None:
    """Unanchored search. None when the pattern is broken or did not finish: the caller decides what that means."""
    try:
        return regex.search(pattern, name, timeout=MATCH_SECONDS) is not None
    except (regex.error, TimeoutError):
        return None


def is_valid(pattern: str) -> bool:
    try:
        regex.compile(pattern)
    except regex.error:
        return False
    return True
