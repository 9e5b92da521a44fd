"""Memory and disk alarms: while one is raised, whoever publishes is not read any more; consumers go on (RabbitMQ).

Looking costs some file reads, so it is done the more often the nearer a limit is: by time, and by what publishers sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from brokerctl.server import machine
from brokerctl.server.machine import Reading

log = logging.getLogger(__name__)

FASTEST_BYTES_PER_SECOND = 500_000_000
"""How fast memory or disk may fill: a limit must not be passed by much before we look again."""

SOON_SECONDS, LATE_SECONDS = 0.02, 2.0
LEAST_ALLOWANCE_BYTES = 262_144
"""What publishers may send between two looks, at least: else each read would cost a look."""

RAISED_SECONDS = 0.5
"""Between two looks while an alarm is raised."""


class Alarm(StrEnum):
    MEMORY = "memory"
    DISK = "disk"


class Alarms:
    """`raised` changes in `take` only; `on_change` is called after it did."""

    def __init__(
        self,
        memory_limit_bytes: int,
        disk_free_limit_bytes: int,
        read: Callable[[], Reading],
        promised: Callable[[], int],
        on_change: Callable[[], None],
    ) -> None:
        """`promised` bytes wait for the disk and count as written. Raises OSError when the first look fails."""
        self.memory_limit_bytes = memory_limit_bytes
        self.disk_free_limit_bytes = disk_free_limit_bytes
        self.raised: frozenset[Alarm] = frozenset()
        self._read = read
        self._promised = promised
        self._on_change = on_change
        self.reading = read()
        self._allowance = 0

    @property
    def reason(self) -> str:
        """As RabbitMQ tells publishers; empty when nothing is raised."""
        return "low on " + " & ".join(sorted(self.raised)) if self.raised else ""

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        is_blind = False
        while True:
            try:
                self.take(await asyncio.to_thread(self._look))
                is_blind = False
            except OSError as error:
                if not is_blind:
                    log.error("memory and disk cannot be looked at; alarms stay as they are: %s", error)
                is_blind = True
            await asyncio.sleep(self.pause_seconds())

    def take(self, reading: Reading) -> None:
        """Raise and clear alarms by this reading."""
        reading = replace(reading, disk_free_bytes=max(0, reading.disk_free_bytes - self._promised()))
        self.reading = reading
        # A message may go to several queues, so not all that is left is allowed.
        self._allowance = max(self._left() // 4, LEAST_ALLOWANCE_BYTES)
        raised = {
            Alarm.MEMORY: reading.memory_used_bytes > self.memory_limit_bytes,
            Alarm.DISK: reading.disk_free_bytes < self.disk_free_limit_bytes,
        }
        now = frozenset(alarm for alarm, is_raised in raised.items() if is_raised)
        if now == self.raised:
            return
        for alarm in sorted(now ^ self.raised):
            log.warning("%s alarm %s: %s", alarm, "raised" if alarm in now else "cleared", self._numbers(alarm))
        self.raised = now
        self._on_change()

    def spend(self, size: int) -> None:
        """Publishers sent so many bytes. Looks at once when they may have used up what was left."""
        self._allowance -= size
        if self._allowance < 0 and not self.raised:
            try:
                self.take(self._read())
            except OSError:
                # `run` meets the same, and tells.
                self._allowance = LEAST_ALLOWANCE_BYTES

    def pause_seconds(self) -> float:
        """Until the next look."""
        if self.raised:
            return RAISED_SECONDS
        return min(max(self._left() / FASTEST_BYTES_PER_SECOND, SOON_SECONDS), LATE_SECONDS)

    def _left(self) -> int:
        """Bytes until the nearer alarm."""
        return min(
            self.memory_limit_bytes - self.reading.memory_used_bytes,
            self.reading.disk_free_bytes - self.disk_free_limit_bytes,
        )

    def _look(self) -> Reading:
        if Alarm.MEMORY in self.raised:
            # What consumers took may be free already, and still counted as ours.
            machine.give_back()
        return self._read()

    def _numbers(self, alarm: Alarm) -> str:
        if alarm is Alarm.MEMORY:
            return f"{self.reading.memory_used_bytes} bytes are used, the limit is {self.memory_limit_bytes}"
        return f"{self.reading.disk_free_bytes} bytes are free, the limit is {self.disk_free_limit_bytes}"
