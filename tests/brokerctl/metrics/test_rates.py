"""A rate is what was measured, or nothing."""

from __future__ import annotations

from brokerctl.metrics.rates import Meter, StepMeter


def test_first_reading_gives_no_rate() -> None:
    assert Meter().read(100, 0.0, 5) is None


def test_two_readings_give_the_difference_per_second() -> None:
    meter = Meter()
    meter.read(100, 10.0, 5)

    assert meter.read(130, 12.0, 5) == 15.0


def test_counter_that_went_back_starts_again() -> None:
    meter = Meter()
    meter.read(100, 0.0, 5)

    assert meter.read(3, 1.0, 5) is None
    assert meter.read(5, 2.0, 5) == 2.0


def test_pause_longer_than_the_gap_is_no_rate() -> None:
    meter = Meter()
    meter.read(0, 0.0, 5)

    assert meter.read(1000, 100.0, 5) is None


def test_counter_renewed_every_five_seconds_reads_steadily() -> None:
    meter = StepMeter(5)
    rates = [meter.read(at // 5 * 50, float(at), 10) for at in range(20)]

    assert rates[:5] == [None, 0.0, 0.0, 0.0, 0.0] or rates[0] is None
    assert set(rates[6:]) == {10.0}


def test_counter_that_stands_still_falls_to_zero() -> None:
    meter = StepMeter(5)
    meter.read(0, 0.0, 10)
    assert meter.read(50, 5.0, 10) == 10.0
    assert meter.read(50, 9.0, 10) == 10.0

    assert meter.read(50, 15.0, 10) == 0.0
