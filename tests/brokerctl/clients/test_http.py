from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.brokers import Place


def test_an_answer_that_was_read_is_freed_at_once(place: Place) -> None:
    """Else a process that asks for ever grows for minutes, until Python looks for cycles among all it has."""
    place.client.overview()
    with no_collector():
        others = spoken()
        for _ in range(3):
            place.client.overview()

        left = [each for each in spoken() if not any(each is other for other in others)]

    assert left == []


def spoken() -> list[object]:
    """Requests and answers that are still there; other tests hold some of theirs."""
    return [each for each in gc.get_objects() if isinstance(each, httpx.Request | httpx.Response)]


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
