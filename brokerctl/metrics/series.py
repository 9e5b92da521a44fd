"""The recent past of a few numbers, at three grains, in bounded memory. A gap stays a gap: nothing is interpolated."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

Values = tuple[float | None, ...]


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
        self._rings: dict[str, deque[tuple[float, Values]]] = {
            name: deque(maxlen=grain.count) for name, grain in GRAINS.items()
        }
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

    def points(self, name: str) -> list[tuple[float, Values]]:
        """(second, values) of one range, oldest first, the step in progress last; None: not measured."""
        grain = GRAINS[name]
        known = list(self._rings[name])
        if name in self._open:
            started, collected = self._open[name]
            known.append((started, _mean(collected, self.width)))
        filled: list[tuple[float, Values]] = []
        for at, values in known[-grain.count :]:
            if filled:
                missing = round((at - filled[-1][0]) / grain.step_seconds) - 1
                empty: Values = (None,) * self.width
                last = filled[-1][0]
                filled.extend((last + grain.step_seconds * (n + 1), empty) for n in range(min(missing, grain.count)))
            filled.append((at, values))
        return filled[-grain.count :]

    def column(self, name: str, index: int) -> Values:
        """One of the numbers of a range, oldest first."""
        return tuple(values[index] for _, values in self.points(name))

    def _close(self, name: str, started: float, collected: list[Values]) -> None:
        self._rings[name].append((started, _mean(collected, self.width)))


def _mean(collected: list[Values], width: int) -> Values:
    if len(collected) == 1:
        return collected[0]
    means: list[float | None] = []
    for index in range(width):
        numbers = [number for values in collected if (number := values[index]) is not None]
        means.append(sum(numbers) / len(numbers) if numbers else None)
    return tuple(means)
