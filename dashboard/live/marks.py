"""What happened on a broker between two looks, for the lines in its charts. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.past import Key
from dashboard.snapshot import Snapshot

MAX_AT_ONCE = 100
"""Marks of one look: when a client with thousands of queues goes, they say no more than the first hundred."""


def happened(before: Snapshot, after: Snapshot) -> list[tuple[Key | None, str]]:
    """(queue, label) of each; None: of the whole broker. Nothing when there was no look before."""
    if before.taken_at is None or not after.is_live:
        return []
    return [*_on_nodes(before, after), *_on_queues(before, after)][:MAX_AT_ONCE]


def _on_nodes(before: Snapshot, after: Snapshot) -> Iterator[tuple[None, str]]:
    known = {node.name: node for node in before.nodes}
    is_alone = len(after.nodes) == 1
    for node in after.nodes:
        was = known.get(node.name)
        if was is None or was is node:
            continue
        name = "" if is_alone else f" {node.name}"
        if was.uptime_seconds and node.uptime_seconds is not None and node.uptime_seconds < was.uptime_seconds:
            yield None, f"node restarted{name}"
        if node.memory_alarm and not was.memory_alarm:
            yield None, f"memory alarm{name}"
        if node.disk_alarm and not was.disk_alarm:
            yield None, f"disk alarm{name}"


def _on_queues(before: Snapshot, after: Snapshot) -> Iterator[tuple[Key, str]]:
    for key, row in after.queues.items():
        was = before.queues.get(key)
        if was is not None and was.queue.consumers > 0 and row.queue.consumers == 0:
            yield key, "consumers lost"
