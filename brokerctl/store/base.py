"""What a store is, and the batch that goes into it.

A batch takes messages, settled positions and definitions in the order they happened. A message that is settled while
its batch still waits is never written at all: most messages of a flowing queue cost the disk nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from brokerctl.errors import StoreError

Definition = tuple[str, tuple[str, ...], dict[str, Any]]
"""kind, key, value (brokerctl.core.effects.Save)."""

Row = tuple[int, int, str, str, bytes, bytes, int | None, int, bool]
"""position, store id of the queue, exchange, routing key, header, body, expiry in ms since 1970 or None, priority, and
whether it is transient: on disk for want of memory only, and thrown away at the next start."""

Receipt = Callable[[], None]
"""Called on the submitter's side when the batch is on disk."""


class StoredMessage(NamedTuple):
    """One message as it comes back from the disk."""

    position: int
    exchange: str
    routing_key: str
    header: bytes
    body: bytes
    expires_ms: int
    """Milliseconds since 1970; 0: never."""
    priority: int
    is_transient: bool
    deliveries: int
    """How often it came back to its queue before, as far as that was written down."""
    is_redelivered: bool


@dataclass(slots=True)
class Kept:
    """What is in the log for one queue."""

    positions: array[int] = field(default_factory=lambda: array("Q"))
    """In order."""
    sizes: array[int] = field(default_factory=lambda: array("I"))
    """Bytes of the bodies."""
    priorities: bytearray = field(default_factory=bytearray)
    has_expiry: bool = False
    """Whether any of them may expire."""


@dataclass(slots=True)
class Recovered:
    """What the log held at the start."""

    definitions: list[Definition] = field(default_factory=list)
    queues: dict[int, Kept] = field(default_factory=dict)
    """By store id."""
    last: int = 0
    """The highest number seen: new ones start behind it."""
    damaged: dict[int, int] = field(default_factory=dict)
    """Stretches of the log that cannot be read, by the store id of the queue they most likely were of; 0: unknown."""


ROW_BYTES = 100
"""Counted for each message besides its header and body: making bytes of it takes as long as copying some kilobytes."""


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
        self.size_bytes += len(row[4]) + len(row[5]) + ROW_BYTES

    def settle(self, positions: Iterable[int]) -> None:
        """These messages are done with. Their rows were added before, in this batch or an earlier one."""
        messages = self.messages
        if not messages:
            self.settled.extend(positions)
            return
        for position in positions:
            row = messages.pop(position, None)
            if row is None:
                self.settled.append(position)
            else:
                self.size_bytes -= len(row[4]) + len(row[5]) + ROW_BYTES

    def define(self, kind: str, key: tuple[str, ...], value: dict[str, Any] | None) -> None:
        """The last word on a key wins; None removes it."""
        self.definitions[kind, key] = value

    def cut(self, limit_bytes: int) -> Batch:
        """Keep what fits one write, a message at least; return the rest, with the receipts and all that is settled."""
        rest = Batch()
        if self.size_bytes <= limit_bytes:
            return rest
        rows, self.messages, self.size_bytes = self.messages, {}, 0
        for row in rows.values():
            (self if self.size_bytes < limit_bytes else rest).add(row)
        if rest.messages:
            rest.settled, self.settled = self.settled, []
            rest.receipts, self.receipts = self.receipts, []
        return rest

    @property
    def is_empty(self) -> bool:
        return not (self.messages or self.settled or self.definitions or self.receipts)

    @property
    def has_writes(self) -> bool:
        """Whether the disk has anything to do, and not only receipts wait for what went before."""
        return bool(self.messages or self.settled or self.definitions)


class Store(Protocol):
    """Filled by one thread, committed in order."""

    recovered: Recovered

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

    def press(self, is_disk_low: bool) -> None:
        """While the disk is low, give back what is dead at once: nobody may publish until it is not."""
        ...

    @property
    def backlog_bytes(self) -> int:
        """Submitted or filled, and not yet on disk."""
        ...

    def holds(self, position: int) -> bool:
        """Whether the message is on disk, so that memory need not keep it."""
        ...

    def load(self, positions: Sequence[int]) -> list[StoredMessage | None]:
        """Messages that it holds, for as many of the positions as fit a page, one at least; None: damaged."""
        ...

    def end(self) -> None:
        """Take nothing more: what is in the batch is for `close`, what comes later is not kept, nor answered.

        To be called on the submitter's side before `close`, which may then run in another thread.
        """
        ...

    def close(self, deliveries: dict[int, int]) -> None:
        """Commit what is left, note which messages were handed out before and how often, let go of the files."""
        ...
