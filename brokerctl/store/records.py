"""The bytes of the log: a header for each segment file, then records.

Each record carries a checksum that starts from its place in the log, so it is valid only where it was written: a block
that was copied elsewhere is none. Mark and start come from a secret of the store, so bytes in a message's body cannot
pass for a record when damage makes us search for the next one, nor make that search long.

    segment:  magic 8 · layout 4 · number 8 · oldest 8 · size of the one before 8 · secret 16 · checksum 4
    record:   mark 4 · checksum 4 · length 4 · kind 1 · flags 1 · priority 1 · exchange length 1 ·
              position 8 · queue 8 · expiry in ms since 1970 or 0 8 · header length 4 · routing key length 1 · content

`length` is that of the content: exchange, routing key, header and body of a message; positions, 8 bytes each, of what
is settled; JSON of a definition. All integers are little-endian. Changes of any of this raise LAYOUT.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zlib import crc32

from brokerctl.errors import StoreError
from brokerctl.store import definitions
from brokerctl.store.base import Row

LAYOUT = 2
MAGIC = b"POSTROOM"
SEGMENT = struct.Struct("<8sIQQQ16s")
CHECKSUM = struct.Struct("<I")
SEGMENT_SIZE = SEGMENT.size + CHECKSUM.size

PREFIX = struct.Struct("<4sI")
REST = struct.Struct("<IBBBBQQQIB")
HEAD = struct.Struct("<4sIIBBBBQQQIB")

LOST, MESSAGE, SETTLED, DEFINITION, CLOSED, COMMIT = range(6)
"""Kinds. LOST is never written: so `scan` calls a stretch that holds no valid record."""

TRANSIENT = 1
"""Flag of a message that lies here for want of memory only: it is thrown away at the next start."""

MAX_U32 = 0xFFFFFFFF


class SegmentHeader(NamedTuple):
    layout: int
    number: int
    oldest: int
    """The oldest segment that belonged to the log when this one was begun: older files are leftovers."""
    previous_size: int
    secret: bytes

    def encode(self) -> bytes:
        data = SEGMENT.pack(MAGIC, *self)
        return data + CHECKSUM.pack(crc32(data))


def segment_header(data: bytes) -> SegmentHeader | None:
    """None when it is damaged."""
    if len(data) < SEGMENT_SIZE or not data.startswith(MAGIC):
        return None
    if CHECKSUM.unpack_from(data, SEGMENT.size)[0] != crc32(data[: SEGMENT.size]):
        return None
    return SegmentHeader(*SEGMENT.unpack_from(data)[1:])


class Key(NamedTuple):
    """What makes a record of one segment recognisable."""

    mark: bytes
    start: int


def key_of(secret: bytes, number: int) -> Key:
    return Key(secret[:4], crc32(number.to_bytes(8, "little"), crc32(secret)))


class Block:
    """Records of one batch, as they will lie in a segment from `begin` on."""

    __slots__ = ("_begin", "_mark", "_parts", "_start", "end")

    def __init__(self, key: Key, begin: int) -> None:
        self._mark, self._start = key
        self._begin = self.end = begin
        self._parts: list[bytes] = []

    def message(self, row: Row) -> int:
        """Add it; return where it begins."""
        position, queue_id, exchange, routing_key, header, body, expires_ms, priority, is_transient = row
        name, key = exchange.encode(), routing_key.encode()
        length = len(name) + len(key) + len(header) + len(body)
        rest = REST.pack(
            length,
            MESSAGE,
            is_transient,
            priority,
            len(name),
            position,
            queue_id,
            expires_ms or 0,
            len(header),
            len(key),
        )
        data = b"".join((rest, name, key, header, body))
        begin = self.end
        self._parts += PREFIX.pack(self._mark, crc32(data, (self._start + begin) & MAX_U32)), data
        self.end = begin + HEAD.size + length
        return begin

    def again(self, rest: bytes) -> int:
        """Add a record from elsewhere in the log, given without its mark and checksum; return where it begins."""
        begin = self.end
        self._parts += PREFIX.pack(self._mark, crc32(rest, (self._start + begin) & MAX_U32)), rest
        self.end = begin + PREFIX.size + len(rest)
        return begin

    def settled(self, positions: Iterable[int]) -> None:
        self._other(SETTLED, 0, array("Q", positions).tobytes())

    def definition(self, kind: str, key: tuple[str, ...], value: dict[str, Any] | None) -> int:
        """Add it; return where it begins."""
        return self._other(DEFINITION, 0, definitions.dumps([kind, list(key), value]).encode())

    def closed(self, all_until: int, deliveries: dict[int, int]) -> None:
        """A good-bye: everything up to the position `all_until` counts as redelivered, and these with their counts."""
        flat = (number for pair in deliveries.items() for number in pair)
        self._other(CLOSED, all_until, array("Q", flat).tobytes())

    def finish(self) -> bytes:
        """The bytes to append. A batch without its last record is not there."""
        self._other(COMMIT, self._begin, b"")
        return b"".join(self._parts)

    def _other(self, kind: int, position: int, content: bytes) -> int:
        return self.again(REST.pack(len(content), kind, 0, 0, 0, position, 0, 0, 0, 0) + content)


Found = tuple[int, int, int, int, int, int, int, int, int, int, int]
"""begin, end, kind, flags, priority, exchange length, position, queue, expiry, header length, routing key length."""


def scan(data: bytes, key: Key, begin: int, base: int = 0) -> Iterator[Found]:
    """The valid records from `begin` on, and a LOST one where a stretch begins that is none.

    `base` is where in the segment `data` lies.
    """
    at, size = begin, len(data)
    mark, start = key
    start += base
    view = memoryview(data)
    is_lost = False
    unpack = HEAD.unpack_from
    while at + HEAD.size <= size:
        found, checksum, length, kind, flags, priority, name, position, queue_id, expires_ms, header, routing = unpack(
            data, at
        )
        end = at + HEAD.size + length
        if found == mark and end <= size and crc32(view[at + PREFIX.size : end], (start + at) & MAX_U32) == checksum:
            is_lost = False
            yield at, end, kind, flags, priority, name, position, queue_id, expires_ms, header, routing
            at = end
            continue
        if not is_lost:
            is_lost = True
            # A message whose content only is damaged still tells its queue.
            yield at, at, LOST, 0, 0, 0, position, queue_id if kind == MESSAGE else 0, 0, 0, 0
        at = data.find(mark, at + 1)
        if at < 0:
            return
    if at < size and not is_lost:
        yield at, at, LOST, 0, 0, 0, 0, 0, 0, 0, 0


def positions(data: bytes, found: Found) -> array[int]:
    """What a SETTLED record names."""
    content = array("Q")
    content.frombytes(data[found[0] + HEAD.size : found[1]])
    return content


def deliveries(data: bytes, found: Found) -> dict[int, int]:
    """The counts of a CLOSED record."""
    flat = positions(data, found)
    return dict(zip(flat[::2], flat[1::2], strict=True))


def definition(data: bytes, found: Found) -> tuple[str, tuple[str, ...], dict[str, Any] | None]:
    """Raises StoreError when it is not what `Block.definition` writes."""
    text = data[found[0] + HEAD.size : found[1]].decode(errors="replace")
    try:
        kind, key, value = definitions.loads(text)
        return kind, tuple(key), value
    except (TypeError, ValueError) as error:
        raise StoreError(f"a stored definition is not one: {text[:200]}") from error
