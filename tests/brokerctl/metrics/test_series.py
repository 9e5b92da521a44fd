"""Rings of means, with gaps as gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brokerctl.metrics.series import GRAINS, Series


def test_grain_gets_the_mean_of_its_step() -> None:
    series = Series(1)
    for at, value in [(0, 1.0), (1, 3.0), (4, 5.0), (5, 100.0)]:
        series.add(at, [value])

    assert series.points("10m") == [(0, (3.0,)), (5, (100.0,))]


def test_gap_stays_a_gap() -> None:
    series = Series(2)
    series.add(0, [1.0, None])
    series.add(3, [2.0, 5.0])

    assert series.points("1m") == [(0, (1.0, None)), (1, (None, None)), (2, (None, None)), (3, (2.0, 5.0))]


@given(st.lists(st.floats(0, 100_000), max_size=300))
def test_memory_is_bounded_and_time_runs_forward(times: list[float]) -> None:
    series = Series(1)
    for at in sorted(times):
        series.add(at, [at])

    for name, grain in GRAINS.items():
        points = series.points(name)
        assert len(points) <= grain.count
        assert [at for at, _ in points] == sorted({at for at, _ in points})
