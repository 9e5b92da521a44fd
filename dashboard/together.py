"""honcho's way of running several processes under one parent, with only the lines that are news to a person."""

from __future__ import annotations

import threading

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

AGAIN_SECONDS = 0.05


class Together(Manager):  # type: ignore[misc]  # honcho has no types
    def __init__(self) -> None:
        super().__init__(_News())

    def terminate(self) -> None:
        # honcho knows a process's id only some milliseconds after its start, and fails without.
        if all("pid" in process for process in self._processes.values()):
            super().terminate()
        else:
            threading.Timer(AGAIN_SECONDS, self.terminate).start()


class _News(Printer):  # type: ignore[misc]
    """Not that processes start, get signals and end: what matters of it they say themselves."""

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)
