"""Regular expressions that people wrote, searched in many names, within a bound of time: one page must never hang.

RabbitMQ's own are Perl's; this package is as near to them as Python has, and unlike `re` it can be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import regex

from brokerctl.patterns import is_small

MAX_PATTERN = 1024
"""Characters; a broker of ours takes no more."""

NAME_SECONDS = 0.02
"""On one name: a sane pattern takes microseconds."""

ALL_SECONDS = 1.5
"""Of one pattern on all names: what takes longer is looked at by nobody."""

LOOSE = regex.compile(r"(?<!\\)[*+?]|\{\d*,\d*\}")
"""What takes as much as it likes: a hundred `a?` in a row are as many choices as a hundred `a*`."""
NESTED = regex.compile(r"\)[*+?{]|\\\d|\(\?")
"""A group that is repeated, a reference back, or anything else that begins with (?."""


class BadPattern(ValueError):
    """The text says what is wrong with the pattern, as a whole sentence."""


def compiled(pattern: str) -> regex.Pattern[str]:
    """Raises BadPattern."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"The pattern has {len(pattern):,} characters; {MAX_PATTERN:,} are the most.")
    if not is_small(pattern):
        # Repeats are written out when they are compiled, each of them within the others: gigabytes.
        raise BadPattern("The pattern repeats something thousands of times, or is in verbose mode. Write it simpler.")
    try:
        return regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadPattern(f"This is not a regular expression: {error or 'it is nested too deeply'}.") from error


@lru_cache(256)
def is_tame(pattern: str) -> bool:
    """Whether it cannot take long on a name of 255 bytes: one repeat of no fixed length, and that of no group.

    Asking regex for a limit of time costs it fifteen times what such a search does, which ten thousand queues notice.
    """
    return not NESTED.search(pattern) and len(LOOSE.findall(pattern)) <= 1


class Searcher:
    """Searches many names, each pattern within its budget of time. What does not finish raises BadPattern."""

    def __init__(self, seconds: float = ALL_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._spent: dict[str, float] = {}

    def finds(self, pattern: regex.Pattern[str], name: str) -> bool:
        spent = self._spent.get(pattern.pattern, 0.0)
        if spent > self._seconds:
            raise BadPattern("The pattern takes too long on the names there are. Write it simpler.")
        if is_tame(pattern.pattern):
            return pattern.search(name) is not None
        began = self._clock()
        try:
            return pattern.search(name, timeout=NAME_SECONDS) is not None
        except TimeoutError:
            raise BadPattern(
                f"The pattern does not end on the name {name[:60]}: it tries too many ways. Write it simpler."
            ) from None
        finally:
            self._spent[pattern.pattern] = spent + self._clock() - began
