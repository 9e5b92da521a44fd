"""A queue that has more messages than memory has room for: when to look, and what leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerctl.core.effects import Effects, Store
from brokerctl.core.memory import OVERHEAD_BYTES

if TYPE_CHECKING:
    from brokerctl.core.queue import Queue


def memory_bytes(queue: Queue) -> int:
    """What its ready messages take in memory."""
    backlog = queue.backlog
    in_memory = len(backlog) - backlog.paged_count
    return queue.ready_bytes - backlog.paged_bytes + in_memory * OVERHEAD_BYTES


def watch(queue: Queue) -> None:
    """Look whether there is room. It is done when enough came in; others ask for it when less is allowed."""
    if queue.backlog.is_paging:
        queue.memory.crowded[queue] = None
        return
    room = queue.memory.limit_bytes - memory_bytes(queue)
    if room < 0:
        queue.memory.crowded[queue] = None
        queue.roomy_bytes = queue.roomy_publishes = 0
    else:
        # Bodies alone and overhead alone may each use half of it; then look again.
        queue.roomy_bytes = queue.ready_bytes + room // 2
        queue.roomy_publishes = queue.counters.publish + room // (2 * OVERHEAD_BYTES)


def make_room(queue: Queue, effects: Effects) -> None:
    """Have what memory has no room for on disk only. Called at the end of each turn while it is crowded."""
    limit = queue.memory.limit_bytes
    if queue.backlog.is_paging or memory_bytes(queue) > limit:
        for entry in queue.backlog.page_out(limit // 2, queue.memory.holds):
            entry.is_stored = True
            effects.append(Store(queue, entry, None, 0))
    if queue.backlog.is_settled:
        queue.memory.crowded.pop(queue, None)
