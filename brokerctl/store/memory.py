"""A store that keeps nothing: for a broker that is meant to forget. Receipts come at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from brokerctl.errors import StoreError
from brokerctl.store.base import Batch, Receipt, Recovered, StoredMessage


class MemoryStore:
    backlog_bytes = 0

    def __init__(self) -> None:
        self.batch = Batch()
        self.recovered = Recovered()
        self._on_commit: Callable[[list[Receipt]], None] = lambda receipts: None

    def start(self, on_commit: Callable[[list[Receipt]], None], on_failure: Callable[[StoreError], None]) -> None:
        self._on_commit = on_commit

    def submit(self) -> None:
        if not self.batch.is_empty:
            batch, self.batch = self.batch, Batch()
            self._on_commit(batch.receipts)

    def finish(self) -> None:
        pass

    def press(self, is_disk_low: bool) -> None:
        pass

    def holds(self, position: int) -> bool:
        return False

    def load(self, positions: Sequence[int]) -> list[StoredMessage | None]:
        return [None] * len(positions)

    def end(self) -> None:
        pass

    def close(self, deliveries: dict[int, int]) -> None:
        pass
