"""The ready messages of one queue, in the order they will go out.

A plain backlog keeps entries in the order they came and loses them only at the head; what is given back waits in a
heap. Everything given back is older than everything that never left, so the next message is the smallest of the heap,
else the head: a requeued message has its place again without a search (reliability P4). With priorities there is one
plain backlog for each (prioritised.py).

When there are too many for memory, the middle lies on disk: `_ready` (oldest) · `_paged` (positions only) · `_fresh`
(newest, on their way to disk). `_ready` is never empty while there is something in the other two, so the next message
is always at hand, and a length is always true.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple, Protocol

from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES
from brokerctl.core.memory import OVERHEAD_BYTES
from brokerctl.core.message import Entry
from brokerctl.core.paged import Paged

Load = Callable[[Sequence[int], Sequence[int]], list[Entry | None]]
"""Positions and sizes → their entries, as brokerctl.core.memory has it."""

LEAST_PAGE, MOST_PAGE = 16, 1024
"""Messages. Pages double while a queue is drained: ten thousand queues that somebody looks into cost little."""

POSITION = attrgetter("position")


class Place(NamedTuple):
    """Behind which message: its position, and how many levels of priority lie above it."""

    level: int
    position: int


START = Place(0, 0)
"""Before all of them."""


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

    def peek(self, after: Place, most: int) -> tuple[list[Entry], Place]:
        """Some of the entries behind that place, left where they are, and the place to go on behind.

        At most one page is read from disk. At the end the place is the one that was asked for.
        """
        ...

    def skip(self, count: int) -> Place:
        """The place behind the first `count` entries; of fewer, behind the last. Nothing is read."""
        ...

    def find(self, position: int) -> Entry | None:
        """The entry with this position, left where it is; None when it does not wait here, or cannot be read."""
        ...

    def remove(self, entries: Sequence[Entry]) -> list[Entry]:
        """Take these out, wherever they stand. Returns those that still waited here."""
        ...

    @property
    def oldest(self) -> int | None:
        """The lowest position of those that wait."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Entry]: ...


class Plain:
    __slots__ = (
        "_fresh",
        "_is_sorted",
        "_load",
        "_page",
        "_paged",
        "_ready",
        "_returned",
        "_unsaved",
        "append",
        "is_paging",
    )

    def __init__(self, load: Load) -> None:
        self._ready: deque[Entry] = deque()
        self._returned: list[Entry] = []
        self._is_sorted = True
        """Whether `_returned` is in order, not just a heap. A consumer that went may have left a hundred thousand."""
        self._paged = Paged()
        self._fresh: deque[Entry] = deque()
        self._unsaved: list[Entry] = []
        """Those of the fresh ones that nobody stored."""
        self._load = load
        self._page = LEAST_PAGE
        self.is_paging = False
        self.append: Callable[[Entry], None] = self._ready.append

    def give_back(self, entry: Entry) -> None:
        returned = self._returned
        # What comes last and is the last stays last in the heap, too.
        self._is_sorted = not returned or (self._is_sorted and returned[-1].position < entry.position)
        heapq.heappush(returned, entry)

    def pop(self) -> Entry:
        if self._returned:
            self._is_sorted = False
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

    def peek(self, after: Place, most: int) -> tuple[list[Entry], Place]:
        found, behind = self._peek(after.position, most)
        return found, Place(after.level, behind)

    def skip(self, count: int) -> Place:
        return Place(0, self._skip(count))

    def find(self, position: int) -> Entry | None:
        for waiting in self._resident():
            at = bisect_left(waiting, position, key=POSITION)
            if at < len(waiting) and waiting[at].position == position:
                return waiting[at]
        return self._load([position], ())[0] if position in self._paged else None

    def remove(self, entries: Sequence[Entry]) -> list[Entry]:
        removed = [entry for entry in entries if self._remove(entry.position)]
        if removed and self._unsaved:
            gone = {entry.position for entry in removed}
            self._unsaved = [entry for entry in self._unsaved if entry.position not in gone]
        if self.is_paging and not self._ready:
            self._refill()
        return removed

    @property
    def oldest(self) -> int | None:
        # What was given back is older than all else, and what is ready than what lies behind it.
        head = self.head
        return None if head is None else head.position

    def _resident(self) -> tuple[list[Entry], deque[Entry], deque[Entry]]:
        """What is in memory, each in order."""
        if not self._is_sorted:
            # A sorted list is a heap, so for the others this changes nothing.
            self._returned.sort(key=POSITION)
            self._is_sorted = True
        return self._returned, self._ready, self._fresh

    def _peek(self, after: int, most: int) -> tuple[list[Entry], int]:
        returned, ready, fresh = self._resident()
        found: list[Entry] = []
        for waiting in (returned, ready):
            found += _behind(waiting, after, most - len(found))
        if len(found) >= most:
            return found, found[-1].position
        after = found[-1].position if found else after
        positions = self._paged.behind(after, most - len(found))
        if positions:
            loaded = self._load(positions, ())
            found += [entry for entry in loaded if entry is not None]
            return found, positions[len(loaded) - 1]
        found += _behind(fresh, after, most - len(found))
        return found, found[-1].position if found else after

    def _skip(self, count: int) -> int:
        returned, ready, fresh = self._resident()
        last = 0
        for waiting in (returned, ready, self._paged, fresh):
            size = len(waiting)
            if count <= 0 or not size:
                continue
            at = min(count, size) - 1
            last = waiting.position(at) if isinstance(waiting, Paged) else waiting[at].position
            count -= size
        return last

    def _remove(self, position: int) -> bool:
        for waiting in self._resident():
            # Mostly it is the first, and the way to the middle of a long deque is long.
            is_first = bool(waiting) and waiting[0].position == position
            at = 0 if is_first else bisect_left(waiting, position, key=POSITION)
            if at < len(waiting) and waiting[at].position == position:
                del waiting[at]
                return True
        return self._paged.remove(position)

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


def _behind(waiting: Sequence[Entry], position: int, most: int) -> list[Entry]:
    """Up to `most` of them behind the position."""
    begin = bisect_right(waiting, position, key=POSITION) if most > 0 else 0
    return [waiting[at] for at in range(begin, min(begin + most, len(waiting)))]
