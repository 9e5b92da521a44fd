"""Heartbeats of one connection, both ways (§4.2.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LAST_LOOK_SECONDS = 0.05
"""A loop that stood still runs its timers before it reads: what the peer said meanwhile gets this long to be heard."""


class Heartbeat:
    """Sends when nothing was said for half an interval; calls out when nothing was heard for two."""

    __slots__ = (
        "_heard_at",
        "_interval",
        "_is_last_look",
        "_loop",
        "_on_silence",
        "_said_at",
        "_send",
        "_timer",
        "is_deaf",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, send: Callable[[], None], on_silence: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._send = send
        self._on_silence = on_silence
        self._interval = 0.0
        self.is_deaf = False
        """Nothing can be heard, because nothing is read."""
        self._is_last_look = False
        self._heard_at = self._said_at = loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, interval_seconds: float) -> None:
        """Begin with the agreed interval; 0 switches heartbeats off."""
        self._interval = interval_seconds
        if interval_seconds:
            self._timer = self._loop.call_later(interval_seconds / 2, self._check)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def heard(self) -> None:
        self._heard_at = self._loop.time()

    def said(self) -> None:
        self._said_at = self._loop.time()

    def _check(self) -> None:
        now = self._loop.time()
        left = self._heard_at + 2 * self._interval - now
        is_silent = left <= 0 and not self.is_deaf
        if is_silent and self._is_last_look:
            self._on_silence()
            return
        self._is_last_look = is_silent
        if is_silent:
            self._timer = self._loop.call_later(LAST_LOOK_SECONDS, self._check)
            return
        # Twice an interval: a check that is a little late must not let the peer wait a whole one.
        if now - self._said_at >= self._interval / 2:
            self._said_at = now
            self._send()
        again = self._interval / 2 if self.is_deaf else min(self._interval / 2, left)
        self._timer = self._loop.call_later(max(again, 0.001), self._check)
