"""How old a position is: never more than the truth, and by how much less."""

from __future__ import annotations

import pytest

from brokerctl.core.broker import Broker
from brokerctl.core.timeline import KIND, MOST, PRECISION, Timeline
from brokerctl.server.codec import WireCodec


def test_a_position_is_as_old_as_the_note_behind_it() -> None:
    timeline = Timeline()
    timeline.note(10, 100.0)
    timeline.note(20, 101.0)

    ages = [timeline.age(position, 130.0) for position in (1, 10, 11, 20, 21)]

    assert ages == [30.0, 30.0, 29.0, 29.0, 0.0]
    assert timeline.note(20, 140.0) is False


def test_ages_of_a_month_take_little_memory_and_are_never_too_high() -> None:
    timeline = Timeline()
    for second in range(20_000):
        timeline.note(second + 1, float(second))

    ages = [timeline.age(position, 20_000.0) for position in range(1, 20_001)]

    assert len(timeline.record(0.0)["notes"]) <= MOST
    lost = [20_000.0 - (position - 1) - age for position, age in enumerate(ages, 1)]
    assert min(lost) == 0.0
    assert all(each <= max(1.0, (20_000 - at) / PRECISION) for at, each in enumerate(lost))


def test_ages_go_on_after_a_restart_on_another_clock() -> None:
    before, after = Timeline(), Timeline()
    before.note(5, 50.0)

    after.restore(before.record(1_000_000.0), 999_000.0)

    assert after.age(5, 1060.0) == 10.0


def test_a_broker_s_ages_survive_a_restart_to_the_fraction_of_a_second() -> None:
    before, after = Broker(WireCodec()), Broker(WireCodec())
    before.context.clock.offset, after.context.clock.offset = 1_000_000.9, 999_000.9
    before.context.timeline.note(5, 50.0)

    after.restore([(KIND, (), before.context.timeline.record(before.context.clock.offset))])

    assert after.context.timeline.age(5, 1060.0) == pytest.approx(10.0, abs=1e-6)
