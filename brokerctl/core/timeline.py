"""How old a message is, at no cost per message: positions grow over the whole broker, so it is enough to note now and
then how far they had come.

What is told is never more than the truth: a message is at least so old, and older by no more than the pause between
two notes. Of times long ago fewer notes are kept.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

MOST = 1024
"""Notes. When there are more, those stay that are needed to know each age to a 32nd of it: some 800 for a month."""

PRECISION = 32

KIND = "timeline"
"""The kind under which it is saved, so that a restart makes nothing younger."""


class Timeline:
    __slots__ = ("_positions", "_times")

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._times: list[float] = []

    def note(self, last: int, now: float) -> bool:
        """All positions up to `last` are handed out by now. False when it knew that already."""
        if self._positions and last <= self._positions[-1]:
            return False
        self._positions.append(last)
        self._times.append(now)
        if len(self._positions) > MOST:
            self._thin_out(now)
        return True

    @property
    def last(self) -> int:
        """The highest position that it knows of; 0 when none."""
        return self._positions[-1] if self._positions else 0

    def age(self, position: int, now: float) -> float:
        """Seconds since this position was handed out, at least."""
        at = bisect_left(self._positions, position)
        return max(now - self._times[at], 0.0) if at < len(self._times) else 0.0

    def record(self, offset: float) -> dict[str, Any]:
        """What to save. `offset` makes seconds since 1970 of its clock, which starts again with the machine."""
        return {"notes": [[last, at + offset] for last, at in zip(self._positions, self._times, strict=True)]}

    def restore(self, record: dict[str, Any], offset: float) -> None:
        """Take over what was saved; `offset` as for `record`, of the clock as it runs now."""
        self._positions = [int(last) for last, _ in record["notes"]]
        self._times = [float(at) - offset for _, at in record["notes"]]

    def _thin_out(self, now: float) -> None:
        """Newest first: one goes when those on both sides of it are near enough to each other for their age."""
        positions, times = self._positions, self._times
        kept = [(positions[-1], times[-1])]
        for at in range(len(times) - 2, 0, -1):
            if kept[-1][1] - times[at - 1] > (now - times[at]) / PRECISION:
                kept.append((positions[at], times[at]))
        kept.append((positions[0], times[0]))
        kept.reverse()
        self._positions, self._times = [last for last, _ in kept], [at for _, at in kept]
