"""Where each stored message lies: its position in the broker → its place in the log, at some ten bytes each.

Positions are handed out in order, so live ones stand close together: a short array for every 64 of them. A dict of
integers would cost ten times as much, and millions of messages may wait.
"""

from __future__ import annotations

from array import array

WIDTH_BITS = 6
WIDTH = 1 << WIDTH_BITS
MASK = WIDTH - 1
EMPTY = array("Q", bytes(8 * (WIDTH + 1)))
"""Places, and behind them how many there are."""


class Index:
    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[int, array[int]] = {}

    def put(self, position: int, place: int) -> None:
        """Remember or change the place, which is not 0."""
        row = self._rows.get(position >> WIDTH_BITS)
        if row is None:
            row = self._rows[position >> WIDTH_BITS] = EMPTY[:]
        if not row[position & MASK]:
            row[WIDTH] += 1
        row[position & MASK] = place

    def get(self, position: int) -> int:
        """The place; 0 when there is none."""
        row = self._rows.get(position >> WIDTH_BITS)
        return row[position & MASK] if row is not None else 0

    def pop(self, position: int) -> int:
        """Forget the place and return it; 0 when there was none."""
        row = self._rows.get(position >> WIDTH_BITS)
        if row is None or not (place := row[position & MASK]):
            return 0
        if row[WIDTH] == 1:
            del self._rows[position >> WIDTH_BITS]
        else:
            row[position & MASK] = 0
            row[WIDTH] -= 1
        return place

    def between(self, low: int, high: int) -> list[int]:
        """Positions of the places from low to high. Looks at every place."""
        return [
            number << WIDTH_BITS | column
            for number, row in self._rows.items()
            for column in range(WIDTH)
            if low <= row[column] <= high
        ]

    def __len__(self) -> int:
        return sum(row[WIDTH] for row in self._rows.values())
