"""The ready messages of one queue, in the order they will go out.

A plain backlog keeps entries in the order they came and loses them only at the head; what is given back waits in a
heap. Everything given back is older than everything that never left, so the next message is the smallest of the heap,
else the head: a requeued message has its place again without a search (reliability P4). With priorities there is one
plain backlog for each.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from brokerctl.core.message import Entry


class Backlog(Protocol):
    def append(self, entry: Entry) -> None: ...

    def give_back(self, entry: Entry) -> None:
        """Put an entry that was popped before back to its place."""
        ...

    def pop(self) -> Entry:
        """Take the next entry. The backlog must not be empty."""
        ...

    @property
    def head(self) -> Entry | None: ...

    def clear(self) -> list[Entry]:
        """Empty it; return what was in it, next one first."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Entry]: ...


class Plain:
    __slots__ = ("_ready", "_returned", "append")

    def __init__(self) -> None:
        self._ready: deque[Entry] = deque()
        self._returned: list[Entry] = []
        self.append = self._ready.append

    def give_back(self, entry: Entry) -> None:
        heapq.heappush(self._returned, entry)

    def pop(self) -> Entry:
        return heapq.heappop(self._returned) if self._returned else self._ready.popleft()

    @property
    def head(self) -> Entry | None:
        if self._returned:
            return self._returned[0]
        return self._ready[0] if self._ready else None

    def clear(self) -> list[Entry]:
        entries = list(self)
        self._returned.clear()
        self._ready.clear()
        return entries

    def __len__(self) -> int:
        return len(self._ready) + len(self._returned)

    def __iter__(self) -> Iterator[Entry]:
        yield from sorted(self._returned)
        yield from self._ready


class Prioritised:
    """Highest priority first, and within one in order. A priority above the queue's counts as the highest it has."""

    __slots__ = ("_levels",)

    def __init__(self, max_priority: int) -> None:
        self._levels = [Plain() for _ in range(max_priority + 1)]

    def append(self, entry: Entry) -> None:
        self._level(entry).append(entry)

    def give_back(self, entry: Entry) -> None:
        self._level(entry).give_back(entry)

    def pop(self) -> Entry:
        for level in reversed(self._levels):
            if len(level):
                return level.pop()
        raise IndexError("pop from an empty backlog")

    @property
    def head(self) -> Entry | None:
        return next((level.head for level in reversed(self._levels) if len(level)), None)

    def clear(self) -> list[Entry]:
        return [entry for level in reversed(self._levels) for entry in level.clear()]

    def __len__(self) -> int:
        return sum(map(len, self._levels))

    def __iter__(self) -> Iterator[Entry]:
        for level in reversed(self._levels):
            yield from level

    def _level(self, entry: Entry) -> Plain:
        return self._levels[min(entry.message.priority, len(self._levels) - 1)]
