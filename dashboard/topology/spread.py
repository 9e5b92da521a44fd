"""Heights in a column: every item as near as possible to what it is tied to, in its order, with room between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

ROUNDS = 10


def spread(
    columns: Sequence[Sequence[str]],
    heights: Sequence[Sequence[float]],
    routes: Iterable[Sequence[str]],
    space: float,
) -> dict[str, float]:
    """The top of every item; the highest is 0."""
    ties: dict[str, list[str]] = defaultdict(list)
    for route in routes:
        for one, other in pairwise(route):
            ties[one].append(other)
            ties[other].append(one)
    height = {
        item: size
        for column, sizes in zip(columns, heights, strict=True)
        for item, size in zip(column, sizes, strict=True)
    }
    middles: dict[str, float] = {}
    for column in columns:
        at = 0.0
        for item in column:
            middles[item] = at + height[item] / 2
            at += height[item] + space
    at_column = {item: number for number, column in enumerate(columns) for item in column}
    for number in range(ROUNDS):
        for column in columns if number % 2 == 0 else reversed(columns):
            wanted = [_wanted(item, ties, middles, at_column) for item in column]
            middles |= zip(column, _apart(wanted, [height[item] for item in column], space), strict=True)
    tops = {item: middle - height[item] / 2 for item, middle in middles.items()}
    highest = min(tops.values(), default=0.0)
    return {item: top - highest for item, top in tops.items()}


def _wanted(
    item: str, ties: Mapping[str, list[str]], middles: Mapping[str, float], at_column: Mapping[str, int]
) -> float:
    """The middle of what it is tied to in other columns; without ties where it is."""
    places = [middles[tied] for tied in ties.get(item, ()) if at_column[tied] != at_column[item]]
    return sum(places) / len(places) if places else middles[item]


def _apart(wanted: Sequence[float], heights: Sequence[float], space: float) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep order and room: pool adjacent violators."""
    offsets, at = [], 0.0
    for number, height in enumerate(heights):
        at += (heights[number - 1] + height) / 2 + space if number else 0.0
        offsets.append(at)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before = pools.pop()
            total, count = total + before[0], count + before[1]
        pools.append((total, count))
    shifted = [total / count for total, count in pools for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifted, offsets, strict=True)]
