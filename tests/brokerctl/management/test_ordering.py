"""The first items by a field are those of a whole sort, whatever the values and however long the list."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.management import ordering
from brokerctl.management.ordering import RUN

ANY: Any = None
"""For the call, which these readers do not ask."""

MIXED = st.one_of(st.none(), st.integers(-3, 3), st.floats(-2, 2), st.booleans(), st.sampled_from(["", "a", "b"]))
LISTS = st.lists(MIXED) | st.lists(st.integers(0, 3)) | st.lists(st.sampled_from(["a", "b", "c"]))


def key(value: Any) -> tuple[int, Any]:
    """Numbers first and missing ones as 0, then texts."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, str) else (0, value)


def first(values: list[Any], count: int, *, is_reversed: bool) -> list[tuple[int, Any]]:
    items = list(enumerate(values))
    work = ordering.first(items, lambda item, call: item[1], ANY, count, is_reversed=is_reversed)
    try:
        # It waits for nothing but its turn: a loop for each example would take longer than all the rest.
        while True:
            work.send(None)
    except StopIteration as done:
        found: list[tuple[int, Any]] = done.value
        return found


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "RUN", 3)


@pytest.mark.usefixtures("short_runs")
def test_first_items_are_those_of_a_stable_sort() -> None:
    @given(LISTS, st.integers(0, 20), st.booleans())
    def check(values: list[Any], count: int, is_reversed: bool) -> None:
        expected = sorted(enumerate(values), key=lambda item: key(item[1]), reverse=is_reversed)

        assert first(values, count, is_reversed=is_reversed) == expected[:count]

    check()


def test_others_have_a_turn_while_a_long_list_is_sorted() -> None:
    async def run() -> int:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = asyncio.create_task(count())
        values = list(range(RUN * 40))
        found = await ordering.first(values, lambda value, call: -value, ANY, 10, is_reversed=False)
        counting.cancel()
        assert found == values[:-11:-1]
        return turns

    assert asyncio.run(run()) > 0
