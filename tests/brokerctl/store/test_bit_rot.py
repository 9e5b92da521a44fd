"""A closed store whose bytes change: it opens, no body is wrong, what was not touched is there, the rest is counted."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from brokerctl.store import reader, records
from brokerctl.store.label import NAME as LABEL
from brokerctl.store.recovery import open_log
from brokerctl.store.segments import SegmentLog
from tests.support.disks import Files, MemoryDisk
from tests.support.reliability import SEED, evidence, runs
from tests.support.workloads import QUEUES, SIZES, State, Workload

PAGE = 4096


@dataclass(slots=True, frozen=True)
class Shape:
    """Of a store, and how many of the damages it gets."""

    segment_bytes: int
    batches: int
    sizes: Sequence[int]
    """Of bodies."""
    remembered: float
    """The share of batches after which its files are kept, to be put back later."""
    share: float


MANY_SEGMENTS = Shape(runs(16, 64) * 1024, runs(60, 400), SIZES, 0.2, 1)
LARGE = Shape(runs(1, 16) * 1024 * 1024, runs(40, 3000), (0, 40, 9_000, 100_000, 400_000), 0.002, runs(1, 4) / 40)
"""Of 200 MB, with the segments of a broker: to open one takes a second, so it gets a tenth of the damages."""

DAMAGES = {
    "flip": runs(150, 2000),
    "truncate": runs(40, 500),
    "zero": runs(30, 200),
    "copy": runs(30, 200),
    "restore": runs(20, 100),
}
"""How often each kind is tried: the figures of the reference."""


@dataclass(slots=True)
class Record:
    """Where something lies in a closed store."""

    name: str
    begin: int
    end: int
    kind: int
    position: int
    queue: int


@dataclass(slots=True)
class Closed:
    shape: Shape
    files: Files
    older: list[tuple[str, bytes]]
    """Files as they were before."""
    live: dict[int, bytes]
    ever: dict[int, bytes]
    records: list[Record]
    secret: bytes


def closed(seed: int, shape: Shape) -> Closed:
    """A store with several segments, each with messages of all queues, closed well."""
    disk = MemoryDisk()
    log, _ = open_log(disk, shape.segment_bytes)
    chance = random.Random(seed)  # noqa: S311
    older: list[tuple[str, bytes]] = []
    # Settles less than it publishes, so that there is something to lose.
    workload = Workload(log, State(), 0, chance, settled_at_most=4, sizes=shape.sizes)
    for number in range(shape.batches):
        workload.step()
        if chance.random() < shape.remembered or number == shape.batches // 2:
            older += disk.files().items()
    workload.close()
    files = disk.files()
    found = [record for name in sorted(files) if name.endswith(".log") for record in parts(name, files[name], log)]
    older = [(name, content) for name, content in older if files.get(name) != content and name != LABEL]
    return Closed(shape, files, older, workload.before.messages, workload.bodies, found, log.secret)


def parts(name: str, data: bytes, log: SegmentLog) -> list[Record]:
    key = records.key_of(log.secret, int(name[:16]))
    return [
        Record(name, begin, end, kind, position, queue)
        for begin, end, kind, _, _, _, position, queue, *_ in records.scan(data, key, records.SEGMENT_SIZE)
    ]


# Damages: a changed copy of the files, and the range of bytes that may not be what it was


Damaged = tuple[Files, str, int, int]


def flip(store: Closed, chance: random.Random) -> Damaged:
    name = chance.choice(sorted(store.files))
    data = bytearray(store.files[name])
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)
    return store.files | {name: bytes(data)}, name, at, at + 1


def truncate(store: Closed, chance: random.Random) -> Damaged:
    name = chance.choice(sorted(store.files))
    data = store.files[name]
    size = chance.randrange(len(data))
    return store.files | {name: data[:size]}, name, size, len(data)


def zero(store: Closed, chance: random.Random) -> Damaged:
    return replaced(store, chance, bytes(PAGE))


def copy(store: Closed, chance: random.Random) -> Damaged:
    source = store.files[chance.choice(sorted(store.files))]
    at = chance.randrange(0, len(source), 512)
    return replaced(store, chance, source[at : at + PAGE])


def replaced(store: Closed, chance: random.Random, block: bytes) -> Damaged:
    name = chance.choice([name for name in sorted(store.files) if name.endswith(".log")])
    data = store.files[name]
    at = chance.randrange(0, len(data), 512)
    block = block[: len(data) - at]
    return store.files | {name: data[:at] + block + data[at + len(block) :]}, name, at, at + len(block)


def restore(store: Closed, chance: random.Random) -> Damaged:
    """An older version of a file, which may have been deleted since."""
    name, content = chance.choice(store.older)
    now = store.files.get(name, b"")
    return store.files | {name: content}, name, len(content), len(now)


WAYS: dict[str, Callable[[Closed, random.Random], Damaged]] = {
    "flip": flip,
    "truncate": truncate,
    "zero": zero,
    "copy": copy,
    "restore": restore,
}


def check(store: Closed, damaged: Damaged, way: str) -> int:
    """Raises AssertionError when the store does worse than it must; returns how many messages were lost."""
    files, name, begin, end = damaged

    log, recovery = open_log(MemoryDisk(files), store.shape.segment_bytes)
    found = {
        position: message.body
        for kept in recovery.recovered.queues.values()
        for position in kept.positions
        for message in log.read([position])
        if message is not None
    }

    assert all(store.ever[position] == body for position, body in found.items()), "a body is wrong"
    touched = [
        record
        for record in store.records
        if record.name == name and files[name] != store.files.get(name) and record.begin < end and record.end > begin
    ]
    lost = store.live.keys() - found.keys()
    assert lost <= {record.position for record in touched if record.kind == records.MESSAGE}, (
        "more is lost than touched"
    )
    back = found.keys() - store.live.keys()
    # Acks are lost with the record that holds them, or came after the older version of a file.
    assert not back or way == "restore" or any(record.kind == records.SETTLED for record in touched)
    counted = recovery.recovered.damaged
    if lost or (way == "flip" and touched):
        assert counted, "damage is not counted"
    if way == "flip" and [record.kind for record in touched] == [records.MESSAGE] and lost:
        [record] = touched
        assert {queue_of(position) for position in lost} == {record.queue}
        if begin >= record.begin + records.HEAD.size:
            assert set(counted) == {record.queue}, "the wrong queue is blamed"
    return len(lost)


def queue_of(position: int) -> int:
    return QUEUES[position % len(QUEUES)]


def check_all(store: Closed, way: str, chance: random.Random) -> list[int]:
    times = math.ceil(DAMAGES[way] * store.shape.share)
    return [check(store, WAYS[way](store, chance), way) for _ in range(times)]


@pytest.mark.reliability("a5")
@pytest.mark.parametrize("shape", [MANY_SEGMENTS, LARGE], ids=["many segments", "large"])
def test_damage_stays_where_it_is(shape: Shape, request: pytest.FixtureRequest) -> None:
    store = closed(SEED, shape)
    chance = random.Random(SEED)  # noqa: S311
    name = f"A5 bit_rot, {request.node.callspec.id}"

    with evidence(name, "0 wrong bodies, starts always, nothing lost but what was touched") as figures:
        for way in DAMAGES:
            lost = check_all(store, way, chance)
            figures[way] = {"tried": len(lost), "lost_messages_most": max(lost), "that_lost_any": sum(map(bool, lost))}
        figures["store_bytes"] = sum(map(len, store.files.values()))
        figures["messages"] = len(store.live)

    assert len([name for name in store.files if name.endswith(".log")]) >= 3


def test_a_store_without_checksums_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (records, reader):
        monkeypatch.setattr(module, "crc32", lambda data, start=0: 0)
    store = closed(SEED, MANY_SEGMENTS)
    chance = random.Random(SEED)  # noqa: S311

    with pytest.raises(AssertionError, match=r"a body is wrong|damage is not counted"):
        check_all(store, "flip", chance)
