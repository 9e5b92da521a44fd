"""Messages that lie on disk only: 12 bytes each, in order."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator

CHUNK = 4096
"""Messages whose memory is given back at once."""


class Paged:
    __slots__ = ("_at", "_chunks", "bytes", "count")

    def __init__(self) -> None:
        self._chunks: deque[tuple[array[int], array[int]]] = deque()
        self._at = 0
        """How many of the first chunk are gone."""
        self.count = 0
        self.bytes = 0
        """Of their bodies."""

    def append(self, position: int, size: int) -> None:
        if not self._chunks or len(self._chunks[-1][0]) >= CHUNK:
            self._chunks.append((array("Q"), array("I")))
        positions, sizes = self._chunks[-1]
        positions.append(position)
        sizes.append(size)
        self.count += 1
        self.bytes += size

    def extend(self, positions: array[int], sizes: array[int]) -> None:
        for begin in range(0, len(positions), CHUNK):
            self._chunks.append((positions[begin : begin + CHUNK], sizes[begin : begin + CHUNK]))
        self.count += len(positions)
        self.bytes += sum(sizes)

    def upcoming(self, most: int) -> tuple[array[int], array[int]]:
        """The next positions and sizes, some at least when there are any."""
        if not self._chunks:
            return array("Q"), array("I")
        positions, sizes = self._chunks[0]
        return positions[self._at : self._at + most], sizes[self._at : self._at + most]

    def drop(self, count: int) -> None:
        """The first `count` of the upcoming ones are here no more."""
        positions, sizes = self._chunks[0]
        self.bytes -= sum(sizes[self._at : self._at + count])
        self.count -= count
        self._at += count
        if self._at >= len(positions):
            self._chunks.popleft()
            self._at = 0

    def behind(self, position: int, most: int) -> array[int]:
        """Up to `most` positions behind this one, some at least when there are any."""
        begin = self._at
        for positions, _ in self._chunks:
            if positions[-1] > position:
                at = bisect_right(positions, position, begin)
                return positions[at : at + most]
            begin = 0
        return array("Q")

    def position(self, index: int) -> int:
        """The position at this index, of which there must be more."""
        index += self._at
        for positions, _ in self._chunks:
            if index < len(positions):
                return positions[index]
            index -= len(positions)
        raise IndexError(index)

    def remove(self, position: int) -> bool:
        """Take it out; False when it is not here."""
        chunk = self._chunk_of(position)
        if chunk is None:
            return False
        positions, sizes, at = chunk
        self.count -= 1
        self.bytes -= sizes.pop(at)
        positions.pop(at)
        if len(positions) <= (self._at if positions is self._chunks[0][0] else 0):
            self._drop_chunk(positions)
        return True

    def _chunk_of(self, position: int) -> tuple[array[int], array[int], int] | None:
        begin = self._at
        for positions, sizes in self._chunks:
            if positions[-1] >= position:
                at = bisect_left(positions, position, begin)
                return (positions, sizes, at) if positions[at] == position else None
            begin = 0
        return None

    def _drop_chunk(self, empty: array[int]) -> None:
        if empty is self._chunks[0][0]:
            self._at = 0
        self._chunks = deque(chunk for chunk in self._chunks if chunk[0] is not empty)

    def __contains__(self, position: int) -> bool:
        return self._chunk_of(position) is not None

    def __len__(self) -> int:
        return self.count

    def clear(self) -> None:
        self._chunks.clear()
        self._at = self.count = self.bytes = 0

    def __iter__(self) -> Iterator[int]:
        at = self._at
        for positions, _ in self._chunks:
            yield from positions[at:]
            at = 0
