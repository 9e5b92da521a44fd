"""What was committed comes back; what was settled does not; damage is seen."""

from __future__ import annotations

import sqlite3
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from brokerctl.errors import StoreError
from brokerctl.store.base import Receipt, Row
from brokerctl.store.sqlite import FILE, SqliteStore

QUEUE = 7


class Owner:
    """Stands where the broker's loop stands: takes commits from the store's thread."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder)
        self.committed = threading.Event()
        self.failures: list[StoreError] = []

    def start(self) -> Owner:
        self.store.start(self._commit, self._fail)
        return self

    def flush(self) -> None:
        """Return when everything in the batch is on disk."""
        done = threading.Event()
        self.store.batch.receipts.append(done.set)
        self.committed.clear()
        self.store.submit()
        assert self.committed.wait(10)
        self.store.finish()
        assert done.is_set()

    def _commit(self, receipts: list[Receipt]) -> None:
        for receipt in receipts:
            receipt()
        self.committed.set()

    def _fail(self, error: StoreError) -> None:
        self.failures.append(error)
        self.committed.set()


def row(position: int, body: bytes = b"body", expires_ms: int | None = None) -> Row:
    return position, QUEUE, "x", "key", b"header", body, expires_ms


def crash(owner: Owner) -> None:
    """Let go of the file without the good-bye that `close` writes."""
    owner.store._database.execute("PRAGMA locking_mode=normal")
    owner.store._is_closing = True
    with owner.store._wake:
        owner.store._wake.notify()
    owner.store._thread.join()
    owner.store._database.close()


def test_messages_and_definitions_come_back(tmp_path: Path) -> None:
    owner = Owner(tmp_path).start()
    value = {"arguments": {"x-max": 5, "raw": b"\x00\xff", "price": Decimal("1.50")}}
    owner.store.batch.define("queue", ("/", "größe"), value)
    owner.store.batch.add(row(1))
    owner.store.batch.add(row(2, b"\x00\xff"))
    owner.flush()
    owner.store.close([2])

    store = SqliteStore(tmp_path)

    assert store.definitions() == [("queue", ("/", "größe"), value)]
    assert [(found.position, found.body, found.is_redelivered) for found in store.messages()] == [
        (1, b"body", False),
        (2, b"\x00\xff", True),
    ]
    store.close([])


def test_settled_messages_are_gone_whether_written_before_or_not(tmp_path: Path) -> None:
    owner = Owner(tmp_path).start()
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.batch.add(row(2))
    owner.store.batch.settle([1, 2])
    owner.flush()
    owner.store.close([])

    store = SqliteStore(tmp_path)

    assert list(store.messages()) == []
    store.close([])


def test_message_settled_before_its_commit_is_never_written(tmp_path: Path) -> None:
    owner = Owner(tmp_path).start()
    owner.store.batch.add(row(1))

    owner.store.batch.settle([1])

    assert owner.store.batch.messages == {}
    assert owner.store.batch.settled == []
    assert owner.store.backlog_bytes == 0
    owner.store.close([])


def test_after_a_crash_every_message_may_have_been_delivered(tmp_path: Path) -> None:
    owner = Owner(tmp_path).start()
    owner.store.batch.add(row(1))
    owner.flush()
    crash(owner)

    store = SqliteStore(tmp_path)

    assert [found.is_redelivered for found in store.messages()] == [True]
    store.close([])


def test_damaged_message_is_left_out_and_the_others_live(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    owner = Owner(tmp_path).start()
    for position in (1, 2, 3, 4):
        owner.store.batch.add(row(position))
    owner.flush()
    owner.store.close([])
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE messages SET body = x'00' WHERE position = 2")
        database.execute("UPDATE messages SET body = 'text' WHERE position = 4")
    database.close()

    store = SqliteStore(tmp_path)

    assert [found.position for found in store.messages()] == [1, 3]
    assert "message 2" in caplog.text
    store.close([])


def test_folder_in_use_is_refused_with_a_sentence(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path)

    with pytest.raises(StoreError, match="is another broker using this folder"):
        SqliteStore(tmp_path)
    first.close([])


def test_newer_layout_is_refused_and_not_touched(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close([])
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'layout'")
    database.close()

    with pytest.raises(StoreError, match="layout 99"):
        SqliteStore(tmp_path)


def test_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)

    with pytest.raises(StoreError, match="not a store of this broker"):
        SqliteStore(tmp_path)


def test_after_a_failed_write_nothing_is_committed_any_more(tmp_path: Path) -> None:
    owner = Owner(tmp_path).start()
    told: list[str] = []
    owner.store.batch.add(row(1))
    owner.flush()
    owner.store.batch.add(row(1))
    owner.store.batch.receipts.append(lambda: told.append("confirmed"))
    owner.committed.clear()

    owner.store.submit()

    assert owner.committed.wait(10)
    assert [str(error) for error in owner.failures] != []
    assert owner.store.failure is not None
    assert told == []
    owner.store.close([])
