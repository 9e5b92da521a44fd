"""Refusals in the log: the first of a kind at once, the rest of a minute as one line with their number.

Whoever floods us must not fill the disk with what we say about it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

INTERVAL_SECONDS = 60.0
KINDS = 256
"""Different refusals counted apart in one interval; what comes after those is counted by its reason alone."""

OTHERS = "others"


class Tally:
    def __init__(self, log: logging.Logger, clock: Callable[[], float]) -> None:
        self._log = log
        self._clock = clock
        self._counted: Counter[tuple[str, str]] = Counter()
        self._began_at = clock()

    def add(self, what: str, who: str, detail: str = "") -> None:
        """Something was refused to somebody. `what` is one of few texts, the rest may come from whoever is refused."""
        known = (f"{what} ({detail})" if detail else what, who)
        key = known if known in self._counted or len(self._counted) < KINDS else (what, OTHERS)
        self._counted[key] += 1
        if self._counted[key] == 1:
            self._log.warning("refused %s: %s", key[1], key[0])

    def pass_time(self) -> None:
        """Called often: at the end of an interval it is told."""
        now = self._clock()
        if now - self._began_at >= INTERVAL_SECONDS:
            self._began_at = now
            self.tell()

    def tell(self) -> None:
        """Log what was only counted so far."""
        for (what, who), count in self._counted.items():
            if count > 1:
                self._log.warning("refused %s another %d times: %s", who, count - 1, what)
        self._counted.clear()
