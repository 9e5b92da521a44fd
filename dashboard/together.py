"""honcho's way of running several processes under one parent, with only the lines that are news to a person."""

from __future__ import annotations

import threading
import time

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

AGAIN_SECONDS = 0.05

LAST_RESORT_SECONDS = 30.0
"""For all to end by themselves. honcho gives 5 s from the first end on: a keeper that a busy machine held up for so
long, and that is killed, leaves its command running, which then nobody stops."""


class Together(Manager):  # type: ignore[misc]  # honcho has no types
    def __init__(self) -> None:
        super().__init__(_News())
        self._told_at: float | None = None

    def terminate(self) -> None:
        # honcho knows a process's id only some milliseconds after its start, and fails without.
        if all("pid" in process for process in self._processes.values()):
            self._told_at = self._told_at or time.monotonic()
            super().terminate()
        else:
            threading.Timer(AGAIN_SECONDS, self.terminate).start()

    def kill(self) -> None:
        """Called again and again once honcho's patience is over."""
        if self._told_at is not None and time.monotonic() - self._told_at > LAST_RESORT_SECONDS:
            super().kill()


class _News(Printer):  # type: ignore[misc]
    """Not that processes start, get signals and end: what matters of it they say themselves."""

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)
