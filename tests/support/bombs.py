"""Field tables of about so many bytes that nobody should read to the end, each with its length before it."""

from __future__ import annotations

from collections.abc import Callable

ENTRY = b"\x01a"
"""A key."""


def nested_arrays(size: int) -> bytes:
    levels = size // 5
    return _table(ENTRY + b"".join(b"A" + (5 * rest).to_bytes(4, "big") for rest in reversed(range(levels))))


def nested_tables(size: int) -> bytes:
    levels = size // 7
    return _table(b"".join(ENTRY + b"F" + (7 * rest).to_bytes(4, "big") for rest in reversed(range(levels))))


def _array_of(item: bytes) -> Callable[[int], bytes]:
    def bomb(size: int) -> bytes:
        items = item * (size // len(item))
        return _table(ENTRY + b"A" + len(items).to_bytes(4, "big") + items)

    return bomb


def _entries_of(entry: bytes) -> Callable[[int], bytes]:
    return lambda size: _table(entry * (size // len(entry)))


def _lie(length: int, letter: bytes) -> Callable[[int], bytes]:
    return lambda size: _table(ENTRY + letter + length.to_bytes(4, "big") + bytes(size))


def _table(entries: bytes) -> bytes:
    return len(entries).to_bytes(4, "big") + entries


BOMBS: dict[str, Callable[[int], bytes]] = {
    "nested arrays": nested_arrays,
    "nested tables": nested_tables,
    "voids": _array_of(b"V"),
    "empty tables": _array_of(b"F\x00\x00\x00\x00"),
    "empty arrays": _array_of(b"A\x00\x00\x00\x00"),
    "empty texts": _array_of(b"S\x00\x00\x00\x00"),
    "one key again and again": _entries_of(b"\x01aV"),
    "empty keys": _entries_of(b"\x00V"),
    "text longer than all": _lie(2**32 - 1, b"S"),
    "table longer than all": _lie(2**31, b"F"),
    "array one longer than there is": lambda size: _table(ENTRY + b"A" + (size + 1).to_bytes(4, "big") + b"V" * size),
    "table past its end": lambda size: (3).to_bytes(4, "big") + ENTRY + b"S" + size.to_bytes(4, "big") + bytes(size),
    "longer than its frame": lambda size: (size * 2).to_bytes(4, "big") + b"\x01aV" * (size // 3),
}
