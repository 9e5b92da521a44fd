"""The ready messages of a queue with priorities: a plain backlog for each of them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence

from brokerctl.core.backlog import Load, Place, Plain
from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES
from brokerctl.core.memory import OVERHEAD_BYTES
from brokerctl.core.message import Entry


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

    def peek(self, after: Place, most: int) -> tuple[list[Entry], Place]:
        level, position = after
        while level < len(self._levels):
            found, behind = self._levels[-1 - level].peek(Place(level, position), most)
            if behind.position != position:
                return found, behind
            level, position = level + 1, 0
        return [], after

    def skip(self, count: int) -> Place:
        place = Place(0, 0)
        for number, level in enumerate(reversed(self._levels)):
            if count <= 0:
                break
            place = Place(number, level.skip(count).position)
            count -= len(level)
        return place

    def find(self, position: int) -> Entry | None:
        return next((found for level in self._levels if (found := level.find(position)) is not None), None)

    def remove(self, entries: Sequence[Entry]) -> list[Entry]:
        return [gone for entry in entries for gone in self._level(entry.message.priority).remove([entry])]

    @property
    def oldest(self) -> int | None:
        return min((oldest for level in self._levels if (oldest := level.oldest) is not None), default=None)

    def __len__(self) -> int:
        return sum(map(len, self._levels))

    def __iter__(self) -> Iterator[Entry]:
        for level in reversed(self._levels):
            yield from level

    def _level(self, priority: int) -> Plain:
        return self._levels[min(priority, len(self._levels) - 1)]
