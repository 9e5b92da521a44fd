"""Heartbeats, on a loop whose time the tests move."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from brokerctl.server.timers import Heartbeat


class Loop:
    """As much of a loop as timers need."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, call: Callable[[], None]) -> Any:
        self.waiting.append((self.now + delay, call))

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [each for each in self.waiting if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self.waiting.remove(first)
            self.now = first[0]
            first[1]()
        self.now = end


def heartbeat() -> tuple[Loop, Heartbeat, list[str]]:
    loop, said = Loop(), list[str]()
    made = Heartbeat(
        cast(asyncio.AbstractEventLoop, loop), lambda: said.append("beat"), lambda: said.append("peer is gone")
    )
    made.start(10)
    return loop, made, said


def test_silent_peer_is_gone_after_two_intervals() -> None:
    loop, _, said = heartbeat()

    loop.pass_time(19.9)
    assert "peer is gone" not in said
    loop.pass_time(0.1)

    assert said[-1] == "peer is gone"


def test_peer_that_is_not_read_is_not_gone_and_still_hears_us() -> None:
    loop, made, said = heartbeat()
    made.is_deaf = True

    loop.pass_time(1000)
    assert set(said) == {"beat"}
    assert len(said) >= 100

    made.is_deaf = False
    made.heard()
    loop.pass_time(15)
    assert "peer is gone" not in said
