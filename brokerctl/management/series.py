"""The last readings of one object's numbers, and what the API tells from them: rates, samples, averages.

A point is kept only when a number changed, so ten thousand idle queues cost one point each.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple

from brokerctl.management.errors import Refusal

MAX_SAMPLES = 500
"""RabbitMQ's limit on one answer's samples."""


JITTER_SECONDS = 1.0
"""Readings come a little late, and a little later each time: a sample takes one that is this much younger."""


class Point(NamedTuple):
    at: float
    """Monotonic seconds."""
    elapsed: float
    """Seconds since the reading before it, which may have kept no point."""
    values: tuple[int, ...]


@dataclass(slots=True, frozen=True)
class Range:
    """What `…_age` and `…_incr` ask for, in seconds."""

    age: int
    step: int

    @classmethod
    def parse(cls, age: str | None, step: str | None) -> Range | None:
        """None when either is missing or no number. Raises Refusal when the pair asks for nothing or too much."""
        try:
            parsed = cls(int(age or ""), int(step or ""))
        except ValueError:
            return None
        if parsed.age <= 0 or parsed.step <= 0 or parsed.age // parsed.step > MAX_SAMPLES:
            reason = f"Invalid range parameters: age {parsed.age}, incr {parsed.step}"
            raise Refusal(400, "invalid_range_parameters", reason)
        return parsed


class Series:
    """Readings of one object, taken at intervals by the sampler."""

    __slots__ = ("_keep_seconds", "_points", "read_at", "reads", "shared_capacity", "source")

    def __init__(self, source: object, keep_seconds: float) -> None:
        self.source = source
        """What was read: another object under the same name starts another series."""
        self.read_at = 0.0
        self.reads = 0
        self.shared_capacity = 0.0
        """Share of readings, the newest weighing most, at which a queue had a consumer ready to take a message."""
        self._keep_seconds = keep_seconds
        self._points: deque[Point] = deque()

    def read(self, at: float, values: tuple[int, ...]) -> None:
        """Take note of the numbers, at a time later than all before."""
        points = self._points
        if not points:
            points.append(Point(at, 0.0, values))
        elif values != points[-1].values:
            points.append(Point(at, at - self.read_at, values))
            # The point before the window is kept: it says what held when the window began.
            while len(points) > 2 and points[1].at <= at - self._keep_seconds:
                points.popleft()
        self.read_at = at
        self.reads += 1

    def mix_capacity(self, could_deliver: bool) -> None:
        """Note whether a consumer was ready, once per reading."""
        newest = float(could_deliver)
        self.shared_capacity = newest if self.reads == 1 else 0.8 * self.shared_capacity + 0.2 * newest

    @property
    def latest(self) -> tuple[int, ...]:
        """The numbers of the last reading."""
        return self._points[-1].values

    @property
    def idle_since(self) -> float | None:
        """When a number last changed; None when it was at the last reading."""
        return self._points[-1].at if self._points and self._points[-1].at < self.read_at else None

    @property
    def is_moving(self) -> bool:
        """Whether any number changed between the last two readings."""
        return len(self._points) > 1 and self._points[-1].at == self.read_at

    def rate(self, index: int) -> float:
        """Change per second between the last two readings."""
        if not self.is_moving:
            return 0.0
        last, before = self._points[-1], self._points[-2]
        return (last.values[index] - before.values[index]) / last.elapsed

    def details(self, index: int, asked: Range | None, clock_offset: float) -> dict[str, Any]:
        """The `…_details` object. `clock_offset` turns the sampler's seconds into seconds since 1970."""
        found: dict[str, Any] = {"rate": self.rate(index)}
        if asked is None:
            return found
        samples = self._samples(index, asked)
        found["samples"] = [{"sample": value, "timestamp": round((at + clock_offset) * 1000)} for at, value in samples]
        if len(samples) > 1:
            (last_at, last), (first_at, first) = samples[0], samples[-1]
            found["avg_rate"] = (last - first) / (last_at - first_at)
            found["avg"] = sum(value for _, value in samples) / len(samples)
        return found

    def _samples(self, index: int, asked: Range) -> list[tuple[float, int]]:
        """(time, value), newest first, back to the first reading at most."""
        points = list(reversed(self._points))
        samples, position = [], 0
        for step in range(asked.age // asked.step + 1):
            at = self.read_at - step * asked.step
            while position < len(points) and points[position].at > at + JITTER_SECONDS:
                position += 1
            if position == len(points):
                break
            samples.append((at, points[position].values[index]))
        return samples
