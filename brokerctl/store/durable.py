"""The store of a real broker: the log, and the thread that writes it.

The loop fills a batch and hands it over when the writer is free; the writer appends it with one write and one sync,
and only then its receipts are called. Meanwhile the next batch fills: it grows with the load, and one sync serves
hundreds. The batch becomes bytes before it is handed over, so the writer needs the interpreter's lock only a few times
per batch and does not fight the loop for it.

After one failed write nothing is ever confirmed again: a file system may forget pages it could not write, so a second
sync that succeeds proves nothing (Rebello et al., ATC'20).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from brokerctl.errors import StoreError
from brokerctl.store.base import Batch, Receipt, StoredMessage
from brokerctl.store.disk import Disk
from brokerctl.store.label import Label
from brokerctl.store.recovery import open_log
from brokerctl.store.segments import SEGMENT_BYTES, Job

log = logging.getLogger(__name__)

LARGEST_BYTES = 67_108_864
"""Of one write. Only copies of large messages for many queues come to more in one turn; then it takes several, and is
there whole or not at all in parts only. A place in a segment has 32 bits."""


class DurableStore:
    def __init__(self, disk: Disk, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open or create the log in this folder, and put its end in order.

        Raises StoreError when it cannot be read or is of a newer layout.
        """
        self.batch = Batch()
        self.failure: StoreError | None = None
        self._disk = disk
        self._committing_bytes = 0
        self._wake = threading.Condition()
        self._handed: tuple[Job | None, list[Receipt]] | None = None
        self._job: Job | None = None
        self._is_writing = False
        self._is_ended = False
        self._is_closing = False
        self._rest = Batch()
        """What was in the batch at the end."""
        self._thread = threading.Thread(target=self._write, name="store")
        self._on_commit: Callable[[list[Receipt]], None] = lambda receipts: None
        self._on_failure: Callable[[StoreError], None] = lambda error: None
        try:
            self.log, recovery = open_log(disk, segment_bytes)
            if recovery.closed is not None:
                job = self.log.encode_open()
                self.log.perform(job)
                self.log.finish(job)
        except OSError as error:
            raise StoreError(f"the store in {disk} cannot be opened: {error}") from error
        self.recovered = recovery.recovered
        # After a crash all count as redelivered: nobody wrote down what had been handed out.
        reader = self.log.reader
        reader.redelivered_until, reader.deliveries = recovery.closed or (recovery.recovered.last, {})
        # Those may be gone with their segments: a new message must not take the number of one.
        self.recovered.last = max(self.recovered.last, reader.redelivered_until)

    def start(self, on_commit: Callable[[list[Receipt]], None], on_failure: Callable[[StoreError], None]) -> None:
        self._on_commit, self._on_failure = on_commit, on_failure
        self._thread.start()

    @property
    def backlog_bytes(self) -> int:
        return self.batch.size_bytes + self._committing_bytes

    def submit(self) -> None:
        if self._is_writing or self._is_ended or self.failure is not None:
            return
        is_freeing = self.log.wants_job
        if self.batch.is_empty and not is_freeing:
            return
        batch = self.batch
        self.batch = batch.cut(LARGEST_BYTES)
        self._committing_bytes = batch.size_bytes
        self._is_writing = True
        self._job = self.log.encode(batch) if batch.has_writes or is_freeing else None
        with self._wake:
            self._handed = self._job, batch.receipts
            self._wake.notify()

    def finish(self) -> None:
        if self._is_ended:
            # `close` has the log now, perhaps in another thread.
            return
        self._is_writing = False
        self._committing_bytes = 0
        job, self._job = self._job, None
        if job is not None:
            self.log.finish(job)
        self.submit()

    def press(self, is_disk_low: bool) -> None:
        self.log.is_pressed = is_disk_low
        self.submit()

    def holds(self, position: int) -> bool:
        return self.log.holds(position)

    def load(self, positions: Sequence[int]) -> list[StoredMessage | None]:
        return self.log.read(positions)

    def end(self) -> None:
        if not self._is_ended:
            self._is_ended = True
            self._rest, self.batch = self.batch, Batch()

    def close(self, deliveries: dict[int, int]) -> None:
        self.end()
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        if self.failure is None:
            self._say_good_bye(deliveries)
        self.log.close()
        self._disk.release()

    def _say_good_bye(self, deliveries: dict[int, int]) -> None:
        log = self.log
        if self._job is not None:
            log.finish(self._job)
        known = {position: count for position, count in log.reader.deliveries.items() if log.index.get(position)}
        try:
            while self._rest.has_writes or not log.segments:
                batch, self._rest = self._rest, self._rest.cut(LARGEST_BYTES)
                job = log.encode(batch)
                log.perform(job)
                log.finish(job)
            job = log.encode_close(log.reader.redelivered_until, known | deliveries)
            log.perform(job)
            Label(log.secret, job.end).write(self._disk)
        except OSError as error:
            raise StoreError(f"the store in {self._disk} could not be closed well: {error}") from error

    def _write(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._handed is not None or self._is_closing)
                handed, self._handed = self._handed, None
            if handed is None:
                return
            job, receipts = handed
            try:
                if job is not None:
                    self.log.perform(job)
            except OSError as error:
                self._fail(f"the store in {self._disk} could not be written: {error}")
                return
            except Exception as error:
                # A bug, too, must not leave publishers waiting for ever.
                log.exception("the store's thread ends")
                self._fail(f"the store in {self._disk} could not be written: {error!r}")
                return
            self._on_commit(receipts)

    def _fail(self, text: str) -> None:
        self.failure = StoreError(text)
        self._on_failure(self.failure)
