"""Notes at intervals how far positions and delivery tags have come, so that ages are known at no cost per message."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from brokerctl.core import overdue, timeline
from brokerctl.core.effects import Save

if TYPE_CHECKING:
    from brokerctl.server.node import Node

POSITIONS_SECONDS = 1.0
TAGS_EVERY = 5
"""As many seconds: every channel is looked at, and there may be ten thousand."""

SAVE_SECONDS = 60.0
"""Some 10 kB, and only when something was published since: what a crash makes younger is younger by this."""


class Aging:
    """Owned by the node. `start` needs the running loop."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._beats = 0
        self._is_unsaved = False
        self._saved_at = 0.0

    def start(self) -> None:
        self._saved_at = time.monotonic()
        self._beat()

    def stop(self) -> None:
        """The last word, for the store to keep."""
        self._next.cancel()
        self._note()
        self._save()

    def _beat(self) -> None:
        self._next: asyncio.TimerHandle = asyncio.get_running_loop().call_later(POSITIONS_SECONDS, self._beat)
        self._note()
        self._beats += 1
        if self._beats % TAGS_EVERY == 0:
            overdue.note(self._node.broker)
        if self._node.broker.context.clock.now - self._saved_at >= SAVE_SECONDS:
            self._save()
            self._node.store.submit()

    def _note(self) -> None:
        self._node.set_clock()
        context = self._node.broker.context
        self._is_unsaved |= context.timeline.note(context.sequence.last, context.clock.now)

    def _save(self) -> None:
        context = self._node.broker.context
        self._saved_at = context.clock.now
        if self._is_unsaved:
            self._is_unsaved = False
            record = context.timeline.record(context.clock.offset)
            self._node.carry([Save(timeline.KIND, (), record)])
