"""The log: segment files that are only appended to, and deleted whole, oldest first.

A batch is one append and one sync. The same thread that fills batches knows where everything lies (`encode`, `finish`,
`read`); `perform` alone touches the disk for writing, and may run in another.

Nothing in the log refers forward: what settles a message or replaces a definition lies behind it. So when only the
oldest segment is ever deleted, and what lives in it was copied to the end before, nothing dead can come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from brokerctl.store import records
from brokerctl.store.base import Batch, StoredMessage
from brokerctl.store.disk import Disk
from brokerctl.store.index import Index
from brokerctl.store.reader import Reader

SEGMENT_BYTES = 16 * 1024 * 1024
"""A segment is full above this: small enough to be read whole at a start, large enough that a sync of the folder for
each does not count."""

SPARE_SEGMENTS = 4
"""How much may be dead before anything is copied: a short-lived backlog goes by itself."""

COPY_BYTES = 262_144
"""Copied along with one batch: as much as a busy batch holds itself, so a commit takes at most about twice as long."""

PLACE_BITS = 32
OFFSET = (1 << PLACE_BITS) - 1
"""A place is the segment's number and the offset in it, so places grow as the log does."""


@dataclass(slots=True)
class Segment:
    number: int
    size: int
    count: int = 0
    """Messages and definitions written to it."""
    live: int = 0
    """Those still wanted. At 0 it may go, when all before it are gone."""


@dataclass(slots=True)
class Job:
    """One batch as bytes, and what to do after it is safe."""

    number: int
    data: bytes
    is_new: bool
    """The segment begins with this job."""
    end: int
    """The place behind it."""
    moved: list[tuple[int, int, int]] = field(default_factory=list)
    """position, old place, new place"""
    unlinks: list[int] = field(default_factory=list)
    fetch: int = 0
    """A segment to read for copying, or 0."""
    fetched: bytes = b""


class SegmentLog:
    def __init__(self, disk: Disk, secret: bytes, segment_bytes: int = SEGMENT_BYTES) -> None:
        """An empty log; recovery.py fills it with what is on the disk."""
        self.disk = disk
        self.secret = secret
        self.index = Index()
        self.segments: dict[int, Segment] = {}
        """By number, oldest first. The last one is written to."""
        self.definitions: dict[tuple[str, tuple[str, ...]], tuple[int, dict[str, Any]]] = {}
        """Place and value of each. The values are few, and a copy from memory cannot be a damaged one."""
        self.next_number = 1
        self.committed = 0
        """Everything before this place is safe."""
        self.reader = Reader(disk, secret)
        self._segment_bytes = segment_bytes
        self._tail: int | None = None
        """Handle of the last segment; used by `perform` only."""
        self._copying: tuple[Segment, bytes, Iterator[records.Found]] | None = None
        self._is_fetching = False
        self._may_be_wasteful = True
        self.is_pressed = False
        """The disk is nearly full: what is dead is not left lying, however little it is, or idle the broker."""

    # On the side that fills batches

    def encode(self, batch: Batch) -> Job:
        """Give everything in the batch its place. The job must be performed before the next is made."""
        segment = next(reversed(self.segments.values()), None)
        header = b""
        if segment is None or segment.size >= self._segment_bytes:
            header = self._header(segment)
            segment = self.segments[self.next_number] = Segment(self.next_number, len(header))
            self.next_number += 1
        block = records.Block(records.key_of(self.secret, segment.number), segment.size)
        base = segment.number << PLACE_BITS
        for key, value in batch.definitions.items():
            self._define(key, value, base | block.definition(*key, value), segment)
        put = self.index.put
        for row in batch.messages.values():
            put(row[0], base | block.message(row))
        segment.count += len(batch.messages)
        segment.live += len(batch.messages)
        if batch.settled:
            block.settled(batch.settled)
            self._forget(batch.settled)
        moved = self._copy(block, base, segment)
        job = Job(segment.number, header + block.finish(), bool(header), 0, moved)
        segment.size = block.end
        job.end = base | block.end
        self._clear_up(job)
        return job

    def encode_close(self, all_until: int, deliveries: dict[int, int]) -> Job:
        """The last job: after it, a start knows what had been handed out."""
        return self._word(lambda block: block.closed(all_until, deliveries))

    def encode_open(self) -> Job:
        """Takes back the good-bye: what is handed out from now on is written nowhere, and may be all that happens."""
        return self._word(lambda block: block.settled(()))

    @property
    def wants_job(self) -> bool:
        """Whether an empty batch would free some of a disk that is nearly full."""
        if not self.is_pressed or len(self.segments) < 2:
            return False
        oldest = next(iter(self.segments.values()))
        return not oldest.live or self._is_fetching or self._copying is not None or self._is_wasteful()

    def finish(self, job: Job) -> None:
        """The job was performed."""
        self.committed = job.end
        for position, old, new in job.moved:
            if self.index.get(position) == old:
                self.index.put(position, new)
                self.segments[old >> PLACE_BITS].live -= 1
                self.segments[new >> PLACE_BITS].live += 1
        for number in job.unlinks:
            self.reader.forget(number)
        if job.fetch:
            oldest = self.segments[job.fetch]
            found = records.scan(job.fetched, records.key_of(self.secret, oldest.number), records.SEGMENT_SIZE)
            self._copying = oldest, job.fetched, found
            self._is_fetching = False

    def holds(self, position: int) -> bool:
        """Whether the message is safe on disk and wanted."""
        return 0 < self.index.get(position) < self.committed

    def read(self, positions: Sequence[int]) -> list[StoredMessage | None]:
        """As many of them as fit a page, one at least; None for what is damaged."""
        return self.reader.page(positions, self.index)

    # On the side that writes

    def perform(self, job: Job) -> None:
        """Write the job and make it safe. Raises OSError; after that nothing may be written any more."""
        disk = self.disk
        if job.is_new or self._tail is None:
            handle, self._tail = self._tail, None
            if handle is not None:
                disk.close(handle)
            self._tail = disk.open(segment_name(job.number))
        disk.append(self._tail, job.data)
        disk.sync(self._tail)
        if job.is_new:
            disk.sync_folder()
        for number in job.unlinks:
            # One after the other: were a later one gone and an earlier one back after a power cut, what the later one
            # said of the earlier would be forgotten.
            disk.unlink(segment_name(number))
            disk.sync_folder()
        if job.fetch:
            handle = disk.open(segment_name(job.fetch))
            job.fetched = disk.read(handle, disk.size(handle), 0)
            disk.close(handle)

    def close(self) -> None:
        if self._tail is not None:
            self.disk.close(self._tail)
        self.reader.close()

    # Private

    def _word(self, write: Callable[[records.Block], None]) -> Job:
        """A job of one record, at the end of the last segment."""
        segment = next(reversed(self.segments.values()))
        block = records.Block(records.key_of(self.secret, segment.number), segment.size)
        write(block)
        job = Job(segment.number, block.finish(), False, segment.number << PLACE_BITS | block.end)
        segment.size = block.end
        return job

    def _header(self, last: Segment | None) -> bytes:
        oldest = next(iter(self.segments), self.next_number)
        previous_size = last.size if last is not None else 0
        return records.SegmentHeader(records.LAYOUT, self.next_number, oldest, previous_size, self.secret).encode()

    def _define(
        self, key: tuple[str, tuple[str, ...]], value: dict[str, Any] | None, place: int, segment: Segment
    ) -> None:
        known = self.definitions.pop(key, None)
        if known is not None:
            self.segments[known[0] >> PLACE_BITS].live -= 1
        segment.count += 1
        if value is not None:
            self.definitions[key] = place, value
            segment.live += 1

    def _forget(self, positions: Sequence[int]) -> None:
        pop, segments = self.index.pop, self.segments
        for position in positions:
            place = pop(position)
            if place:
                segments[place >> PLACE_BITS].live -= 1

    def _copy(self, block: records.Block, base: int, segment: Segment) -> list[tuple[int, int, int]]:
        """Add some of what lives in the oldest segment to the block."""
        moved: list[tuple[int, int, int]] = []
        if self._copying is None:
            return moved
        oldest, data, found = self._copying
        begin, old_base, get = block.end, oldest.number << PLACE_BITS, self.index.get
        for record in found:
            place = old_base | record[0]
            if record[2] == records.MESSAGE and get(record[6]) == place:
                rest = data[record[0] + records.PREFIX.size : record[1]]
                moved.append((record[6], place, base | block.again(rest)))
                if block.end - begin >= COPY_BYTES:
                    break
        else:
            self._copying = None
            self._copy_definitions(block, base, oldest, segment)
            self._give_up(oldest, {position for position, _, _ in moved})
        segment.count += len(moved)
        return moved

    def _copy_definitions(self, block: records.Block, base: int, oldest: Segment, segment: Segment) -> None:
        for key, (place, value) in list(self.definitions.items()):
            if place >> PLACE_BITS == oldest.number:
                self._define(key, value, base | block.definition(*key, value), segment)

    def _give_up(self, oldest: Segment, moved: set[int]) -> None:
        """What was damaged since the start can be copied by nobody; it must not keep its segment for ever."""
        base = oldest.number << PLACE_BITS
        if oldest.live > len(moved):
            for position in self.index.between(base, base | OFFSET):
                if position not in moved:
                    self.index.pop(position)
                    oldest.live -= 1

    def _clear_up(self, job: Job) -> None:
        """After this job, delete what is dead at the old end, or else begin to copy what is left of it."""
        for number, segment in list(self.segments.items()):
            if segment.live or number == job.number:
                break
            del self.segments[number]
            job.unlinks.append(number)
        self._may_be_wasteful |= job.is_new or bool(job.unlinks) or self.is_pressed
        oldest = next(iter(self.segments))
        if self._may_be_wasteful and self._copying is None and not self._is_fetching and oldest != job.number:
            # Looked at only when segments came or went: there may be hundreds, and thousands of batches a second.
            self._may_be_wasteful = False
            if self._is_wasteful():
                job.fetch = oldest
                self._is_fetching = True

    def _is_wasteful(self) -> bool:
        """Whether more is dead than alive: then what is copied is paid for by what becomes free."""
        total = sum(segment.size for segment in self.segments.values())
        alive = sum(segment.size * segment.live // max(segment.count, 1) for segment in self.segments.values())
        spare = 0 if self.is_pressed else SPARE_SEGMENTS
        return total - alive > alive + spare * self._segment_bytes


def segment_name(number: int) -> str:
    return f"{number:016d}.log"
