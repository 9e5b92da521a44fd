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

    def stand_still(self, seconds: float) -> None:
        """And then run what has become due once."""
        self.now += seconds
        due = [each for each in self.waiting if each[0] <= self.now]
        self.waiting = [each for each in self.waiting if each not in due]
        for _, call in due:
            call()

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
    loop.pass_time(0.2)

    assert said[-1] == "peer is gone"


def test_peer_is_not_gone_when_it_was_the_broker_that_stood_still() -> None:
    """Timers that are due run before the sockets are read."""
    loop, made, said = heartbeat()

    loop.stand_still(1000)
    made.heard()
    loop.pass_time(19.9)
    assert "peer is gone" not in said
    loop.pass_time(0.2)

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
