"""Regular expressions that people wrote, searched in many names, within a bound of time: one page must never hang.

RabbitMQ's own are Perl's; this package is as near to them as Python has, and unlike `re` it can be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import regex

MAX_PATTERN = 1024
"""Characters; a broker of ours takes no more."""

NAME_SECONDS = 0.02
"""On one name: a sane pattern takes microseconds."""

ALL_SECONDS = 1.5
"""On all names together."""

HUGE_REPEAT = regex.compile(r"\{\s*\d{4,}|\}\s*\)*\s*\{|[+*}]\)\{")
"""Repeats that are written out when they are compiled, some of them within others: gigabytes."""


class BadPattern(ValueError):
    """The text says what is wrong with the pattern, as a whole sentence."""


def compiled(pattern: str) -> regex.Pattern[str]:
    """Raises BadPattern."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"The pattern has {len(pattern):,} characters; {MAX_PATTERN:,} are the most.")
    if HUGE_REPEAT.search(pattern):
        raise BadPattern("The pattern repeats something thousands of times. Write it simpler.")
    try:
        return regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadPattern(f"This is not a regular expression: {error or 'it is nested too deeply'}.") from error


class Searcher:
    """Searches with one budget of time for all its patterns. What does not finish raises BadPattern with the name."""

    def __init__(self, seconds: float = ALL_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def finds(self, pattern: regex.Pattern[str], name: str) -> bool:
        left = self._end - self._clock()
        if left <= 0:
            raise BadPattern("The pattern takes too long on the names there are. Write it simpler.")
        try:
            return pattern.search(name, timeout=min(left, NAME_SECONDS)) is not None
        except TimeoutError:
            raise BadPattern(
                f"The pattern does not end on the name {name[:60]}: it tries too many ways. Write it simpler."
            ) from None
