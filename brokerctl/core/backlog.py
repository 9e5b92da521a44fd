"""The ready messages of one queue, in the order they will go out.

A plain backlog keeps entries in the order they came and loses them only at the head; what is given back waits in a
heap. Everything given back is older than everything that never left, so the next message is the smallest of the heap,
else the head: a requeued message has its place again without a search (reliability P4). With priorities there is one
plain backlog for each.

When there are too many for memory, the middle lies on disk: `_ready` (oldest) · `_paged` (positions only) · `_fresh`
(newest, on their way to disk). `_ready` is never empty while there is something in the other two, so the next message
is always at hand, and a length is always true.
"""

from __future__ import annotations

import heapq
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES
from brokerctl.core.memory import OVERHEAD_BYTES
from brokerctl.core.message import Entry
from brokerctl.core.paged import Paged

Load = Callable[[Sequence[int], Sequence[int]], list[Entry | None]]
"""Positions and sizes → their entries, as brokerctl.core.memory has it."""

LEAST_PAGE, MOST_PAGE = 16, 1024
"""Messages. Pages double while a queue is drained: ten thousand queues that somebody looks into cost little."""


class Backlog(Protocol):
    def append(self, entry: Entry) -> None: ...

    def give_back(self, entry: Entry) -> None:
        """Put an entry that was popped before back to its place."""
        ...

    def pop(self) -> Entry:
        """Take the next entry. The backlog must not be empty."""
        ...

    def take(self, most: int, room_bytes: int) -> list[Entry]:
        """Take the next entries: up to `most`, and until what they weigh has used up the room."""
        ...

    @property
    def head(self) -> Entry | None: ...

    @property
    def paged_count(self) -> int: ...

    @property
    def paged_bytes(self) -> int: ...

    @property
    def is_paging(self) -> bool:
        """Whether new entries go the way of the disk."""
        ...

    def restore(self, positions: array[int], sizes: array[int], priorities: bytearray) -> None:
        """Take over what is on disk after a start."""
        ...

    def page_out(self, keep_bytes: int, holds: Callable[[int], bool]) -> list[Entry]:
        """Drop from memory what the disk holds, but for the first `keep_bytes`.

        Returns entries that are on no disk yet: the caller has them stored, and comes again.
        """
        ...

    @property
    def is_settled(self) -> bool:
        """Whether another `page_out` would find nothing to do."""
        ...

    def clear(self) -> list[int]:
        """Empty it; return the positions of those that are stored."""
        ...

    def resident(self) -> Iterator[Entry]:
        """The entries in memory, in order."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Entry]: ...


class Plain:
    __slots__ = ("_fresh", "_load", "_page", "_paged", "_ready", "_returned", "_unsaved", "append", "is_paging")

    def __init__(self, load: Load) -> None:
        self._ready: deque[Entry] = deque()
        self._returned: list[Entry] = []
        self._paged = Paged()
        self._fresh: deque[Entry] = deque()
        self._unsaved: list[Entry] = []
        """Those of the fresh ones that nobody stored."""
        self._load = load
        self._page = LEAST_PAGE
        self.is_paging = False
        self.append: Callable[[Entry], None] = self._ready.append

    def give_back(self, entry: Entry) -> None:
        heapq.heappush(self._returned, entry)

    def pop(self) -> Entry:
        if self._returned:
            return heapq.heappop(self._returned)
        entry = self._ready.popleft()
        if self.is_paging and not self._ready:
            self._refill()
        return entry

    def take(self, most: int, room_bytes: int) -> list[Entry]:
        ready, returned, pop = self._ready, self._returned, self.pop
        taken: list[Entry] = []
        while (ready or returned) and len(taken) < most and room_bytes > 0:
            entry = pop()
            room_bytes -= len(entry.message.body) + MESSAGE_OVERHEAD_BYTES
            taken.append(entry)
        return taken

    @property
    def head(self) -> Entry | None:
        if self._returned:
            return self._returned[0]
        return self._ready[0] if self._ready else None

    @property
    def paged_count(self) -> int:
        return self._paged.count

    @property
    def paged_bytes(self) -> int:
        return self._paged.bytes

    def restore(self, positions: array[int], sizes: array[int], priorities: bytearray) -> None:
        self._paged.extend(positions, sizes)
        self._go_paging()
        self._refill()

    def page_out(self, keep_bytes: int, holds: Callable[[int], bool]) -> list[Entry]:
        if not self.is_paging:
            self._split(keep_bytes)
        fresh, paged = self._fresh, self._paged
        unsaved, self._unsaved = self._unsaved, []
        while fresh and fresh[0].is_stored and holds(fresh[0].position):
            entry = fresh.popleft()
            paged.append(entry.position, len(entry.message.body))
        if not self._ready or not (paged.count or fresh):
            self._refill()
        return unsaved

    @property
    def is_settled(self) -> bool:
        return not self._fresh

    def clear(self) -> list[int]:
        stored = [entry.position for entry in self.resident() if entry.is_stored]
        stored += self._paged
        self._returned.clear()
        self._ready.clear()
        self._paged.clear()
        self._go_plain()
        self._ready.clear()
        return stored

    def resident(self) -> Iterator[Entry]:
        yield from sorted(self._returned)
        yield from self._ready
        yield from self._fresh

    def __len__(self) -> int:
        return len(self._ready) + len(self._returned) + self._paged.count + len(self._fresh)

    def __iter__(self) -> Iterator[Entry]:
        yield from sorted(self._returned)
        yield from self._ready
        positions = array("Q", self._paged)
        at = 0
        while at < len(positions):
            found = self._load(positions[at : at + MOST_PAGE], ())
            yield from (entry for entry in found if entry is not None)
            at += len(found)
        yield from self._fresh

    def _append_fresh(self, entry: Entry) -> None:
        self._fresh.append(entry)
        if not entry.is_stored:
            self._unsaved.append(entry)

    def _split(self, keep_bytes: int) -> None:
        """Keep the oldest in memory; the others are fresh, as if they came now."""
        kept: deque[Entry] = deque()
        while self._ready and (keep_bytes > 0 or not kept):
            entry = self._ready.popleft()
            keep_bytes -= len(entry.message.body) + OVERHEAD_BYTES
            kept.append(entry)
        self._fresh, self._ready = self._ready, kept
        self._unsaved = [entry for entry in self._fresh if not entry.is_stored]
        self._go_paging()

    def _go_paging(self) -> None:
        self.is_paging = True
        self.append = self._append_fresh

    def _go_plain(self) -> None:
        """Nothing lies on disk only: what is fresh follows what is ready."""
        self._ready.extend(self._fresh)
        self._fresh.clear()
        self._unsaved.clear()
        self._page = LEAST_PAGE
        self.is_paging = False
        self.append = self._ready.append

    def _refill(self) -> None:
        paged = self._paged
        while paged.count and not self._ready:
            found = self._load(*paged.upcoming(self._page))
            paged.drop(len(found))
            self._ready.extend(entry for entry in found if entry is not None)
            self._page = min(self._page * 2, MOST_PAGE)
        if not paged.count:
            self._go_plain()


class Prioritised:
    """Highest priority first, and within one in order. A priority above the queue's counts as the highest it has."""

    __slots__ = ("_levels",)

    def __init__(self, max_priority: int, load: Load) -> None:
        self._levels = [Plain(load) for _ in range(max_priority + 1)]

    def append(self, entry: Entry) -> None:
        self._level(entry.message.priority).append(entry)

    def give_back(self, entry: Entry) -> None:
        self._level(entry.message.priority).give_back(entry)

    def pop(self) -> Entry:
        for level in reversed(self._levels):
            if len(level):
                return level.pop()
        raise IndexError("pop from an empty backlog")

    def take(self, most: int, room_bytes: int) -> list[Entry]:
        taken: list[Entry] = []
        for level in reversed(self._levels):
            found = level.take(most - len(taken), room_bytes)
            room_bytes -= sum([len(entry.message.body) + MESSAGE_OVERHEAD_BYTES for entry in found])
            taken += found
        return taken

    @property
    def head(self) -> Entry | None:
        return next((level.head for level in reversed(self._levels) if len(level)), None)

    @property
    def paged_count(self) -> int:
        return sum(level.paged_count for level in self._levels)

    @property
    def paged_bytes(self) -> int:
        return sum(level.paged_bytes for level in self._levels)

    @property
    def is_paging(self) -> bool:
        return any(level.is_paging for level in self._levels)

    def restore(self, positions: array[int], sizes: array[int], priorities: bytearray) -> None:
        of_level: dict[int, tuple[array[int], array[int]]] = {}
        for position, size, priority in zip(positions, sizes, priorities, strict=True):
            level = min(priority, len(self._levels) - 1)
            found = of_level.setdefault(level, (array("Q"), array("I")))
            found[0].append(position)
            found[1].append(size)
        for level, (its_positions, its_sizes) in of_level.items():
            self._levels[level].restore(its_positions, its_sizes, bytearray())

    def page_out(self, keep_bytes: int, holds: Callable[[int], bool]) -> list[Entry]:
        """What goes out last leaves memory first."""
        unsaved = []
        for level in reversed(self._levels):
            if not len(level):
                continue
            if level.is_paging:
                keep_bytes = 0
            unsaved += level.page_out(keep_bytes, holds)
            if keep_bytes:
                kept = sum(len(entry.message.body) + OVERHEAD_BYTES for entry in level.resident())
                keep_bytes = max(keep_bytes - kept, 0)
        return unsaved

    @property
    def is_settled(self) -> bool:
        return all(level.is_settled for level in self._levels)

    def clear(self) -> list[int]:
        return [position for level in reversed(self._levels) for position in level.clear()]

    def resident(self) -> Iterator[Entry]:
        for level in reversed(self._levels):
            yield from level.resident()

    def __len__(self) -> int:
        return sum(map(len, self._levels))

    def __iter__(self) -> Iterator[Entry]:
        for level in reversed(self._levels):
            yield from level

    def _level(self, priority: int) -> Plain:
        return self._levels[min(priority, len(self._levels) - 1)]
