"""Opens the folder of a log: takes up what is there, whatever happened to it, and puts the end in order.

Three things look alike and are not:
- The last batch was being written when the power went. Nobody was told that it is safe; it goes, whole.
- Bytes are wrong before that. Somebody was told: what cannot be read is counted for its queue, everything else stays.
- Files from before the oldest segment. The power went while they were deleted; they go.
"""

from __future__ import annotations

import logging
import re
import secrets
from array import array
from collections.abc import Collection, Iterable
from operator import gt

from brokerctl.errors import StoreError
from brokerctl.store import label, records
from brokerctl.store.base import Kept, Recovered
from brokerctl.store.disk import Disk
from brokerctl.store.label import Label
from brokerctl.store.records import Found
from brokerctl.store.segments import PLACE_BITS, SEGMENT_BYTES, Segment, SegmentLog, segment_name

log = logging.getLogger(__name__)

OLD_STORE = "broker.db"
SEGMENT_NAME = re.compile(r"(\d{16})\.log")


def open_log(disk: Disk, segment_bytes: int = SEGMENT_BYTES) -> tuple[SegmentLog, Recovery]:
    """The log in this folder and what it held. Raises StoreError when it is of a newer layout or cannot be used."""
    names = disk.names()
    numbers = sorted(int(matched[1]) for name in names if (matched := SEGMENT_NAME.fullmatch(name)))
    if OLD_STORE in names and label.NAME not in names:
        raise StoreError(f"{OLD_STORE} in {disk} is of an unreleased version and cannot be read: move it away")
    headers = {number: _read_header(disk, number) for number in numbers}
    found = _label(disk, names, headers.values())
    recovery = Recovery(SegmentLog(disk, found.secret, segment_bytes), found.safe_until)
    recovery.run(headers)
    return recovery.log, recovery


class Recovery:
    """One pass over the segments. `recovered` is what the broker is rebuilt from."""

    def __init__(self, log: SegmentLog, safe_until: int) -> None:
        self.log = log
        self._safe_until = safe_until
        self.recovered = Recovered()
        self.closed: tuple[int, dict[int, int]] | None = None
        """What the CLOSED record says, when it is the last word of the log."""

    def run(self, headers: dict[int, records.SegmentHeader | None]) -> None:
        oldest = max((header.oldest for header in headers.values() if header is not None), default=0)
        for number in [number for number in headers if number < oldest]:
            self.log.disk.unlink(segment_name(number))
            self.log.disk.sync_folder()
        numbers = [number for number in headers if number >= oldest]
        for index, number in enumerate(numbers):
            following = numbers[index + 1] if index + 1 < len(numbers) else 0
            header = headers[number]
            expected = number + 1 if following else 0
            if following != expected:
                self._damage(0, f"segments {expected} to {following - 1}: they are missing")
            after = headers.get(following)
            self._segment(number, after.previous_size if after is not None and following == expected else 0, following)
            if header is None and number in self.log.segments:
                self._damage(0, f"the header of {segment_name(number)}")
        self._find_end(numbers)
        self._collect()

    # The pass

    def _segment(self, number: int, expected_size: int, following: int) -> None:
        disk = self.log.disk
        handle = disk.open(segment_name(number))
        data = disk.read(handle, disk.size(handle), 0)
        key = records.key_of(self.log.secret, number)
        found: Iterable[Found] = records.scan(data, key, records.SEGMENT_SIZE)
        if following:
            if len(data) < expected_size:
                self._damage(0, f"the end of {segment_name(number)}: {expected_size - len(data)} bytes are missing")
            size = len(data)
        else:
            found = list(found)
            safe = min(max(self._safe_until - (number << PLACE_BITS), 0), len(data))
            size = max(_whole(found, safe), safe)
            if size < len(data):
                log.warning("%s: %d bytes of an unfinished write go", segment_name(number), len(data) - size)
                disk.truncate(handle, size)
            # What is only in memory of the system must not be taken for safe by what is written behind it.
            disk.sync(handle)
        disk.close(handle)
        if not following and size <= records.SEGMENT_SIZE:
            disk.unlink(segment_name(number))
            disk.sync_folder()
            return
        segment = self.log.segments[number] = Segment(number, size)
        self._apply(segment, data, (each for each in found if each[0] < size))

    def _apply(self, segment: Segment, data: bytes, found: Iterable[Found]) -> None:
        base = segment.number << PLACE_BITS
        put, kept, last = self._put, self.recovered.queues, self.recovered.last
        for record in found:
            begin, end, kind, flags, priority, name, position, queue_id, expires_ms, header, routing = record
            if kind == records.MESSAGE:
                last = max(last, position, queue_id)
                segment.count += 1
                self.closed = None
                if flags & records.TRANSIENT:
                    continue
                segment.live += 1
                if put(position, base | begin):
                    queue = kept.get(queue_id)
                    if queue is None:
                        queue = kept[queue_id] = Kept()
                    queue.positions.append(position)
                    queue.sizes.append(end - begin - records.HEAD.size - name - header - routing)
                    queue.priorities.append(priority)
                    queue.has_expiry |= expires_ms != 0
            elif kind != records.COMMIT:
                self.recovered.last = last
                self._other(record, segment, data)
                last = self.recovered.last
        self.recovered.last = last

    def _other(self, found: Found, segment: Segment, data: bytes) -> None:
        kind = found[2]
        if kind == records.CLOSED:
            self.closed = found[6], records.deliveries(data, found)
            return
        self.closed = None
        if kind == records.SETTLED:
            self._settle(records.positions(data, found))
        elif kind == records.DEFINITION:
            self._define(found, segment, data)
        elif kind == records.LOST:
            self._damage(found[7], f"{segment_name(segment.number)} at byte {found[0]}")

    def _put(self, position: int, place: int) -> bool:
        """Whether the message was not known: a copy of it takes its place."""
        index = self.log.index
        known = index.get(position)
        index.put(position, place)
        if known:
            self.log.segments[known >> PLACE_BITS].live -= 1
        return not known

    def _settle(self, positions: Iterable[int]) -> None:
        pop, segments = self.log.index.pop, self.log.segments
        for position in positions:
            place = pop(position)
            if place:
                segments[place >> PLACE_BITS].live -= 1
            self.recovered.last = max(self.recovered.last, position)

    def _define(self, found: Found, segment: Segment, data: bytes) -> None:
        try:
            kind, key, value = records.definition(data, found)
        except StoreError as error:
            self._damage(0, str(error))
            return
        definitions, segments = self.log.definitions, self.log.segments
        known = definitions.pop((kind, key), None)
        if known is not None:
            segments[known[0] >> PLACE_BITS].live -= 1
        segment.count += 1
        if value is not None:
            definitions[kind, key] = segment.number << PLACE_BITS | found[0], value
            segment.live += 1

    def _damage(self, queue_id: int, what: str) -> None:
        log.error("the store is damaged and goes on without %s", what)
        damaged = self.recovered.damaged
        damaged[queue_id] = damaged.get(queue_id, 0) + 1

    # The result

    def _find_end(self, numbers: list[int]) -> None:
        last = next(reversed(self.log.segments.values()), None)
        if last is None:
            self.log.next_number = max(numbers, default=1)
        else:
            self.log.next_number = last.number + 1
            self.log.committed = last.number << PLACE_BITS | last.size
        if self.log.committed < self._safe_until:
            self._damage(0, "the end of the log: it was longer when the broker was stopped")
            # What is written there from now on can be unfinished again.
            Label(self.log.secret, self.log.committed).write(self.log.disk)

    def _collect(self) -> None:
        """Leave in `recovered` what is alive. A copy stands behind younger messages in the log, so it is sorted."""
        get = self.log.index.get
        for queue_id, queue in list(self.recovered.queues.items()):
            if not all(map(get, queue.positions)):
                _select(queue, [column for column, position in enumerate(queue.positions) if get(position)])
            if any(map(gt, queue.positions, queue.positions[1:])):
                _select(queue, sorted(range(len(queue.positions)), key=queue.positions.__getitem__))
            if not queue.positions:
                del self.recovered.queues[queue_id]
        self.recovered.definitions = [(*key, value) for key, (_, value) in self.log.definitions.items()]


def _select(queue: Kept, columns: list[int]) -> None:
    queue.positions = array("Q", map(queue.positions.__getitem__, columns))
    queue.sizes = array("I", map(queue.sizes.__getitem__, columns))
    queue.priorities = bytearray(map(queue.priorities.__getitem__, columns))


def _whole(found: list[Found], safe: int) -> int:
    """Where the last whole batch of the last segment ends, for all that lies behind `safe`.

    A batch is begun when the one before it is safe, so only the last can be half there, in any of its parts: one that
    holds anything unreadable is dropped, and with it everything that has no COMMIT behind it.
    """
    commits = [record for record in found if record[2] == records.COMMIT]
    if not commits:
        return records.SEGMENT_SIZE
    _, end, _, _, _, _, begin, *_ = commits[-1]
    is_torn = begin >= safe and any(record[2] == records.LOST and begin <= record[0] < end for record in found)
    return begin if is_torn else end


# The folder


def _read_header(disk: Disk, number: int) -> records.SegmentHeader | None:
    handle = disk.open(segment_name(number))
    header = records.segment_header(disk.read(handle, records.SEGMENT_SIZE, 0))
    disk.close(handle)
    if header is not None and header.layout > records.LAYOUT:
        raise label.newer(disk, header.layout)
    return header if header is not None and header.number == number else None


def _label(disk: Disk, names: list[str], headers: Collection[records.SegmentHeader | None]) -> Label:
    """The store's label: from its own file, or when that is damaged from any segment. A new folder gets one."""
    known = label.read(disk) if label.NAME in names else None
    if known is not None:
        return known
    secret = next((header.secret for header in headers if header is not None), None)
    if secret is None and headers:
        raise StoreError(f"{label.NAME} and every segment's header in {disk} are damaged: nothing there can be read")
    made = Label(secret or secrets.token_bytes(16))
    made.write(disk)
    return made
