"""Texts on their way to one browser: a bounded queue and the one task that empties it.

Whoever has news never waits for a browser. A text is one object for all who get it, so slow browsers cost references
and no copies; one that stopped reading for good is closed by the web server, whose pings it does not answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

WAITING = 20
"""Texts that may wait: a tab gets some three a second. One that is further behind is better served by a snapshot."""


class Outbox:
    """`put` is for everybody, `run` for the one task that owns it."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._texts: deque[str] = deque()
        self._has_news = asyncio.Event()

    def put(self, text: str) -> bool:
        """Take a text to be sent; False when too many are waiting, and this one will not be sent."""
        if len(self._texts) >= WAITING:
            return False
        self._texts.append(text)
        self._has_news.set()
        return True

    async def run(self) -> None:
        """Send what is put, in order, until the browser is gone or this is cancelled."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._texts:
                try:
                    await self._send(self._texts[0])
                except OSError:
                    # It went away meanwhile; its socket hears of that by itself.
                    return
                self._texts.popleft()
