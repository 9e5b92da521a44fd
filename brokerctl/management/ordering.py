"""Which items of a long list come first by some field, without sorting what nobody will see, and without a long hold.

The list is cut into runs. Each is sorted for itself, in one piece of a few milliseconds, and of each only as many as
can be on the page go into the last sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from brokerctl.management.call import Call
from brokerctl.management.render import ABSENT, Field
from brokerctl.management.turns import Turns

T = TypeVar("T")

RUN = 2500
"""Items whose keys are read and sorted in one piece: one to two milliseconds."""

NUMBERS, TEXTS, OTHERS = range(3)
"""Kinds of keys, in the order in which they come where a field has several."""


async def first(items: Sequence[T], read: Field[T], call: Call, count: int, *, is_reversed: bool) -> list[T]:
    """The first `count` items by what `read` tells of them. Ties keep their order, and a missing key is 0."""
    turns, found, runs = Turns(), list[T](), list[tuple[int, list[Any]]]()
    for start in range(0, len(items), RUN):
        run = items[start : start + RUN]
        kind, keys = _keys([read(item, call) for item in run])
        order = _order(keys, is_reversed)[:count]
        runs.append((kind, [keys[at] for at in order]))
        found += [run[at] for at in order]
        await turns.give_way()
    if len(runs) < 2:
        return found
    return [found[at] for at in _order(_joined(runs), is_reversed)[:count]]


def _order(keys: list[Any], is_reversed: bool) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=is_reversed)


def _keys(values: list[Any]) -> tuple[int, list[Any]]:
    """Comparable with each other: as they are where they are all numbers or all texts, else behind their kind."""
    types = set(map(type, values))
    if types <= {int, float, bool}:
        return NUMBERS, values
    if types == {str}:
        return TEXTS, values
    return OTHERS, [_ranked(value) for value in values]


def _ranked(value: Any) -> tuple[int, Any]:
    if value is None or value is ABSENT:
        return NUMBERS, 0
    if isinstance(value, int | float):
        return NUMBERS, value
    if isinstance(value, str):
        return TEXTS, value
    return OTHERS, repr(value)


def _joined(runs: list[tuple[int, list[Any]]]) -> list[Any]:
    """The keys of all runs, comparable with each other."""
    kinds = {kind for kind, _ in runs}
    if len(kinds) == 1:
        return [key for _, keys in runs for key in keys]
    return [key if kind == OTHERS else (kind, key) for kind, keys in runs for key in keys]
