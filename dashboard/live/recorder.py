"""Samples of one broker on their way to the database: means over three steps, of those queues that change.

Pure and bounded. A mean that is the same as the one before is not handed out again: while the broker's own samples go
on, the last one of a queue holds (dashboard/past.py), for HELD steps at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from brokerctl.metrics.series import Values
from dashboard.past import HELD, Key

STEPS = (10, 60, 600)
"""Seconds. Those of HISTORY_SECONDS in the settings."""

STILL_SECONDS = 600.0
"""A queue that has not changed for so long gives its place to one that does."""

MAX_WAITING = 20_000
"""Means that wait for a database that does not take them."""


@dataclass(slots=True, frozen=True)
class Closed:
    """The mean of one step that is over. `key` None: of the whole broker."""

    key: Key | None
    step: int
    at: int
    values: Values


@dataclass(slots=True)
class _Open:
    """One step in progress."""

    at: int
    sums: list[float]
    counts: list[int]
    handed: Closed | None = None

    def add(self, values: Sequence[float | None]) -> None:
        for index, value in enumerate(values):
            if value is not None:
                self.sums[index] += value
                self.counts[index] += 1

    def mean(self) -> Values:
        pairs = zip(self.sums, self.counts, strict=True)
        return tuple(round(total / count, 2) if count else None for total, count in pairs)

    def begin(self, at: int) -> None:
        self.at = at
        self.sums, self.counts = [0.0] * len(self.sums), [0] * len(self.counts)


@dataclass(slots=True)
class _Tracked:
    open: dict[int, _Open] = field(default_factory=dict)
    last: Values = ()
    changed_at: float = 0.0
    seen_at: float = 0.0


class Recorder:
    def __init__(self, max_queues: int, known: Iterable[Key] = ()) -> None:
        """`known` are queues that have samples from before: they go on, also when they are still."""
        self._max_queues = max_queues
        self._tracked: dict[Key | None, _Tracked] = {None: _Tracked()}
        self._tracked |= {key: _Tracked() for key in list(known)[:max_queues]}
        self._closed: list[Closed] = []
        self._full_until = 0.0
        """Before that no queue gives its place away: thousands may ask for one at every look."""

    def add(self, key: Key | None, at: float, values: Values, *, is_watched: bool = False) -> None:
        """Take (ready, unacked, publish, deliver, ack) as they were at second `at`."""
        tracked = self._tracked.get(key)
        if tracked is None:
            # Without traffic there is nothing to draw; what somebody looks at is drawn all the same.
            if not (is_watched or any(values[2:])) or not self._has_room(at):
                return
            tracked = self._tracked[key] = _Tracked()
        if values != tracked.last:
            tracked.last, tracked.changed_at = values, at
        tracked.seen_at = at
        for step in STEPS:
            slot = int(at // step) * step
            known = tracked.open.get(step)
            if known is None:
                known = tracked.open[step] = _Open(slot, [0.0] * len(values), [0] * len(values))
            elif known.at != slot:
                self._close(key, step, known)
                known.begin(slot)
            known.add(values)

    def take(self) -> list[Closed]:
        """What is over since the last time."""
        closed, self._closed = self._closed, []
        return closed

    def take_all(self) -> list[Closed]:
        """Also what is in progress: nothing more will come."""
        for key, tracked in self._tracked.items():
            for step, known in tracked.open.items():
                if any(known.counts):
                    self._close(key, step, known)
        return self.take()

    def give_back(self, closed: list[Closed]) -> None:
        """They could not be written; the oldest are given up when that lasts."""
        self._closed = (closed + self._closed)[-MAX_WAITING:]

    def _close(self, key: Key | None, step: int, known: _Open) -> None:
        values, handed = known.mean(), known.handed
        is_held = handed is not None and handed.values == values and known.at - handed.at < HELD // 2 * step
        if key is not None and is_held:
            return
        known.handed = Closed(key, step, known.at, values)
        self._closed.append(known.handed)

    def _has_room(self, at: float) -> bool:
        if len(self._tracked) <= self._max_queues:
            return True
        if at < self._full_until:
            return False
        others = [key for key in self._tracked if key is not None]
        if not others:
            return False
        stillest = min(others, key=lambda key: self._tracked[key].changed_at)
        self._full_until = self._tracked[stillest].changed_at + STILL_SECONDS
        if at < self._full_until:
            return False
        del self._tracked[stillest]
        return True
