"""From objects to samples, in slices: fifty thousand queues take a fifth of a second, and messages go on meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from brokerctl.management.prometheus.exposition import Labels, samples
from brokerctl.management.prometheus.families import Family, Numbers
from brokerctl.management.turns import Turns

T = TypeVar("T")

SLICE = 100
"""Objects between two looks at the clock."""

CHUNK = 500
"""Lines of text made at once."""


async def slices(objects: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """A few objects at a time; everybody else gets a turn between."""
    turns = Turns()
    for start in range(0, len(objects), SLICE):
        yield objects[start : start + SLICE]
        await turns.give_way()


async def totals(families: Sequence[Family[T]], objects: Sequence[T]) -> list[Numbers]:
    """The sums over all objects, a row for each family.

    Objects that go meanwhile are counted as they were: what is kept of those that are gone was read before.
    """
    sums: list[Numbers] = [(0,) * len(family.metrics) for family in families]
    async for some in slices(objects):
        for at, family in enumerate(families):
            sums[at] = tuple(map(sum, zip(sums[at], *map(family.read, some), strict=True)))
    return sums


async def by_object(family: Family[Any], objects: Sequence[Any], prefix: str) -> AsyncIterator[str]:
    """The samples of each object, metric by metric, as the format wants it."""
    rows: list[tuple[Labels, Numbers]] = []
    async for some in slices(objects):
        rows.extend((family.where(each), family.read(each)) for each in some)
    turns = Turns()
    for at, metric in enumerate(family.metrics):
        yield metric.head(prefix)
        for start in range(0, len(rows), CHUNK):
            yield samples(
                prefix + metric.name, ((where, numbers[at]) for where, numbers in rows[start : start + CHUNK])
            )
            await turns.give_way()


def of_all(families: Sequence[Family[Any]], sums: Sequence[Numbers], prefix: str) -> str:
    """One sample for each metric, without labels."""
    return "".join(
        metric.head(prefix) + samples(prefix + metric.name, [("", value)])
        for family, numbers in zip(families, sums, strict=True)
        for metric, value in zip(family.metrics, numbers, strict=True)
    )
