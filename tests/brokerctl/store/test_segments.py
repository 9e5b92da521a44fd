"""Segments come and go: dead ones are deleted, what lives in old ones is copied, and the log stays in proportion."""

from __future__ import annotations

from brokerctl.store import records
from brokerctl.store.base import Batch
from brokerctl.store.recovery import open_log
from brokerctl.store.segments import PLACE_BITS, SPARE_SEGMENTS, SegmentLog
from tests.support.disks import MemoryDisk

SEGMENT_BYTES = 4096
QUEUE = 7
BODY = b"x" * 1000


def opened(disk: MemoryDisk) -> SegmentLog:
    return open_log(disk, SEGMENT_BYTES)[0]


def commit(log: SegmentLog, batch: Batch) -> None:
    job = log.encode(batch)
    log.perform(job)
    log.finish(job)


def publish(log: SegmentLog, *positions: int, body: bytes = BODY) -> None:
    for position in positions:
        batch = Batch()
        batch.add((position, QUEUE, "", "q", b"", body, None, 0, False))
        commit(log, batch)


def settle(log: SegmentLog, *positions: int) -> None:
    batch = Batch()
    batch.settle(positions)
    commit(log, batch)


def logs(disk: MemoryDisk) -> list[str]:
    return sorted(name for name in disk.names() if name.endswith(".log"))


def bodies(disk: MemoryDisk) -> dict[int, bytes]:
    """What a start finds."""
    log, recovery = open_log(MemoryDisk(disk.files()), SEGMENT_BYTES)
    found = recovery.recovered.queues
    positions = found[QUEUE].positions if found else []
    return {position: message.body for position in positions for message in log.read([position]) if message}


def test_segment_without_a_live_message_is_deleted() -> None:
    log = opened(disk := MemoryDisk())
    publish(log, *range(1, 10))
    assert len(logs(disk)) == 3

    settle(log, *range(1, 10))

    assert len(logs(disk)) == 1
    assert bodies(disk) == {}


def test_only_the_oldest_segment_is_deleted() -> None:
    """The second one is dead, but it may say what of the first is settled."""
    log = opened(disk := MemoryDisk())
    publish(log, *range(1, 10))

    settle(log, *range(2, 10))

    assert len(logs(disk)) == 3
    assert bodies(disk) == {1: BODY}


def test_a_few_old_messages_do_not_keep_the_log_from_shrinking() -> None:
    log = opened(disk := MemoryDisk())
    publish(log, 1, body=b"old")
    batch = Batch()
    batch.define("queue", ("/", "q"), {"durable": True})
    commit(log, batch)

    for position in range(2, 400):
        publish(log, position)
        settle(log, position)

    assert len(logs(disk)) <= SPARE_SEGMENTS + 3
    assert bodies(disk) == {1: b"old"}
    [message] = log.read([1])
    assert message is not None
    assert message.body == b"old"
    assert open_log(disk, SEGMENT_BYTES)[1].recovered.definitions == [("queue", ("/", "q"), {"durable": True})]


def test_a_copy_that_is_settled_while_it_is_written_stays_settled() -> None:
    log = opened(disk := MemoryDisk())
    publish(log, 1, body=b"old")
    position = 2
    while log._copying is None:
        publish(log, position)
        settle(log, position)
        position += 1

    job = log.encode(Batch())
    assert [moved for moved, _, _ in job.moved] == [1]
    log.perform(job)
    log.finish(job)
    settle(log, 1)

    assert bodies(disk) == {}


def test_a_message_that_rots_before_it_is_copied_does_not_hold_its_segment_for_ever() -> None:
    log = opened(disk := MemoryDisk())
    publish(log, 1, body=b"old")
    content = disk.folder[logs(disk)[0]].content
    content[records.SEGMENT_SIZE + records.HEAD.size + 2] ^= 1

    for position in range(2, 400):
        publish(log, position)
        settle(log, position)

    assert len(logs(disk)) <= SPARE_SEGMENTS + 3
    assert log.read([1]) == [None]


def test_a_queue_that_is_read_while_its_messages_move_finds_them() -> None:
    log = opened(MemoryDisk())
    publish(log, *range(1, 9), body=b"old")

    for position in range(9, 300):
        publish(log, position)
        settle(log, position)
        assert [message and message.body for message in log.read(range(1, 9))] == [b"old"] * 8

    assert log.index.get(1) >> PLACE_BITS > 1


def test_a_low_disk_gets_back_what_is_dead_although_nothing_is_written() -> None:
    log = opened(disk := MemoryDisk())
    publish(log, 1, body=b"old")
    publish(log, *range(2, 12))
    settle(log, *range(2, 12))
    before = len(logs(disk))
    assert not log.wants_job

    log.is_pressed = True
    batches = 0
    while log.wants_job:
        commit(log, Batch())
        batches += 1
        assert batches < 10

    assert (before, len(logs(disk))) == (3, 1)
    assert bodies(disk) == {1: b"old"}


def test_a_message_larger_than_a_segment_has_one_of_its_own() -> None:
    log = opened(disk := MemoryDisk())

    publish(log, 1, body=b"y" * 5 * SEGMENT_BYTES)
    publish(log, 2)

    assert bodies(disk) == {1: b"y" * 5 * SEGMENT_BYTES, 2: BODY}
