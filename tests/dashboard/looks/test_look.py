"""One thing asked once for everybody, and what was heard kept for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import BrokerUnreachable, ObjectNotFound, RequestRefused
from dashboard.looks import look
from dashboard.looks.look import Kind, Names
from dashboard.models import Broker
from tests.dashboard.places import look as collected


class Counted:
    """A kind whose answers are counted and can be made to fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Exception | None = None
        self.waits: Callable[[], object] = int

    @property
    def kind(self) -> Kind[int]:
        return Kind("counted", self._ask)

    def _ask(self, client: BrokerClient, names: Names) -> int:
        self.asked += 1
        self.waits()
        if self.failure is not None:
            raise self.failure
        return self.asked


@pytest.fixture
def counted(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Time passes when the test says so."""
    look.forget(broker.slug)
    old(monkeypatch, 0)
    return Counted()


def old(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """As if that much time had passed since the last look."""
    now = time.monotonic() + seconds
    monkeypatch.setattr(time, "monotonic", lambda: now)


def test_many_who_look_at_once_cost_the_broker_one_request(broker: Broker, counted: Counted) -> None:
    everybody = threading.Barrier(8)

    def one() -> int:
        everybody.wait()
        return look.take(broker, counted.kind).value

    with ThreadPoolExecutor(8) as threads:
        values = [each.result() for each in [threads.submit(one) for _ in range(8)]]

    assert values == [1] * 8
    assert counted.asked == 1


def test_a_look_that_is_old_is_taken_again_and_one_that_was_forgotten_at_once(
    broker: Broker, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = look.take(broker, counted.kind).value
    look.forget(broker.slug)
    second = look.take(broker, counted.kind).value
    old(monkeypatch, 5)
    third = look.take(broker, counted.kind).value

    assert [first, second, third] == [1, 2, 3]
    assert look.take(broker, counted.kind, "of another name").value == 4


def test_what_is_out_of_date_is_asked_again_and_shown_until_then(broker: Broker, counted: Counted) -> None:
    look.take(broker, counted.kind)

    look.outdate(broker.slug)

    kept = look.latest(broker, counted.kind)
    assert kept is not None
    assert kept.value == 1
    assert look.take(broker, counted.kind).value == 2


class Queued:
    """A lock that knows how many want it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.wanted = threading.Semaphore(0)

    def __enter__(self) -> None:
        self.wanted.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_who_waited_for_a_broker_that_does_not_answer_does_not_wait_once_more(
    broker: Broker, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Queued()
    monkeypatch.setitem(look._locks, (broker.slug, broker.pk, counted.kind.name, ()), turn)
    counted.failure = BrokerUnreachable("no answer")

    def all_wait() -> None:
        for _ in range(4):
            turn.wanted.acquire()
        old(monkeypatch, 4)

    counted.waits = all_wait

    def one(_number: int) -> str:
        with pytest.raises(BrokerUnreachable) as told:
            look.take(broker, counted.kind)
        return str(told.value)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(one, range(4))) == ["no answer"] * 4

    assert counted.asked == 1
    counted.waits = int
    with pytest.raises(BrokerUnreachable):
        look.take(broker, counted.kind)
    assert counted.asked == 2


def test_a_broker_that_was_slow_is_not_waited_for_again_so_soon(
    broker: Broker, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted.waits = lambda: old(monkeypatch, 0.7)
    look.take(broker, counted.kind)

    old(monkeypatch, 30)
    shown = look.take(broker, counted.kind).value
    old(monkeypatch, 60)

    assert (shown, look.take(broker, counted.kind).value) == (1, 2)


def test_a_refusal_leaves_what_was_known_and_says_why(
    broker: Broker, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted.failure = RequestRefused("no")
    with pytest.raises(RequestRefused):
        look.take(broker, counted.kind)
    counted.failure = None
    look.take(broker, counted.kind)

    old(monkeypatch, 5)
    counted.failure = RequestRefused("statistics are off")
    kept = look.take(broker, counted.kind)
    counted.failure = ObjectNotFound("gone")
    with pytest.raises(ObjectNotFound):
        look.take(broker, counted.kind)

    assert (kept.value, kept.error) == (2, "statistics are off")
    assert look.latest(broker, counted.kind) is None


def test_nobody_waits_for_a_broker_that_is_known_to_be_away(unreachable: Broker) -> None:
    counted = Counted()
    collected(unreachable)

    with pytest.raises(BrokerUnreachable):
        look.take(unreachable, counted.kind)

    assert counted.asked == 0
