"""Publisher confirms of one channel: which publishes are safe, and how few frames say so (RabbitMQ, docs/confirms)."""

from __future__ import annotations

from typing import NamedTuple


class Confirmation(NamedTuple):
    sequence: int
    is_multiple: bool
    is_positive: bool


class Confirms:
    """Numbers publishes from 1 and collects answers; `take` joins neighbours into one `multiple` answer."""

    __slots__ = ("_refused", "_safe", "_waiting", "last")

    def __init__(self) -> None:
        self.last = 0
        self._waiting: dict[int, int] = {}
        self._safe: list[int] = []
        self._refused: list[int] = []

    def next(self, copies_to_store: int) -> int:
        """The number of this publish. With copies to store it waits for as many `stored` calls."""
        self.last += 1
        if copies_to_store:
            self._waiting[self.last] = copies_to_store
        else:
            self._safe.append(self.last)
        return self.last

    def next_all(self, count: int, copies_to_store: int) -> int:
        """Number as many publishes at once; returns the first of the numbers."""
        first = self.last + 1
        self.last += count
        if copies_to_store:
            self._waiting.update(dict.fromkeys(range(first, self.last + 1), copies_to_store))
        else:
            self._safe.extend(range(first, self.last + 1))
        return first

    def stored(self, sequence: int) -> None:
        left = self._waiting[sequence] - 1
        if left:
            self._waiting[sequence] = left
        else:
            del self._waiting[sequence]
            self._safe.append(sequence)

    def refuse(self) -> int:
        """Number a publish that no queue may keep: it is answered with nack."""
        self.last += 1
        self._refused.append(self.last)
        return self.last

    @property
    def unconfirmed(self) -> int:
        return len(self._waiting)

    @property
    def has_news(self) -> bool:
        return bool(self._safe or self._refused)

    def take(self) -> list[Confirmation]:
        """What to tell the publisher now, in as few answers as possible. Refusals first: `multiple` skips them."""
        safe, self._safe = sorted(self._safe), []
        refused, self._refused = self._refused, []
        told = [Confirmation(sequence, False, False) for sequence in refused]
        horizon = next(iter(self._waiting), self.last + 1)
        below = [sequence for sequence in safe if sequence < horizon]
        if below:
            told.append(Confirmation(below[-1], len(below) > 1, True))
        told.extend(Confirmation(sequence, False, True) for sequence in safe if sequence >= horizon)
        return told

    def __repr__(self) -> str:
        return f"Confirms(last={self.last}, waiting={len(self._waiting)})"
