"""What a store is, and the batch that goes into it.

A batch takes messages, settled positions and definitions in the order they happened. A message that is settled while
its batch still waits is never written at all: most messages of a flowing queue cost the disk nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from brokerctl.errors import StoreError

Definition = tuple[str, tuple[str, ...], dict[str, Any]]
"""kind, key, value (brokerctl.core.effects.Save)."""

Row = tuple[int, int, str, str, bytes, bytes, int | None]
"""position, store id of the queue, exchange, routing key, header, body, expiry in ms since 1970 or None."""

Receipt = Callable[[], None]
"""Called on the submitter's side when the batch is on disk."""


class StoredMessage:
    """One message as it comes back after a restart."""

    __slots__ = ("body", "exchange", "expires_ms", "header", "is_redelivered", "position", "queue_id", "routing_key")

    def __init__(self, row: Row, is_redelivered: bool) -> None:
        self.position, self.queue_id, self.exchange, self.routing_key, self.header, self.body, self.expires_ms = row
        self.is_redelivered = is_redelivered


class Batch:
    """What happened since the last commit was handed over."""

    __slots__ = ("definitions", "messages", "receipts", "settled", "size_bytes")

    def __init__(self) -> None:
        self.messages: dict[int, Row] = {}
        self.settled: list[int] = []
        self.definitions: dict[tuple[str, tuple[str, ...]], dict[str, Any] | None] = {}
        self.receipts: list[Receipt] = []
        self.size_bytes = 0

    def add(self, row: Row) -> None:
        self.messages[row[0]] = row
        self.size_bytes += len(row[4]) + len(row[5])

    def settle(self, positions: list[int]) -> None:
        """These messages are done with. Their rows were added before, in this batch or an earlier one."""
        for position in positions:
            row = self.messages.pop(position, None)
            if row is None:
                self.settled.append(position)
            else:
                self.size_bytes -= len(row[4]) + len(row[5])

    def define(self, kind: str, key: tuple[str, ...], value: dict[str, Any] | None) -> None:
        """The last word on a key wins; None removes it."""
        self.definitions[kind, key] = value

    @property
    def is_empty(self) -> bool:
        return not (self.messages or self.settled or self.definitions or self.receipts)


class Store(Protocol):
    """Loading comes first; then batches are filled by one thread and committed in order."""

    def definitions(self) -> list[Definition]: ...

    def messages(self) -> Iterator[StoredMessage]:
        """In order of position."""
        ...

    def start(self, on_commit: Callable[[list[Receipt]], None], on_failure: Callable[[StoreError], None]) -> None:
        """Begin to commit. Both callbacks come from the store's own thread."""
        ...

    @property
    def batch(self) -> Batch:
        """The batch to fill. `submit` takes it away, so ask for it each time."""
        ...

    def submit(self) -> None:
        """Hand the batch over if the disk is free; if not, `finish` will."""
        ...

    def finish(self) -> None:
        """To be called on the submitter's side after each `on_commit`, before the receipts."""
        ...

    @property
    def backlog_bytes(self) -> int:
        """Submitted or filled, and not yet on disk."""
        ...

    def close(self, redelivered: list[int]) -> None:
        """Commit what is left, note which messages were handed out before, and let go of the files."""
        ...
