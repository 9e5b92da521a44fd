"""The n-th call to the disk fails, for every n: what was confirmed before is there, and nothing is confirmed after."""

from __future__ import annotations

import errno
import os
import random
import threading
from pathlib import Path

import pytest

from brokerctl.errors import StoreError
from brokerctl.store.base import Receipt
from brokerctl.store.disk import FileDisk
from brokerctl.store.durable import DurableStore
from brokerctl.store.recovery import open_log
from brokerctl.store.segments import Job, SegmentLog
from tests.support.disks import FailingDisk, Files, MemoryDisk
from tests.support.reliability import SEED, evidence, runs
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.workloads import SEGMENT_BYTES, State, Workload, held

BATCHES = runs(8, 60)
WORKLOADS = runs(1, 10)
ERRORS = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
POWER_CUTS = 3
"""Looked at after each failure, beside a restart of the process alone."""


class Life:
    """A store from its start to its first failure, or through all of its work."""

    def __init__(self, disk: FailingDisk, seed: int) -> None:
        self.before = self.after = State()
        self.confirmed_after_failure = 0
        self.failure: StoreError | None = None
        self._disk = disk
        self._told = threading.Event()
        try:
            self.store = DurableStore(disk, SEGMENT_BYTES)
        except StoreError as error:
            self.failure = error
            return
        self.store.start(self._on_commit, self._on_failure)
        chance = random.Random(seed)  # noqa: S311
        workload = Workload(self.store.log, State(), 0, chance)
        for _ in range(BATCHES):
            self._step(workload)
        # A store that failed leaves its folder as it is.
        self._close()

    def _step(self, workload: Workload) -> None:
        after = self.before.copy()
        workload.before = self.before
        workload.fill(self.store.batch, after)
        if self.failure is None:
            self.after = after
        self.store.batch.receipts.append(lambda: self._confirm(after))
        self._told.clear()
        self.store.submit()
        if self.failure is None:
            assert self._told.wait(PATIENCE_SECONDS)
        if self.failure is None:
            self.store.finish()

    def _confirm(self, after: State) -> None:
        self.before = after
        self.confirmed_after_failure += self.failure is not None

    def _on_commit(self, receipts: list[Receipt]) -> None:
        for receipt in receipts:
            receipt()
        self._told.set()

    def _on_failure(self, error: StoreError) -> None:
        self.failure = error
        self._told.set()

    def _close(self) -> None:
        try:
            self.store.close({})
        except StoreError as error:
            self.failure = error


def check(life: Life, disk: FailingDisk, chance: random.Random) -> None:
    """The first failure was the last call, and every disk that may be left holds what was confirmed."""
    assert life.failure is not None
    assert os.strerror(disk.error) in str(life.failure)
    assert life.confirmed_after_failure == 0
    assert disk.calls_after_failure == []
    left: list[Files] = [disk.files(), *(disk.power_cut(chance) for _ in range(POWER_CUTS))]
    for files in left:
        assert held(*open_log(MemoryDisk(files), SEGMENT_BYTES)) in (life.before, life.after)


def check_all(seed: int) -> int:
    """Let each call of a workload fail; return how many there were."""
    whole = FailingDisk()
    assert Life(whole, seed).failure is None
    chance = random.Random(seed)  # noqa: S311
    for failing in range(1, whole.calls + 1):
        disk = FailingDisk(failing=failing, error=ERRORS[failing % len(ERRORS)])
        check(Life(disk, seed), disk, chance)
    return whole.calls


@pytest.mark.reliability("a4")
def test_every_call_may_fail_once() -> None:
    points = 0

    with evidence("A4 io_errors", "all points of 10 workloads, 2,000 or more") as figures:
        for number in range(WORKLOADS):
            points += check_all(SEED + number)
        figures |= {"points": points, "workloads": WORKLOADS}

    assert points >= runs(20, 2000)


def test_a_store_that_tries_again_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    perform = SegmentLog.perform

    def stubborn(self: SegmentLog, job: Job) -> None:
        try:
            perform(self, job)
        except OSError:
            self.disk.sync_folder()

    monkeypatch.setattr(SegmentLog, "perform", stubborn)

    with pytest.raises(AssertionError):
        check_all(SEED)


def test_a_message_that_cannot_be_read_is_no_reason_to_fail() -> None:
    disk = FailingDisk()
    life = Life(disk, SEED)
    store = DurableStore(disk, SEGMENT_BYTES)
    position = min(life.before.messages)
    disk.failing = disk.calls + 1

    assert store.load([position]) == [None]
    [again] = store.load([position])
    assert again is not None
    assert again.body == life.before.messages[position]


def test_a_write_that_is_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:3])))
    disk = FileDisk(tmp_path)
    handle = disk.open("file")

    disk.append(handle, b"0123456789")

    assert disk.read(handle, 100, 0) == b"0123456789"
    disk.close(handle)
    disk.release()
