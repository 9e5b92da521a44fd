"""Passwords are verified in threads of their own: few at a time, addresses in turn, and few may wait.

scrypt takes 50 ms of CPU on purpose. A flood of guesses may use that up, but not the loop, and not the turn of an
honest login from another address.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from brokerctl import passwords

THREADS = max(1, (os.cpu_count() or 1) // 2)
"""At a time. The loop needs a core for itself while somebody guesses."""

WAITING_PER_ORIGIN = 32
"""A login that would wait behind so many of its own address takes over a second anyway."""
WAITING = 512


@dataclass(slots=True)
class _Job:
    password: str
    stored: str
    answer: asyncio.Future[bool | None]


class Hashing:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="login")
        self._running = 0
        self._waiting: dict[str, deque[_Job]] = {}
        """By origin; the first one is the next to have its turn."""
        self._count = 0

    async def verify(self, origin: str, password: str, stored: str) -> bool | None:
        """Whether the password has this hash; None when too many wait already."""
        own = self._waiting.get(origin)
        if own is not None and len(own) >= WAITING_PER_ORIGIN:
            return None
        if self._count >= WAITING and not self._make_room(0 if own is None else len(own)):
            return None
        job = _Job(password, stored, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(origin, deque()).append(job)
        self._count += 1
        self._start()
        return await job.answer

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _make_room(self, own: int) -> bool:
        """Send away the last one of the longest line, if that is longer than the newcomer's."""
        line = max(self._waiting.values(), key=len)
        if len(line) <= own + 1:
            return False
        _answer(line.pop(), None)
        self._count -= 1
        return True

    def _start(self) -> None:
        while self._running < THREADS and self._waiting:
            origin = next(iter(self._waiting))
            line = self._waiting.pop(origin)
            job = line.popleft()
            self._count -= 1
            if line:
                # To the end: every address has its turn.
                self._waiting[origin] = line
            if job.answer.done():
                # Whoever asked has gone.
                continue
            self._running += 1
            task = asyncio.get_running_loop().run_in_executor(self._threads, passwords.verify, job.password, job.stored)
            task.add_done_callback(lambda done, job=job: self._finished(job, done))  # type: ignore[misc]

    def _finished(self, job: _Job, done: asyncio.Future[bool]) -> None:
        self._running -= 1
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            _answer(job, done.result())
        elif not job.answer.done():
            job.answer.set_exception(error)
        self._start()


def _answer(job: _Job, value: bool | None) -> None:
    if not job.answer.done():
        job.answer.set_result(value)
