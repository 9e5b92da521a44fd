"""SQLite as the store: WAL, synchronous=FULL, one writer thread, group commit.

The loop fills a batch and hands it over when the writer is free; the writer commits it in one transaction, and only
then its receipts are called. Meanwhile the next batch fills: it grows with the load, and one fsync serves hundreds.
After one failed commit nothing is ever confirmed again: a file system may forget pages it could not write, so a second
fsync that succeeds proves nothing (Rebello et al., ATC'20).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

from brokerctl.errors import StoreError
from brokerctl.store import definitions
from brokerctl.store.base import Batch, Definition, Receipt, StoredMessage

log = logging.getLogger(__name__)

LAYOUT = "1"
FILE = "broker.db"
PRAGMAS = (
    ("locking_mode", "exclusive"),  # two brokers on one file would each undo the other
    ("journal_mode", "wal"),
    ("synchronous", "2"),  # FULL: NORMAL may roll back a confirmed commit after a power cut
    ("cache_size", "-65536"),
    ("wal_autocheckpoint", "4000"),  # pages: about 16 MiB between checkpoints
)


class SqliteStore:
    def __init__(self, folder: Path) -> None:
        """Open or create the file in `folder`.

        Raises StoreError when the folder cannot be made, or the file is in use, damaged or of a newer layout.
        """
        self.batch = Batch()
        self.failure: StoreError | None = None
        self._committing_bytes = 0
        self._wake = threading.Condition()
        self._handed: Batch | None = None
        self._is_writing = False
        self._is_closing = False
        self._thread = threading.Thread(target=self._write, name="store")
        self._on_commit: Callable[[list[Receipt]], None] = lambda receipts: None
        self._on_failure: Callable[[StoreError], None] = lambda error: None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made: {error.strerror}") from error
        self._path = folder / FILE
        try:
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=0)
            self._prepare()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{self._path} cannot be opened ({error}): is another broker using this folder?"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path} is not a store of this broker, or is damaged: {error}") from error
        self._path.chmod(0o600)

    def _prepare(self) -> None:
        database = self._database
        for name, value in PRAGMAS:
            database.execute(f"PRAGMA {name}={value}")
        database.execute("BEGIN EXCLUSIVE")
        # executescript would commit; the statements hold no semicolon of their own.
        for statement in (Path(__file__).parent / "schema.sql").read_text().split(";\n"):
            if statement.strip():
                database.execute(statement)
        database.execute("INSERT OR IGNORE INTO meta VALUES ('layout', ?)", (LAYOUT,))
        layout = self._meta("layout")
        if layout != LAYOUT:
            raise StoreError(f"{self._path} has layout {layout}; this broker knows {LAYOUT}. It was not touched.")
        self._was_closed_well = self._meta("closed") == "well"
        database.execute("DELETE FROM meta WHERE name = 'closed'")
        database.execute("COMMIT")
        for name, wanted in (("journal_mode", "wal"), ("synchronous", 2)):
            (found,) = database.execute(f"PRAGMA {name}").fetchone()
            if found != wanted:
                raise StoreError(
                    f"{self._path}: SQLite answers {name}={found}, not {wanted}; confirms would not be safe"
                )

    def _meta(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    # Loading

    def definitions(self) -> list[Definition]:
        rows = self._database.execute("SELECT kind, key, value FROM definitions")
        return [(kind, tuple(definitions.loads(key)), definitions.loads(value)) for kind, key, value in rows]

    def messages(self) -> Iterator[StoredMessage]:
        """Rows whose checksum does not fit are left out, and said in the log. After a crash all count as redelivered:
        nobody wrote down what had been handed out."""
        columns = "position, queue_id, exchange, routing_key, header, body, expires_ms, checksum, redelivered"
        for *row, checksum, redelivered in self._database.execute(
            f"SELECT {columns} FROM messages ORDER BY position"  # noqa: S608 (a constant)
        ):
            if not _is_intact(row[4], row[5], checksum):
                log.error("message %d of queue %d is damaged on disk and left out", row[0], row[1])
                continue
            yield StoredMessage(tuple(row), bool(redelivered) or not self._was_closed_well)

    # Writing

    def start(self, on_commit: Callable[[list[Receipt]], None], on_failure: Callable[[StoreError], None]) -> None:
        self._on_commit, self._on_failure = on_commit, on_failure
        self._thread.start()

    @property
    def backlog_bytes(self) -> int:
        return self.batch.size_bytes + self._committing_bytes

    def submit(self) -> None:
        if self._is_writing or self.batch.is_empty or self.failure is not None:
            return
        batch, self.batch = self.batch, Batch()
        self._committing_bytes = batch.size_bytes
        self._is_writing = True
        with self._wake:
            self._handed = batch
            self._wake.notify()

    def finish(self) -> None:
        self._is_writing = False
        self._committing_bytes = 0
        self.submit()

    def close(self, redelivered: list[int]) -> None:
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        if self.failure is None:
            self._commit(self.batch)
            database = self._database
            database.execute("BEGIN")
            database.executemany("UPDATE messages SET redelivered = 1 WHERE position = ?", ((p,) for p in redelivered))
            database.execute("INSERT OR REPLACE INTO meta VALUES ('closed', 'well')")
            database.execute("COMMIT")
        self._database.close()

    def _write(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._handed is not None or self._is_closing)
                batch, self._handed = self._handed, None
            if batch is None:
                return
            try:
                self._commit(batch)
            except sqlite3.Error as error:
                self.failure = StoreError(f"{self._path} could not be written: {error}")
                self._on_failure(self.failure)
                return
            self._on_commit(batch.receipts)

    def _commit(self, batch: Batch) -> None:
        execute, many = self._database.execute, self._database.executemany
        execute("BEGIN")
        for (kind, key), value in batch.definitions.items():
            if value is None:
                execute("DELETE FROM definitions WHERE kind = ? AND key = ?", (kind, definitions.dumps(key)))
            else:
                record = (kind, definitions.dumps(key), definitions.dumps(value))
                execute("INSERT OR REPLACE INTO definitions VALUES (?, ?, ?)", record)
        rows = [(*row, _checksum(row[4], row[5])) for row in batch.messages.values()]
        many(
            "INSERT INTO messages (position, queue_id, exchange, routing_key, header, body, expires_ms, checksum) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        many("DELETE FROM messages WHERE position = ?", ((position,) for position in batch.settled))
        execute("COMMIT")


def _checksum(header: bytes, body: bytes) -> int:
    return crc32(body, crc32(header))


def _is_intact(header: object, body: object, checksum: object) -> bool:
    # A flipped bit can also turn a column into another type.
    return isinstance(header, bytes) and isinstance(body, bytes) and checksum == _checksum(header, body)
