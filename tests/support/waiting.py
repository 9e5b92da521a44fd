"""Waiting for what happens elsewhere, without guessing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STEP_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
"""Of who waits for what has no promised time: a machine that runs other work, too, may stop a process for seconds."""


def wait_until(is_so: Callable[[], bool], within: float = PATIENCE_SECONDS) -> None:
    """Return when `is_so()`; fail with its name when it is not after `within` seconds."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"{getattr(is_so, '__name__', 'it')} did not come true within {within} s")
        time.sleep(STEP_SECONDS)


def wait_for(look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something: asked again, it might find nothing any more."""
    found: list[T] = []

    def is_found() -> bool:
        found[:] = [each for each in [look()] if each]
        return bool(found)

    wait_until(is_found)
    return found[0]
