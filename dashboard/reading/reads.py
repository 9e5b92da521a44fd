"""What people read from queues, kept for a while so that looking at a message never reads the queue again.

In this process's memory and nowhere else: bodies never reach the database. Bounded in bytes and in age; the oldest
look goes first. With several web processes a balancer must keep a person at one of them, else the page asks to read
again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.reading.entries import Entry

MAX_BYTES = 256 * 1024 * 1024
"""All looks of all people together; browsing stops one look at a quarter."""

MAX_AGE_SECONDS = 30 * 60
"""After this a queue has changed so much that acting on the look would surprise."""

ENTRY_OVERHEAD_BYTES = 2048
"""Decoded properties and headers, roughly; counted so that many tiny messages do not escape the limit."""


@dataclass(slots=True, frozen=True)
class ReadKey:
    session: str
    broker: str
    vhost: str
    queue: str


@dataclass(slots=True, frozen=True)
class Read:
    at: datetime
    asked: int
    """How many messages the person asked for."""
    entries: tuple[Entry, ...]
    ready: int
    """How many were ready in the queue when it was read."""
    deliveries_left: int | None = None
    """The fewest deliveries any of these has left; None without a limit."""
    is_traceless: bool = False
    """Whether the broker showed them without handing them out."""

    @property
    def size_bytes(self) -> int:
        return sum(entry.size_bytes + len(entry.message.header) + ENTRY_OVERHEAD_BYTES for entry in self.entries)

    def find(self, fingerprint: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.fingerprint == fingerprint), None)

    def chosen(self, fingerprints: Sequence[str]) -> list[Entry]:
        """The entries of these fingerprints, in queue order."""
        wanted = frozenset(fingerprints)
        return [entry for entry in self.entries if entry.fingerprint in wanted]


class ReadCache:
    """Looks by person and queue, least recently used out first. Safe for threads."""

    def __init__(self, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[ReadKey, tuple[float, int, Read]] = OrderedDict()
        self._bytes = 0

    def keep(self, key: ReadKey, read: Read) -> None:
        size = read.size_bytes
        with self._lock:
            self._drop(key)
            self._kept[key] = (self._clock(), size, read)
            self._bytes += size
            while self._bytes > self._max_bytes and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def get(self, key: ReadKey) -> Read | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if self._clock() - found[0] > MAX_AGE_SECONDS:
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return found[2]

    def forget(self, key: ReadKey) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key: ReadKey) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= found[1]


reads = ReadCache()
"""The one cache of this process."""
