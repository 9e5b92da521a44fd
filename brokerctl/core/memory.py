"""How much of what waits may stay in memory, and the way back for what lies on disk only.

The core has no files: whoever runs the broker fills in `holds` and `load`. Without them everything stays in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from brokerctl.core.message import Entry

if TYPE_CHECKING:
    from brokerctl.core.queue import Queue

OVERHEAD_BYTES = 400
"""What a message costs in memory besides its body: measured at 370 to 400 with a short routing key and few
properties. Counted, because a million messages of 16 bytes are not 16 MB."""


class Memory:
    __slots__ = ("crowded", "holds", "limit_bytes", "load")

    def __init__(self, limit_bytes: int = sys.maxsize) -> None:
        self.limit_bytes = limit_bytes
        """For the ready messages of one queue, overhead counted."""
        self.holds: Callable[[int], bool] = lambda position: False
        """Whether the message at a position is safe on disk."""
        self.load: Callable[[Sequence[int]], list[Entry | None]] = lambda positions: [None] * len(positions)
        """The messages at these positions, for as many of them as fit a page; None for what cannot be read."""
        self.crowded: dict[Queue, None] = {}
        """Queues with something to write or to drop from memory."""
