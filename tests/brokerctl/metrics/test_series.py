"""Rings of means, with gaps as gaps."""

from __future__ import annotations

import tracemalloc

from hypothesis import HealthCheck, given, settings
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


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 100_000), max_size=300))
def test_memory_is_bounded_and_time_runs_forward(times: list[float]) -> None:
    series = Series(1)
    for at in sorted(times):
        series.add(at, [at])

    for name, grain in GRAINS.items():
        points = series.points(name)
        assert len(points) <= grain.count
        assert [at for at, _ in points] == sorted({at for at, _ in points})


def test_the_last_point_is_the_last_of_all() -> None:
    series = Series(2)
    assert series.last("1m") is None

    for at in range(200):
        series.add(at, [at, None])

    assert all(series.last(name) == series.points(name)[-1] for name in GRAINS)


def test_a_point_that_is_over_takes_its_numbers_and_no_more() -> None:
    width, per_number = 5, 8
    series = Series(width)
    tracemalloc.start()
    begun, _ = tracemalloc.get_traced_memory()
    for at in range(4 * 3600):
        series.add(at, [float(at)] * width)
    used = tracemalloc.get_traced_memory()[0] - begun
    tracemalloc.stop()

    points = sum(grain.count for grain in GRAINS.values())
    assert used < 1.5 * points * (1 + width) * per_number
