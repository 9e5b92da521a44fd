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
        self.redelivered_until = 0
        self.deliveries: dict[int, int] = {}
        """What a start knows of earlier deliveries (`Block.closed`)."""
        self._disk = disk
        self._secret = secret
        self._handles: OrderedDict[int, int] = OrderedDict()
        self._ahead = LEAST_AHEAD
        self._number = 0
        self._key = records.key_of(secret, 0)
        self._begin = 0
        self._data = b""
        self._names, self._split = b"", 0
        self._exchange = self._routing_key = ""

    def page(self, positions: Sequence[int], index: Index) -> list[StoredMessage | None]:
        """Messages until the page is full, one at least; None for what cannot be read."""
        found: list[StoredMessage | None] = []
        left = PAGE_BYTES
        for position in positions:
            if left <= 0:
                break
            place = index.get(position)
            message = self._message(place >> 32, place & records.MAX_U32) if place else None
            if message is None:
                log.error("message %d cannot be read from segment %d", position, place >> 32)
            else:
                left -= len(message.body)
            found.append(message)
        # What was read ahead must not be taken for what the file holds later.
        self._number, self._data = 0, b""
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
        at = offset - self._begin
        if number != self._number or at < 0 or at + records.HEAD.size > len(self._data):
            if not self._fetch(number, offset, records.HEAD.size):
                return None
            at = 0
        mark, checksum, length, kind, flags, priority, name, position, _, expires_ms, header, routing = (
            records.HEAD.unpack_from(self._data, at)
        )
        if mark != self._key.mark or kind != records.MESSAGE:
            return None
        end = at + records.HEAD.size + length
        if end > len(self._data):
            if not self._fetch(number, offset, records.HEAD.size + length):
                return None
            at, end = 0, records.HEAD.size + length
        data = self._data
        if crc32(data[at + records.PREFIX.size : end], (self._key.start + offset) & records.MAX_U32) != checksum:
            return None
        begin = at + records.HEAD.size
        names = data[begin : begin + name + routing]
        if names != self._names or name != self._split:
            # Neighbours mostly have the same: then it is one text for all of them.
            self._names, self._split = names, name
            self._exchange, self._routing_key = names[:name].decode(), names[name:].decode()
        begin += name + routing
        count = self.deliveries.get(position)
        return StoredMessage(
            position,
            self._exchange,
            self._routing_key,
            data[begin : begin + header],
            data[begin + header : end],
            expires_ms,
            priority,
            bool(flags & records.TRANSIENT),
            count or 0,
            count is not None or position <= self.redelivered_until,
        )

    def _fetch(self, number: int, offset: int, size: int) -> bool:
        """Read at least `size` bytes from there; False when they are not to be had."""
        is_near = number == self._number and 0 <= offset - self._begin <= len(self._data)
        self._ahead = min(self._ahead * 2, MOST_AHEAD) if is_near else max(self._ahead // 2, LEAST_AHEAD)
        try:
            self._data = self._disk.read(self._handle(number), max(size, self._ahead), offset)
        except OSError as error:
            log.error("segment %d cannot be read at byte %d: %s", number, offset, error)
            self._number, self._data = 0, b""
            return False
        if number != self._number:
            self._number, self._key = number, records.key_of(self._secret, number)
        self._begin = offset
        return len(self._data) >= size

    def _handle(self, number: int) -> int:
        handle = self._handles.get(number)
        if handle is None:
            if len(self._handles) >= OPEN_FILES:
                self._disk.close(self._handles.popitem(last=False)[1])
            handle = self._handles[number] = self._disk.open(f"{number:016d}.log")
        return handle
