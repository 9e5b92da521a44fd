"""How often somebody may be wrong, with time moved by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from brokerctl.server.backoff import Backoff, Failures


@dataclass
class Time:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def backoff(time: Time) -> Backoff:
    return Backoff(time)


def fail(backoff: Backoff, count: int, name: str = "ada", host: str = "10.0.0.1") -> None:
    for _ in range(count):
        backoff.failed(name, host)


def test_a_few_mistakes_are_free_and_then_time_must_pass(backoff: Backoff, time: Time) -> None:
    fail(backoff, 4)
    assert backoff.may_try("ada", "10.0.0.1")

    fail(backoff, 1)
    assert not backoff.may_try("ada", "10.0.0.1")

    time.now += 11
    assert backoff.may_try("ada", "10.0.0.1")


def test_right_password_clears_the_record(backoff: Backoff) -> None:
    fail(backoff, 4)
    backoff.succeeded("ada", "10.0.0.1")
    fail(backoff, 4)

    assert backoff.may_try("ada", "10.0.0.1")


def test_same_user_elsewhere_and_another_user_here_are_not_concerned(backoff: Backoff) -> None:
    fail(backoff, 5)

    assert backoff.may_try("ada", "10.0.0.2")
    assert backoff.may_try("bob", "10.0.0.1")


def test_address_that_tries_many_users_is_stopped(backoff: Backoff) -> None:
    for n in range(50):
        fail(backoff, 1, name=f"user-{n}")

    assert not backoff.may_try("ada", "10.0.0.1")
    assert backoff.may_try("ada", "10.0.0.2")


def test_user_guessed_at_from_everywhere_gets_in_from_a_clean_address(backoff: Backoff) -> None:
    for n in range(100):
        fail(backoff, 1, host=f"10.0.1.{n}")

    assert not backoff.may_try("ada", "10.0.1.7")
    assert backoff.may_try("ada", "10.0.0.1")


def test_addresses_of_one_site_are_one(backoff: Backoff) -> None:
    for n in range(5):
        fail(backoff, 1, host=f"2001:db8::{n}")

    assert not backoff.may_try("ada", "2001:db8::77")


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    failures = Failures(limit=1, forgotten_per_second=0, keys=3)
    for key in ("a", "b", "a", "c", "d"):
        failures.add(key, 0.0)

    assert [failures.is_full(key, 0.0) for key in "abcd"] == [True, False, True, True]
