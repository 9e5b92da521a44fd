"""So many messages per second, and no more."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.2
"""Of a second: as much may be done at once after a pause."""


class Pace:
    """`allowance()` messages may be taken now; it goes down by `spend`."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._most = max(per_second * SHARE, 1.0)
        self._clock = clock
        self._left = self._most
        self._at = clock()

    def allowance(self) -> int:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        return int(self._left)

    def spend(self, count: int = 1) -> None:
        self._left -= count
