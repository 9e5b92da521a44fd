"""Reads single messages back from the log, a page of neighbours with few system calls."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from zlib import crc32

from brokerctl.store import records
from brokerctl.store.base import StoredMessage
from brokerctl.store.disk import Disk
from brokerctl.store.index import Index

log = logging.getLogger(__name__)

PAGE_BYTES = 1_048_576
"""Of content in one page: read on the broker's loop, so it must be a matter of milliseconds."""

LEAST_AHEAD, MOST_AHEAD = 4_096, 262_144
"""Read at once, whether it is wanted or not. It doubles while the next message lies within and halves when it does not:
one queue's messages may lie close together, or between those of a thousand others."""

OPEN_FILES = 16


class Reader:
    def __init__(self, disk: Disk, secret: bytes) -> None:
        self._disk = disk
        self._secret = secret
        self._handles: OrderedDict[int, int] = OrderedDict()
        self._ahead = LEAST_AHEAD
        self._number = 0
        self._begin = 0
        self._data = b""

    def page(self, positions: Sequence[int], index: Index) -> list[StoredMessage | None]:
        found: list[StoredMessage | None] = []
        left = PAGE_BYTES
        for position in positions:
            if left <= 0:
                break
            place = index.get(position)
            message = self._message(place >> 32, place & records.MAX_U32) if place else None
            if message is None:
                log.error(
                    "message %d cannot be read back from segment %d at byte %d",
                    position,
                    place >> 32,
                    place & records.MAX_U32,
                )
            found.append(message)
            left -= len(message.body) if message is not None else 0
        # What was read ahead must not be taken for what the file holds later.
        self._data = b""
        return found

    def forget(self, number: int) -> None:
        """The segment was deleted."""
        handle = self._handles.pop(number, None)
        if handle is not None:
            self._disk.close(handle)

    def close(self) -> None:
        for number in list(self._handles):
            self.forget(number)

    def _message(self, number: int, offset: int) -> StoredMessage | None:
        try:
            return self._read(number, offset)
        except OSError as error:
            log.error("segment %d cannot be read at byte %d: %s", number, offset, error)
            return None

    def _read(self, number: int, offset: int) -> StoredMessage | None:
        head = self._bytes(number, offset, records.HEAD.size)
        if len(head) < records.HEAD.size:
            return None
        mark, checksum, length, kind, flags, priority, name, position, _, expires_ms, header, routing = (
            records.HEAD.unpack(head)
        )
        key = records.key_of(self._secret, number)
        if mark != key.mark or kind != records.MESSAGE:
            return None
        record = self._bytes(number, offset, records.HEAD.size + length)
        if crc32(memoryview(record)[records.PREFIX.size :], (key.start + offset) & records.MAX_U32) != checksum:
            return None
        at = records.HEAD.size + name
        exchange, at = record[records.HEAD.size : at].decode(), at + routing
        routing_key, at = record[at - routing : at].decode(), at + header
        is_transient = bool(flags & records.TRANSIENT)
        return StoredMessage(
            position,
            exchange,
            routing_key,
            record[at - header : at],
            record[at:],
            expires_ms,
            priority,
            is_transient,
            0,
            False,
        )

    def _bytes(self, number: int, offset: int, size: int) -> bytes:
        at = offset - self._begin
        if number != self._number or at < 0 or at + size > len(self._data):
            is_near = number == self._number and self._data and 0 <= at <= len(self._data)
            self._ahead = min(self._ahead * 2, MOST_AHEAD) if is_near else max(self._ahead // 2, LEAST_AHEAD)
            self._number, self._begin, at = number, offset, 0
            self._data = self._disk.read(self._handle(number), max(size, self._ahead), offset)
        return self._data[at : at + size]

    def _handle(self, number: int) -> int:
        handle = self._handles.get(number)
        if handle is None:
            if len(self._handles) >= OPEN_FILES:
                self._disk.close(self._handles.popitem(last=False)[1])
            handle = self._handles[number] = self._disk.open(f"{number:016d}.log")
        return handle
