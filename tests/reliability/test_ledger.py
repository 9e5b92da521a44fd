"""The checker itself: each broken promise is seen, and what is allowed is not taken for one."""

from __future__ import annotations

import pytest

from tests.reliability.ledger import Copy, Ledger

FIRST, SECOND, THIRD = (Copy("q", "writer", counter) for counter in range(3))


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger()
    made.attempted |= {FIRST, SECOND, THIRD}
    made.confirmed |= {FIRST, SECOND}
    return made


def drained(ledger: Ledger, *copies: Copy, is_redelivered: bool = True) -> dict[str, int]:
    for copy in copies:
        ledger.deliver(copy, is_whole=True, is_redelivered=is_redelivered)
    ledger.drain("q", list(copies))
    return ledger.verdict.broken


def test_everything_that_was_confirmed_is_enough(ledger: Ledger) -> None:
    assert drained(ledger, FIRST, SECOND) == {}


def test_what_was_not_confirmed_may_be_there(ledger: Ledger) -> None:
    assert drained(ledger, FIRST, SECOND, THIRD) == {}
    assert ledger.recovered == 1


def test_confirmed_message_that_is_not_there_is_lost(ledger: Ledger) -> None:
    assert drained(ledger, FIRST, THIRD) == {"lost": 1}
    assert "counter=1" in str(ledger.verdict)


def test_message_that_was_delivered_and_never_acked_is_lost_when_it_is_gone(ledger: Ledger) -> None:
    ledger.deliver(FIRST, is_whole=True, is_redelivered=False)

    assert drained(ledger, SECOND) == {"lost": 1}


def test_ack_that_was_sent_may_have_arrived_or_not(ledger: Ledger) -> None:
    ledger.deliver(FIRST, is_whole=True, is_redelivered=False)
    ledger.deliver(SECOND, is_whole=True, is_redelivered=False)
    ledger.acked |= {FIRST, SECOND}

    assert drained(ledger, SECOND) == {}
    assert ledger.duplicated == 1


def test_ack_that_was_answered_does_not_come_undone(ledger: Ledger) -> None:
    ledger.deliver(FIRST, is_whole=True, is_redelivered=False)
    ledger.acked |= {FIRST}
    ledger.acked_for_good |= {FIRST}

    assert drained(ledger, FIRST, SECOND) == {"resurrected": 1}


def test_drained_message_does_not_come_again(ledger: Ledger) -> None:
    drained(ledger, FIRST, SECOND)

    assert drained(ledger, FIRST) == {"resurrected": 1}


def test_message_that_comes_again_must_say_so(ledger: Ledger) -> None:
    ledger.deliver(FIRST, is_whole=True, is_redelivered=False)

    assert drained(ledger, FIRST, SECOND, is_redelivered=False) == {"unflagged": 1}


def test_message_that_nobody_sent_there_is_unexpected(ledger: Ledger) -> None:
    stray = Copy("q", "stranger", 0)

    assert drained(ledger, FIRST, SECOND, stray) == {"unexpected": 1}


def test_body_that_changed_is_corrupt(ledger: Ledger) -> None:
    ledger.deliver(FIRST, is_whole=False, is_redelivered=False)

    assert ledger.verdict.broken == {"corrupt": 1}


def test_message_twice_in_a_queue_is_doubled(ledger: Ledger) -> None:
    assert drained(ledger, FIRST, SECOND, SECOND) == {"doubled": 1}


def test_message_behind_a_later_one_of_its_writer_is_disordered(ledger: Ledger) -> None:
    other = Copy("q", "other", 0)
    ledger.attempted.add(other)

    assert drained(ledger, SECOND, other, FIRST) == {"disordered": 1}
