"""A process is killed while fifty writers change definitions: what it answered is there, and nothing is half there."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from brokerctl.store.base import Batch
from brokerctl.store.disk import FileDisk
from brokerctl.store.recovery import open_log
from tests.support.reliability import SEED, evidence, runs

KILLS = runs(8, 1000)
WRITERS = 50


def change(folder: Path, answers: int, begin: int, is_hasty: bool) -> None:
    """Until it is killed: every batch holds a change of each of some writers; its number is answered when it is safe.

    A hasty one, which is broken, answers before that.
    """
    log, _ = open_log(FileDisk(folder), 65_536)
    chance = random.Random(begin)  # noqa: S311
    number = begin
    while True:
        number += 1
        batch = Batch()
        for writer in chance.sample(range(WRITERS), 10):
            batch.define("user", (f"{writer}", "left"), {"number": number})
            batch.define("user", (f"{writer}", "right"), {"number": number})
            batch.define("queue", (f"{writer}",), {"number": number} if number % 2 else None)
        batch.define("last", (), {"number": number})
        job = log.encode(batch)
        if is_hasty:
            os.write(answers, number.to_bytes(8, "big"))
        log.perform(job)
        log.finish(job)
        if not is_hasty:
            os.write(answers, number.to_bytes(8, "big"))


def live(folder: Path, begin: int, chance: random.Random, is_hasty: bool = False) -> int:
    """One life in a process of its own; return the number of its last answer."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            change(folder, write, begin, is_hasty)
        finally:
            os._exit(1)
    os.close(write)
    last = begin
    for _ in range(chance.randint(1, 40)):
        last = int.from_bytes(os.read(read, 8), "big")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while data := os.read(read, 8):
        last = int.from_bytes(data, "big")
    os.close(read)
    return last


def check(folder: Path, answered: int) -> int:
    """Return the number of the last change that is there."""
    disk = FileDisk(folder)
    _, recovery = open_log(disk, 65_536)
    found = {(kind, key): int(value["number"]) for kind, key, value in recovery.recovered.definitions}
    disk.release()
    last = found[("last", ())]
    assert last >= answered
    assert last - answered <= 1
    assert max(found.values()) == last
    for writer in range(WRITERS):
        left, right = found.get(("user", (f"{writer}", "left"))), found.get(("user", (f"{writer}", "right")))
        assert left == right
        assert left is None or found.get(("queue", (f"{writer}",))) == (left if left % 2 else None)
    assert recovery.recovered.damaged == {}
    return last


@pytest.mark.reliability("a7")
def test_definitions_change_whole_or_not_at_all(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311
    last = 0

    with evidence(
        "A7 definitions_atomic", "1,000 kills: every answered change is there, none is half there"
    ) as figures:
        for _ in range(KILLS):
            last = check(tmp_path, live(tmp_path, last, chance))
        figures |= {"kills": KILLS, "changes": last}

    assert last > KILLS


def test_a_store_that_answers_before_it_writes_is_found_out(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311

    with pytest.raises((AssertionError, KeyError)):
        check_hasty(tmp_path, chance)


def check_hasty(folder: Path, chance: random.Random) -> None:
    last = 0
    for _ in range(50):
        last = check(folder, live(folder, last, chance, is_hasty=True))
