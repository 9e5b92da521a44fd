"""Rates and samples from readings, on a clock of the test's own."""

from __future__ import annotations

import pytest

from brokerctl.management.errors import Refusal
from brokerctl.management.series import Range, Series


def series(*readings: tuple[float, int], keep_seconds: float = 60) -> Series:
    found = Series(object(), keep_seconds)
    for at, value in readings:
        found.read(at, (value,))
    return found


def test_rate_is_the_change_since_the_reading_before() -> None:
    assert series((0, 10), (5, 30)).rate(0) == 4.0


def test_rate_of_one_reading_is_zero() -> None:
    assert series((0, 10)).rate(0) == 0.0


def test_rate_falls_to_zero_when_nothing_changed_since_the_last_reading() -> None:
    assert series((0, 10), (5, 30), (10, 30)).rate(0) == 0.0


def test_rate_after_a_pause_counts_the_last_interval_only() -> None:
    assert series((0, 10), (5, 10), (10, 10), (15, 20)).rate(0) == 2.0


def test_a_falling_gauge_has_a_negative_rate() -> None:
    assert series((0, 10), (5, 0)).rate(0) == -2.0


def test_idle_since_is_the_time_of_the_last_change() -> None:
    assert series((0, 1), (5, 2), (10, 2), (15, 2)).idle_since == 5
    assert series((0, 1), (5, 2)).idle_since is None


def test_samples_come_newest_first_and_hold_a_value_until_the_next_change() -> None:
    found = series((0, 0), (5, 10), (10, 10), (15, 40)).details(0, Range(15, 5), clock_offset=1000.0)

    assert found["samples"] == [
        {"sample": 40, "timestamp": 1_015_000},
        {"sample": 10, "timestamp": 1_010_000},
        {"sample": 10, "timestamp": 1_005_000},
        {"sample": 0, "timestamp": 1_000_000},
    ]
    assert found["avg_rate"] == pytest.approx(40 / 15)
    assert found["avg"] == 15.0


def test_samples_go_back_no_further_than_the_first_reading() -> None:
    found = series((100, 1), (105, 2)).details(0, Range(60, 5), clock_offset=0.0)

    assert [sample["sample"] for sample in found["samples"]] == [2, 1]


def test_readings_that_come_a_little_late_still_make_one_sample_each() -> None:
    found = series((0, 0), (5.02, 1), (10.03, 2), (15.07, 3)).details(0, Range(15, 5), clock_offset=0.0)

    assert [sample["sample"] for sample in found["samples"]] == [3, 2, 1, 0]


def test_an_object_that_never_stops_keeps_its_window_and_no_more() -> None:
    found = series(*((second, second) for second in range(0, 1000, 5)), keep_seconds=60)

    samples = found.details(0, Range(500, 5), clock_offset=0.0)["samples"]

    assert 12 <= len(samples) <= 14


def test_capacity_is_the_first_reading_then_a_moving_average() -> None:
    found = Series(object(), 60)
    found.read(0, (0,))
    found.mix_capacity(True)
    assert found.shared_capacity == 1.0

    found.read(5, (0,))
    found.mix_capacity(False)

    assert found.shared_capacity == pytest.approx(0.8)


@pytest.mark.parametrize(("age", "step"), [(None, "5"), ("60", None), ("sixty", "5"), ("60", "")])
def test_half_a_range_is_no_range(age: str | None, step: str | None) -> None:
    assert Range.parse(age, step) is None


@pytest.mark.parametrize(("age", "step"), [("0", "5"), ("60", "0"), ("-60", "5"), ("6000", "1")])
def test_a_range_of_nothing_or_too_much_is_refused(age: str, step: str) -> None:
    with pytest.raises(Refusal, match=f"Invalid range parameters: age {age}, incr {step}"):
        Range.parse(age, step)
