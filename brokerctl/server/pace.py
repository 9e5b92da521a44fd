"""Publishers and the sockets of consumers: who reads gets the machine first.

What goes straight to a consumer costs a fraction of what has to wait in a queue. So a publisher whose messages wait
only because a consumer's socket is full is not read for a moment: until that socket took something, and never longer
than MOMENT_SECONDS, because no publisher may wait for a consumer that does not read.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from brokerctl.server.halts import Halt

if TYPE_CHECKING:
    from brokerctl.server.session import Session

MOMENT_SECONDS = 0.005
"""At 256 KiB a read a publisher may still send 50 MB/s past a socket that stays full."""


class Pace:
    def __init__(self) -> None:
        self._held: set[Session] = set()

    def hold_back(self, session: Session) -> None:
        """What it published in this turn is ahead of a consumer."""
        session.halt(Halt.AHEAD)
        self._held.add(session)
        asyncio.get_running_loop().call_later(MOMENT_SECONDS, self._let_go, session)

    def caught_up(self) -> None:
        """The socket of a consumer took what waited for it."""
        while self._held:
            self._held.pop().go_on(Halt.AHEAD)

    def _let_go(self, session: Session) -> None:
        self._held.discard(session)
        session.go_on(Halt.AHEAD)
