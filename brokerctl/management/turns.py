"""Long work of one request on the broker's loop: it gives way every few milliseconds, and ends early after a while."""

from __future__ import annotations

import asyncio
import time

AT_ONCE_SECONDS = 0.005
"""As long as reading a page from disk takes: nobody notices."""

WORK_SECONDS = 2.0
"""Of one request, waiting not counted. The answer then says where to go on; clients wait for ten seconds."""


class Turns:
    def __init__(self) -> None:
        self._worked = 0.0
        self._since = time.monotonic()

    @property
    def is_used_up(self) -> bool:
        """Whether it is time to answer with what there is."""
        return self._worked + time.monotonic() - self._since >= WORK_SECONDS

    async def give_way(self) -> bool:
        """Let others work if it was long enough; True when it did, so the broker may have changed."""
        worked = time.monotonic() - self._since
        if worked < AT_ONCE_SECONDS:
            return False
        self._worked += worked
        await asyncio.sleep(0)
        self._since = time.monotonic()
        return True
