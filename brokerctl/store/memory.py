"""A store that keeps nothing: for a broker that is meant to forget. Receipts come at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from brokerctl.errors import StoreError
from brokerctl.store.base import Batch, Definition, Receipt, StoredMessage


class MemoryStore:
    backlog_bytes = 0

    def __init__(self) -> None:
        self.batch = Batch()
        self._on_commit: Callable[[list[Receipt]], None] = lambda receipts: None

    def definitions(self) -> list[Definition]:
        return []

    def messages(self) -> Iterator[StoredMessage]:
        return iter(())

    def start(self, on_commit: Callable[[list[Receipt]], None], on_failure: Callable[[StoreError], None]) -> None:
        self._on_commit = on_commit

    def submit(self) -> None:
        if not self.batch.is_empty:
            batch, self.batch = self.batch, Batch()
            self._on_commit(batch.receipts)

    def finish(self) -> None:
        pass

    def close(self, redelivered: list[int]) -> None:
        pass
