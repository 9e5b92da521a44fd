"""Rates that look alive: a slow wave and a faster, smaller one, which never meet in the same way twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

WAVE_SECONDS, RIPPLE_SECONDS = 180.0, 23.0
WAVE, RIPPLE, JITTER = 0.25, 0.08, 0.1


@dataclass(slots=True, frozen=True)
class Pace:
    """`base` messages a second; `phase` in radians keeps several of them from rising together."""

    base: float
    phase: float = 0.0

    def at(self, seconds: float, chance: float) -> float:
        """Messages a second after so many seconds. `chance` in [-1, 1] is the jitter of this moment."""
        wave = WAVE * math.sin(2 * math.pi * seconds / WAVE_SECONDS + self.phase)
        ripple = RIPPLE * math.sin(2 * math.pi * seconds / RIPPLE_SECONDS + 3 * self.phase)
        return self.base * (1 + wave + ripple + JITTER * chance)


@dataclass(slots=True, frozen=True)
class Capacity:
    """How many messages a second a consumer can do: `base`, and `tired` for a while in every `every_seconds`."""

    base: float
    tired: float
    every_seconds: float = 90.0
    for_seconds: float = 15.0

    def at(self, seconds: float) -> float:
        is_tired = seconds % self.every_seconds > self.every_seconds - self.for_seconds
        return self.tired if is_tired else self.base
