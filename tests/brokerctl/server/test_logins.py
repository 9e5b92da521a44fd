"""Logins: what is remembered and for how long, whose turn it is, and what a flood of guesses does to others."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from brokerctl import passwords
from brokerctl.core.broker import Broker
from brokerctl.server.codec import WireCodec
from brokerctl.server.hashing import THREADS, WAITING_PER_ORIGIN, Hashing
from brokerctl.server.logins import REMEMBERED_SECONDS, Logins
from brokerctl.server.tally import Tally

T = TypeVar("T")

SALT = b"salt"
HASH = passwords.from_rabbitmq(
    base64.b64encode(SALT + hashlib.sha256(SALT + b"right").digest()).decode(), "rabbit_password_hashing_sha256"
)
"""RabbitMQ's kind costs nothing to verify."""


class Place:
    """Logins to a broker with the users ada and guest, and a clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.broker = Broker(WireCodec())
        assert HASH is not None
        self.broker.put_user("ada", HASH, (), [])
        self.broker.put_user("guest", HASH, (), [])
        self.broker.put_user("keyless", "", (), [])
        clock = self.clock
        self.logins = Logins(self.broker, Tally(logging.getLogger("refusals"), clock), clock)

    def clock(self) -> float:
        return self.now

    async def login(self, password: str = "right", name: str = "ada", host: str = "10.0.0.1") -> bool:
        return await self.logins.login(name, password, host)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.logins.close()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed."""
    hashed: list[str] = []
    verify = passwords.verify

    def counting(password: str, known: str) -> bool:
        hashed.append(password)
        return verify(password, known)

    monkeypatch.setattr(passwords, "verify", counting)
    return hashed


def run(scenario: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await scenario()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "password", "host", "is_let_in"),
    [
        ("ada", "right", "10.0.0.1", True),
        ("ada", "wrong", "10.0.0.1", False),
        ("ada", "", "10.0.0.1", False),
        ("nobody", "right", "10.0.0.1", False),
        ("keyless", "", "10.0.0.1", False),
        ("keyless", "right", "10.0.0.1", False),
        ("guest", "right", "10.0.0.1", False),
        ("guest", "right", "::ffff:10.0.0.1", False),
        ("guest", "right", "", False),
        ("guest", "right", "127.0.0.1", True),
        ("guest", "right", "::ffff:127.0.0.1", True),
        ("guest", "right", "::1", True),
        ("a" * 256, "right", "10.0.0.1", False),
    ],
)
def test_who_is_let_in(place: Place, name: str, password: str, host: str, is_let_in: bool) -> None:
    assert run(lambda: place.login(password, name, host)) is is_let_in


def test_too_long_password_is_refused_before_any_work(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = counted(monkeypatch)

    assert run(lambda: place.login("x" * (passwords.MAX_BYTES + 1))) is False
    assert hashed == []


def test_unknown_user_and_user_without_a_password_take_as_long(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = counted(monkeypatch)

    run(lambda: place.login("a guess", "nobody"))
    run(lambda: place.login("another", "keyless"))

    assert hashed == ["a guess", "another"]


def test_right_password_is_hashed_once_wherever_it_comes_from(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = counted(monkeypatch)

    async def scenario() -> list[bool]:
        return [*await asyncio.gather(*(place.login(host=f"10.0.{n % 200}.1") for n in range(1000)))]

    assert run(scenario) == [True] * 1000
    assert hashed == ["right"]


def test_memory_ends_after_minutes_and_with_a_new_password(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = counted(monkeypatch)
    run(place.login)
    place.now += REMEMBERED_SECONDS - 1
    run(place.login)
    assert len(hashed) == 1

    place.now += 2
    run(place.login)
    assert len(hashed) == 2

    place.broker.put_user("ada", passwords.hashed("new"), (), [])
    assert run(place.login) is False
    assert run(lambda: place.login("new")) is True


def test_guesser_is_not_listened_to_and_others_are(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = counted(monkeypatch)

    async def scenario() -> None:
        for n in range(20):
            assert not await place.login(f"guess {n}", host="10.0.0.9")

    run(scenario)

    assert len(hashed) == 5
    assert run(lambda: place.login(host="10.0.0.9")) is False
    assert run(lambda: place.login(host="10.0.0.1")) is True


def test_who_was_right_before_is_not_locked_out_by_a_guesser_beside_it(place: Place) -> None:
    async def scenario() -> bool:
        assert await place.login()
        for n in range(20):
            await place.login(f"guess {n}")
        return await place.login()

    assert run(scenario) is True


def test_addresses_have_their_turns_and_one_has_a_bounded_line() -> None:
    order: list[str] = []

    async def ask(hashing: Hashing, origin: str, password: str) -> bool | None:
        assert HASH is not None
        answer = await hashing.verify(origin, password, HASH)
        if answer is not None:
            order.append(origin)
        return answer

    async def scenario() -> tuple[list[bool | None], bool | None]:
        hashing = Hashing()
        flood = [asyncio.ensure_future(ask(hashing, "flood", "x")) for _ in range(100)]
        await asyncio.sleep(0)
        honest = await ask(hashing, "honest", "right")
        answers = await asyncio.gather(*flood)
        hashing.close()
        return answers, honest

    answers, honest = run(scenario)

    assert honest is True
    # Some were being hashed when the honest one came, and as many may have been taken beside it.
    assert order.index("honest") <= 2 * THREADS
    assert answers.count(None) == 100 - WAITING_PER_ORIGIN - THREADS
    assert answers.count(False) == WAITING_PER_ORIGIN + THREADS


def test_refused_logins_are_told_with_the_user_s_name_on_one_line(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    run(lambda: place.login("wrong", "e\nvil"))

    assert caplog.messages == ["refused 10.0.0.1: wrong user or password (user 'e\\nvil')"]
