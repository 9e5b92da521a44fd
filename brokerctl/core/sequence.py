"""One growing number for the whole broker: positions of entries, ids of stored queues."""

from __future__ import annotations


class Sequence:
    __slots__ = ("last",)

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        self.last += 1
        return self.last
