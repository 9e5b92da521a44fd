"""Power cuts at any moment: whatever part of the unsynced writes is there, the store opens and holds what it promised.

A killed process leaves the system's cache, so it cannot show a missing sync; these disks can.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from brokerctl.errors import StoreError
from brokerctl.store import reader, records
from brokerctl.store.recovery import Recovery, open_log
from brokerctl.store.segments import Job, SegmentLog
from tests.support.disks import Files, MemoryDisk, UnsyncedDisk
from tests.support.reliability import SEED, evidence, runs
from tests.support.workloads import SEGMENT_BYTES, State, Workload, held

WORKLOADS = runs(8, 320)
IMAGES_OF_WORKLOAD = runs(64, 84)
BATCHES = 24

Image = tuple[Files, State, State]
"""What a power cut left, and the two states of which it must hold one."""


class Camera:
    """Takes pictures of what a power cut would leave, at random moments of a workload."""

    def __init__(self, disk: MemoryDisk, chance: random.Random, share: float) -> None:
        self.images: list[Image] = []
        self.states = State(), State()
        self.workload: Workload | None = None
        self._disk, self._chance, self._share = disk, chance, share
        disk.on_change = self._changed

    def _changed(self) -> None:
        if self._chance.random() < self._share:
            if self.workload is not None:
                self.states = self.workload.before, self.workload.after
            self.images.append((self._disk.power_cut(self._chance), *self.states))


def images(seed: int, kind: type[MemoryDisk] = MemoryDisk, log_kind: type[SegmentLog] = SegmentLog) -> Iterator[Image]:
    """Three lives of one disk, each ended by a power cut; pictures of all of them, recoveries included."""
    chance = random.Random(seed)  # noqa: S311
    files, states = Files(), (State(), State())
    for _ in range(3):
        disk = kind(files)
        camera = Camera(disk, chance, share=0.4)
        camera.states = states
        log, recovery = open_log(disk, SEGMENT_BYTES)
        log.__class__ = log_kind
        state = held(log, recovery)
        camera.states = state, state
        workload = Workload(log, state, recovery.recovered.last, chance)
        camera.workload = workload
        workload.run(BATCHES)
        chance.shuffle(camera.images)
        yield from camera.images[: IMAGES_OF_WORKLOAD // 3]
        files, *states = chance.choice(camera.images)  # type: ignore[assignment]


def check(image: Image) -> None:
    """It opens, holds one of the two states and nothing else, and a second start finds the same."""
    files, before, after = image
    disk = MemoryDisk(files)

    log, recovery = open_log(disk, SEGMENT_BYTES)
    first = held(log, recovery)
    second = held(*reopened(disk))

    assert first in (before, after)
    assert second == first
    assert recovery.recovered.damaged == {}


def reopened(disk: MemoryDisk) -> tuple[SegmentLog, Recovery]:
    return open_log(MemoryDisk(disk.files()), SEGMENT_BYTES)


@pytest.mark.reliability("a2")
def test_every_disk_that_a_power_cut_leaves_holds_what_was_promised() -> None:
    tried, distinct = 0, set()

    with evidence("A2 crash_states", "20,000 images of 200 workloads") as figures:
        for number in range(WORKLOADS):
            for image in images(SEED + number):
                check(image)
                tried += 1
                distinct.add(hash(tuple(sorted(image[0].items()))))
        figures |= {"images": tried, "distinct": len(distinct), "workloads": WORKLOADS}

    assert tried >= runs(400, 20_000)


def test_a_store_that_does_not_sync_is_found_out() -> None:
    assert is_found_out(lambda seed: images(seed, UnsyncedDisk))


def test_a_store_without_checksums_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (records, reader):
        monkeypatch.setattr(module, "crc32", lambda data, start=0: 0)

    assert is_found_out(images)


class DeletesFirst(SegmentLog):
    """Broken: old segments go before the batch that says why is safe."""

    def perform(self, job: Job) -> None:
        for number in job.unlinks:
            self.disk.unlink(f"{number:016d}.log")
            self.disk.sync_folder()
        job.unlinks = []
        super().perform(job)


def test_a_store_that_deletes_before_it_writes_is_found_out() -> None:
    assert is_found_out(lambda seed: images(seed, log_kind=DeletesFirst))


def is_found_out(make: Callable[[int], Iterator[Image]]) -> bool:
    for seed in range(20):
        try:
            for image in make(seed):
                check(image)
        except (AssertionError, StoreError, LookupError):
            return True
    return False
