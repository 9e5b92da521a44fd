"""Between a running operation and its row: progress in, cancellation out, at most twice a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.utils.timezone import now

from brokerctl.operations.progress import Control, Tally
from dashboard.models import Operation
from dashboard.models.operation import State

INTERVAL_SECONDS = 0.5
"""Operations report every message; a row written more often would cost more than the moving."""


class Reporter:
    """Writes the progress of one claimed operation. A row that was ended by others counts as cancelled."""

    def __init__(self, operation_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._mine = Operation.objects.filter(pk=operation_id, state=State.RUNNING)
        self._clock = clock
        self._next = clock()
        self._tally = Tally()
        self._is_cancelled = False

    @property
    def control(self) -> Control:
        return Control(report=self.report, is_cancelled=self.is_cancelled)

    def report(self, tally: Tally) -> None:
        self._tally = tally
        self._sync_when_due()

    def is_cancelled(self) -> bool:
        self._sync_when_due()
        return self._is_cancelled

    def finish(self, state: State, tally: Tally | None = None, error: str = "") -> None:
        """Write the end. Nothing happens when the row was ended meanwhile."""
        self._mine.update(**fields(tally or self._tally), state=state, error=error, finished_at=now())

    def _sync_when_due(self) -> None:
        if self._clock() < self._next or self._is_cancelled:
            return
        self._next = self._clock() + INTERVAL_SECONDS
        is_mine = self._mine.update(**fields(self._tally), heartbeat_at=now())
        self._is_cancelled = not is_mine or self._mine.filter(cancel_requested=True).exists()


def fields(tally: Tally) -> dict[str, Any]:
    """The tally as columns of an Operation."""
    return {
        "total": tally.total,
        "counts": {outcome.value: count for outcome, count in tally.counts.items() if count},
        "problems": [asdict(problem) for problem in tally.problems],
        "items": [asdict(item) for item in tally.items],
    }
