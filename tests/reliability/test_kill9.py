"""A1: SIGKILL under load, again and again. What was confirmed is there, what was acked for good does not come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.broken import BREAKS
from tests.reliability.lives import Lives
from tests.support.reliability import IS_LONG, SEED, evidence, runs

CYCLES = runs(short=10, long=100)
LIFE_SECONDS = (0.05, 1.5) if IS_LONG else (0.05, 0.4)
MOST_CYCLES = 10 * CYCLES
"""On a machine so busy that hardly anything is confirmed in a life."""
CONFIRMED = CYCLES * 50
"""Messages, so that there was something to lose; and as many acked for good."""
CYCLES_TO_BREAK = 40
"""The first few find it; on a machine so busy that a life ends before much happened in it, more."""
DRAIN_EVERY = 10 if IS_LONG else 5

SEEN_AS = {
    "confirm_before_write": {"lost"},
    "close_before_ack": {"resurrected"},
    "forget_on_delivery": {"lost"},
    "forget_acks": {"resurrected"},
    "spoil_bodies": {"corrupt"},
    "first_time_again": {"unflagged"},
    "backwards": {"disordered"},
}
"""What the checker says of each broken broker. Others may come with it."""


@pytest.mark.reliability("a1")
def test_confirmed_messages_survive_sigkill_and_the_sigkill_after_it(home: Path) -> None:
    lives = Lives(home, SEED, LIFE_SECONDS)
    with evidence("A1 kill9_confirmed", f"{CYCLES} cycles of two SIGKILLs, every list empty") as figures:
        for number in range(MOST_CYCLES):
            lives.cycle(number)
            figures["cycles"] = number + 1
            if (number + 1) % DRAIN_EVERY == 0:
                lives.drain(number // DRAIN_EVERY)
                figures |= lives.summary()
                since = SEED + number + 1 - DRAIN_EVERY
                assert not lives.ledger.verdict.broken, (
                    f"{lives.ledger.verdict}\nagain: make reliability TEST=a1 SEED={since}"
                )
                least = min(len(lives.ledger.confirmed), len(lives.ledger.acked_for_good))
                if number + 1 >= CYCLES and least > CONFIRMED:
                    break

    assert len(lives.ledger.confirmed) > CONFIRMED
    assert len(lives.ledger.acked_for_good) > CONFIRMED


@pytest.mark.reliability("a1")
@pytest.mark.parametrize("broken", SEEN_AS)
def test_broken_broker_is_found_out(broken: str, home: Path) -> None:
    """Without this, a test that never fails proves nothing."""
    command, settings = ("tests.reliability.broken",), {"REL_BREAK": broken}
    lives = Lives(home, SEED, LIFE_SECONDS, command, settings)
    found: set[str] = set()
    for number in range(CYCLES_TO_BREAK):
        lives.cycle(number)
        lives.drain(number)
        found = set(lives.ledger.verdict.broken)
        if found >= SEEN_AS[broken]:
            break

    assert found >= SEEN_AS[broken]


def test_every_broken_broker_is_tried() -> None:
    assert {each.__name__ for each in BREAKS} == SEEN_AS.keys() | {"undead_policies", "half_users"}
