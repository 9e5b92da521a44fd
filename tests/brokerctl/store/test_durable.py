"""What was committed comes back; what was settled does not; damage is seen, and a failed disk is the end."""

from __future__ import annotations

import errno
import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from brokerctl.errors import StoreError
from brokerctl.store.base import Receipt, Row
from brokerctl.store.disk import Disk, FileDisk
from brokerctl.store.durable import DurableStore
from brokerctl.store.label import NAME as LABEL
from brokerctl.store.recovery import OLD_STORE
from brokerctl.store.segments import SEGMENT_BYTES
from tests.support.disks import FailingDisk, MemoryDisk
from tests.support.waiting import PATIENCE_SECONDS

QUEUE = 7


class Owner:
    """Stands where the broker's loop stands: takes commits from the store's thread."""

    def __init__(self, disk: Disk, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.store = DurableStore(disk, segment_bytes)
        self.committed = threading.Event()
        self.failures: list[StoreError] = []
        self.store.start(self._commit, self._fail)

    def flush(self) -> bool:
        """Return when everything in the batch is on disk; False when the store failed first."""
        done = threading.Event()
        self.store.batch.receipts.append(done.set)
        self.committed.clear()
        self.store.submit()
        assert self.committed.wait(PATIENCE_SECONDS)
        self.store.finish()
        return done.is_set()

    def _commit(self, receipts: list[Receipt]) -> None:
        for receipt in receipts:
            receipt()
        self.committed.set()

    def _fail(self, error: StoreError) -> None:
        self.failures.append(error)
        self.committed.set()


def row(position: int, body: bytes = b"body", expires_ms: int | None = None, is_transient: bool = False) -> Row:
    return position, QUEUE, "x", "key", b"header", body, expires_ms, 3, is_transient


def secret_in(disk: MemoryDisk) -> str:
    found: str = json.loads(disk.files()[LABEL].partition(b"\n")[0])["secret"]
    return found


def kept(store: DurableStore) -> list[int]:
    found = store.recovered.queues.get(QUEUE)
    return list(found.positions) if found is not None else []


def test_messages_and_definitions_come_back(tmp_path: Path) -> None:
    owner = Owner(FileDisk(tmp_path))
    value = {"arguments": {"x-max": 5, "raw": b"\x00\xff", "price": Decimal("1.50")}}
    owner.store.batch.define("queue", ("/", "größe"), value)
    owner.store.batch.add(row(1, expires_ms=5_000))
    owner.store.batch.add(row(2, b"\x00\xff"))
    owner.flush()
    owner.store.close({2: 4})

    store = DurableStore(FileDisk(tmp_path))

    assert store.recovered.definitions == [("queue", ("/", "größe"), value)]
    assert list(store.recovered.queues[QUEUE].sizes) == [4, 2]
    assert list(store.recovered.queues[QUEUE].priorities) == [3, 3]
    first, second = store.load(kept(store))
    assert first is not None
    assert second is not None
    assert (first.position, first.body, first.expires_ms, first.is_redelivered) == (1, b"body", 5_000, False)
    assert (second.body, second.is_redelivered, second.deliveries) == (b"\x00\xff", True, 4)
    assert second[:5] == (2, "x", "key", b"header", b"\x00\xff")
    store.close({})


def test_settled_messages_are_gone_whether_written_before_or_not(tmp_path: Path) -> None:
    owner = Owner(FileDisk(tmp_path))
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.batch.add(row(2))
    owner.store.batch.settle([1, 2])
    owner.flush()
    owner.store.close({})

    store = DurableStore(FileDisk(tmp_path))

    assert kept(store) == []
    store.close({})


def test_message_settled_before_its_commit_is_never_written() -> None:
    owner = Owner(MemoryDisk())
    owner.store.batch.add(row(1))

    owner.store.batch.settle([1])

    assert owner.store.batch.messages == {}
    assert owner.store.batch.settled == []
    assert owner.store.backlog_bytes == 0
    owner.store.close({})


def test_transient_message_can_be_read_back_and_is_gone_after_a_restart() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1, b"for want of memory", is_transient=True))
    owner.flush()

    assert owner.store.holds(1)
    [message] = owner.store.load([1])
    assert message is not None
    assert (message.body, message.is_transient) == (b"for want of memory", True)
    owner.store.close({})
    assert kept(DurableStore(MemoryDisk(disk.files()))) == []


def test_message_is_held_only_when_it_is_safe() -> None:
    owner = Owner(MemoryDisk())
    owner.store.batch.add(row(1))

    assert not owner.store.holds(1)
    owner.flush()
    assert owner.store.holds(1)
    owner.store.batch.settle([1])
    owner.flush()
    assert not owner.store.holds(1)
    owner.store.close({})


def test_a_page_ends_at_its_size_but_holds_one_message_at_least() -> None:
    owner = Owner(MemoryDisk())
    for position in (1, 2, 3):
        owner.store.batch.add(row(position, b"x" * 800_000))
    owner.flush()

    assert len(owner.store.load([1, 2, 3])) == 2
    assert len(owner.store.load([3])) == 1
    owner.store.close({})


def test_a_batch_that_is_too_large_is_written_in_parts_and_confirmed_by_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("brokerctl.store.durable.LARGEST_BYTES", 1000)
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    owner.flush()
    for position in range(2, 6):
        owner.store.batch.add(row(position, b"x" * 600))
    owner.store.batch.settle([1])
    confirmed = threading.Event()
    owner.store.batch.receipts.append(confirmed.set)

    for whole in (False, True):
        owner.committed.clear()
        owner.store.submit()
        assert owner.committed.wait(PATIENCE_SECONDS)
        assert confirmed.is_set() is whole
        owner.store._is_writing, job = False, owner.store._job
        assert job is not None
        owner.store.log.finish(job)

    assert kept(DurableStore(MemoryDisk(disk.files()))) == [2, 3, 4, 5]
    owner.store.close({})


def test_after_a_crash_every_message_may_have_been_delivered() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    owner.flush()

    store = DurableStore(MemoryDisk(disk.files()))

    assert [found and found.is_redelivered for found in store.load(kept(store))] == [True]
    owner.store.close({})


def test_after_a_crash_in_a_life_without_a_write_every_message_may_have_been_delivered() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.close({})

    # It hands out the message, and is killed: nothing of that reaches the disk.
    crashed = DurableStore(disk)
    assert [found and found.is_redelivered for found in crashed.load(kept(crashed))] == [False]
    store = DurableStore(MemoryDisk(disk.files()))

    assert [found and found.is_redelivered for found in store.load(kept(store))] == [True]
    store.close({})


def test_counts_of_messages_that_stay_on_disk_survive_another_restart() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.close({1: 7})
    DurableStore(disk).close({})

    store = DurableStore(disk)

    assert [found and found.deliveries for found in store.load([1])] == [7]
    store.close({})


def test_new_numbers_start_behind_all_that_the_log_names() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(41))
    owner.flush()
    owner.store.batch.settle([41])
    owner.flush()
    owner.store.close({})

    assert DurableStore(disk).recovered.last == 41


def test_folder_in_use_is_refused_with_a_sentence(tmp_path: Path) -> None:
    first = DurableStore(FileDisk(tmp_path))

    with pytest.raises(StoreError, match="is another broker using this folder"):
        FileDisk(tmp_path)
    first.close({})


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    store = DurableStore(FileDisk(tmp_path / "new"))
    store.close({})

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o600}


@pytest.mark.parametrize("is_segment", [False, True])
def test_newer_layout_is_refused_and_not_touched(is_segment: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = MemoryDisk()
    with monkeypatch.context() as future:
        future.setattr("brokerctl.store.records.LAYOUT", 99)
        future.setattr("brokerctl.store.label.LAYOUT", 99)
        DurableStore(disk).close({})
    if is_segment:
        disk.unlink(LABEL)
    before = disk.files()

    with pytest.raises(StoreError, match="layout 99"):
        DurableStore(disk)
    assert disk.files() == before


def test_store_of_the_version_before_the_log_is_named() -> None:
    with pytest.raises(StoreError, match="move it away"):
        DurableStore(MemoryDisk({OLD_STORE: b"SQLite format 3"}))


def test_damaged_store_file_is_made_again_from_a_segment() -> None:
    disk = MemoryDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.close({})
    files = disk.files() | {LABEL: b"{"}

    store = DurableStore(repaired := MemoryDisk(files))

    assert kept(store) == [1]
    assert secret_in(repaired) == secret_in(disk)


def test_leftover_files_are_nobodys_business() -> None:
    disk = MemoryDisk({LABEL + ".new": b"half", "notes.txt": b"mine", "1.log": b""})

    DurableStore(disk).close({})

    assert disk.files()["notes.txt"] == b"mine"


def test_after_a_failed_write_nothing_is_committed_any_more() -> None:
    disk = FailingDisk()
    owner = Owner(disk)
    owner.store.batch.add(row(1))
    assert owner.flush()
    disk.failing, disk.error = disk.calls + 2, errno.ENOSPC
    owner.store.batch.add(row(2))

    assert not owner.flush()

    assert [str(error) for error in owner.failures] != []
    assert "No space left" in str(owner.store.failure)
    owner.store.batch.add(row(3))
    owner.store.submit()
    owner.store.close({})
    assert disk.calls_after_failure == []


def test_new_messages_start_behind_all_that_count_as_redelivered_though_nothing_of_those_is_left() -> None:
    """Else one would come back from a later start as if somebody had had it."""
    disk = MemoryDisk()
    killed = Owner(disk)
    for position in range(11, 16):
        killed.store.batch.add(row(position, bytes(1000)))
    killed.flush()
    disk = MemoryDisk(disk.files())
    killed.store.close({})
    life = Owner(disk, segment_bytes=2048)
    life.store.batch.settle(kept(life.store))
    life.flush()
    for number in range(20):
        # In segments of their own, until those of the messages are gone.
        life.store.batch.define("queue", ("/", "q"), {"number": number, "some": "x" * 500})
        life.flush()
    life.store.close({})

    life = Owner(MemoryDisk(disk.files()))
    last, number = life.store.recovered.last, min(life.store.log.segments)
    life.store.close({})

    assert number > 1
    assert last == 15


class Overtaken(DurableStore):
    """Its owner hears of the last commit just when the other thread begins to write the good-bye."""

    def _say_good_bye(self, deliveries: dict[int, int]) -> None:
        self.batch.add(row(9))
        self.finish()
        super()._say_good_bye(deliveries)


def test_a_commit_that_is_heard_of_while_the_store_closes_takes_nothing_out_of_the_good_bye() -> None:
    """What waited was handed to a thread that had ended, and the good-bye was written behind a gap: both were lost."""
    disk, committed = MemoryDisk(), threading.Event()
    first = Overtaken(disk)
    first.start(lambda receipts: committed.set(), lambda error: None)
    first.batch.add(row(1))
    first.submit()
    assert committed.wait(PATIENCE_SECONDS)
    first.batch.add(row(2))

    first.end()
    first.close({1: 1})

    store = DurableStore(disk)
    flags = [each and each.is_redelivered for each in store.load([1, 2])]
    store.close({})
    assert (kept(store), store.recovered.damaged, flags) == ([1, 2], {}, [True, False])
