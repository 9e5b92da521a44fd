"""Long work of one request on the broker's loop: it gives way every few milliseconds, and ends early after a while.

How long a piece may take depends on how long the others took. Where messages are few they must not wait for a list;
where they fill the loop each turn of theirs takes so long that a list in small pieces would not come to an end.
"""

from __future__ import annotations

import asyncio
import time

LEAST_SECONDS = 0.003
"""Reading a page from disk takes longer: nobody notices."""

MOST_SECONDS = 0.010
"""As long as a socket's worth of small messages takes."""

WORK_SECONDS = 2.0
"""Of one request, waiting not counted. The answer then says where to go on; clients wait for ten seconds."""


class Turns:
    def __init__(self) -> None:
        self._worked = 0.0
        self._since = time.monotonic()
        self._piece_seconds = LEAST_SECONDS

    @property
    def is_used_up(self) -> bool:
        """Whether it is time to answer with what there is."""
        return self._worked + time.monotonic() - self._since >= WORK_SECONDS

    async def give_way(self) -> bool:
        """Let others work if it was long enough; True when it did, so the broker may have changed.

        Then it is our turn for as long as they had theirs, within the bounds.
        """
        ended = time.monotonic()
        worked = ended - self._since
        if worked < self._piece_seconds:
            return False
        self._worked += worked
        await asyncio.sleep(0)
        self._since = time.monotonic()
        self._piece_seconds = min(max(self._since - ended, LEAST_SECONDS), MOST_SECONDS)
        return True
