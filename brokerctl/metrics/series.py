"""The recent past of a few numbers, at three grains, in bounded memory. A gap stays a gap: nothing is interpolated."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

Values = tuple[float | None, ...]
Point = tuple[float, Values]
"""(second, values)."""


@dataclass(slots=True, frozen=True)
class Grain:
    """`count` points of `step_seconds` each."""

    step_seconds: float
    count: int


GRAINS = {"1m": Grain(1, 60), "10m": Grain(5, 120), "1h": Grain(30, 120)}
"""By the range a person chooses."""


class Series:
    """Several numbers measured together. `width` is how many."""

    __slots__ = ("_open", "_rings", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        # Point after point as plain doubles, NaN for None: as tuples of floats they take six times the memory, and a
        # dashboard keeps five hundred of these for each broker.
        self._rings = {name: array("d") for name in GRAINS}
        self._open: dict[str, tuple[float, list[Values]]] = {}

    def add(self, at: float, values: Sequence[float | None]) -> None:
        """Take one measurement at second `at`; a grain gets the mean of what fell into its step."""
        measured = tuple(values)
        for name, grain in GRAINS.items():
            slot = at - at % grain.step_seconds
            started, collected = self._open.get(name, (slot, []))
            if slot != started:
                self._close(name, started, collected)
                collected = []
            collected.append(measured)
            self._open[name] = (slot, collected)

    def points(self, name: str) -> list[Point]:
        """Of one range, oldest first, the step in progress last; None: not measured."""
        grain = GRAINS[name]
        known = self._closed(name)
        if name in self._open:
            started, collected = self._open[name]
            known.append((started, _mean(collected, self.width)))
        filled: list[Point] = []
        for at, values in known[-grain.count :]:
            if filled:
                missing = round((at - filled[-1][0]) / grain.step_seconds) - 1
                empty: Values = (None,) * self.width
                last = filled[-1][0]
                filled.extend((last + grain.step_seconds * (n + 1), empty) for n in range(min(missing, grain.count)))
            filled.append((at, values))
        return filled[-grain.count :]

    def last(self, name: str) -> Point | None:
        """The last of `points`, without the others; None before the first measurement."""
        if name not in self._open:
            return None
        started, collected = self._open[name]
        return started, _mean(collected, self.width)

    def column(self, name: str, index: int) -> Values:
        """One of the numbers of a range, oldest first."""
        return tuple(values[index] for _, values in self.points(name))

    def _close(self, name: str, started: float, collected: list[Values]) -> None:
        ring, size = self._rings[name], GRAINS[name].count * (1 + self.width)
        means = _mean(collected, self.width)
        # One step each: a reader in another thread never sees a part of a point.
        ring.extend(array("d", (started, *(nan if mean is None else mean for mean in means))))
        if len(ring) > size:
            del ring[: len(ring) - size]

    def _closed(self, name: str) -> list[Point]:
        ring, width = self._rings[name][:], 1 + self.width
        rows = (ring[start : start + width] for start in range(0, len(ring), width))
        return [(row[0], tuple(None if isnan(value) else value for value in row[1:])) for row in rows]


def _mean(collected: list[Values], width: int) -> Values:
    if len(collected) == 1:
        return collected[0]
    means: list[float | None] = []
    for index in range(width):
        numbers = [number for values in collected if (number := values[index]) is not None]
        means.append(sum(numbers) / len(numbers) if numbers else None)
    return tuple(means)
