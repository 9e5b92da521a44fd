"""Half-open connections: limits of one address and of all, refusals at once, and who is counted as one."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path

import pytest

from brokerctl.server.addresses import is_loopback, origin
from brokerctl.server.config import BrokerConfig
from brokerctl.server.gate import Gate
from brokerctl.server.tally import INTERVAL_SECONDS, KINDS, Tally
from tests.support import embedded
from tests.support.hosted import hosting
from tests.support.raw import RawClient


def gate(limit: int = 10, of_one: int = 2) -> Gate:
    return Gate(limit, of_one, Tally(logging.getLogger(__name__), lambda: 0.0))


def test_one_address_has_its_limit_and_another_comes_in() -> None:
    doors = gate()
    tickets = [doors.enter("10.0.0.1") for _ in range(3)]

    assert [ticket is not None for ticket in tickets] == [True, True, False]
    assert doors.enter("10.0.0.2") is not None


def test_all_together_have_a_limit() -> None:
    doors = gate(limit=3)

    assert [doors.enter(f"10.0.0.{n}") is not None for n in range(5)] == [True, True, True, False, False]


def test_ticket_given_back_lets_the_next_one_in_and_counts_once() -> None:
    doors = gate(of_one=1)
    ticket = doors.enter("10.0.0.1")
    assert ticket is not None
    assert doors.enter("10.0.0.1") is None

    ticket.give_back()
    ticket.give_back()

    assert doors.half_open == 0
    assert doors.enter("10.0.0.1") is not None
    assert doors.enter("10.0.0.1") is None


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
    ],
)
def test_addresses_that_one_peer_has_are_counted_together(host: str, counted_as: str) -> None:
    assert origin(host) == counted_as


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.200.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("10.0.0.1", False),
        ("fe80::1%lo", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here


def test_refusals_are_told_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    tally = Tally(logging.getLogger("refusals"), lambda: now)
    for _ in range(1000):
        tally.add("bad login", "10.0.0.1")
    tally.add("bad login", "10.0.0.2")
    tally.pass_time()
    now = INTERVAL_SECONDS
    tally.pass_time()

    assert caplog.messages == [
        "refused 10.0.0.1: bad login",
        "refused 10.0.0.2: bad login",
        "refused 10.0.0.1 another 999 times: bad login",
    ]


def test_many_different_refusals_are_counted_by_their_reason(caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally(logging.getLogger("refusals"), lambda: 0.0)
    for n in range(5000):
        tally.add("bad login", f"10.0.{n % 256}.{n // 256}", f"user {n}")

    assert len(caplog.messages) == KINDS + 1
    assert caplog.messages[-1] == "refused others: bad login"


def test_full_address_is_refused_at_once_and_others_log_in(home: Path) -> None:
    settings = {"POSTROOM_HALF_OPEN_PER_ADDRESS": "3", "POSTROOM_HALF_OPEN_MAX": "10"}
    with embedded.running(home, **settings) as broker, ExitStack() as parked:
        mine = [RawClient(broker.amqp_port, source="127.0.0.9") for _ in range(3)]
        for client in mine:
            parked.enter_context(client).greet()

        with RawClient(broker.amqp_port, source="127.0.0.9") as surplus:
            assert surplus.is_closed()
        with RawClient(broker.amqp_port, source="127.0.0.8") as good:
            good.open()
        mine[0].__exit__(None, None, None)
        mine[1].answer()

        with RawClient(broker.amqp_port, source="127.0.0.9") as next_one:
            next_one.open()


def test_stalled_handshake_is_dropped() -> None:
    limit = BrokerConfig().handshake_seconds
    with hosting() as broker, RawClient(broker.amqp_port) as silent, RawClient(broker.amqp_port) as greeted:
        greeted.greet()

        broker.pass_time(limit)

        assert silent.is_closed()
        assert greeted.is_closed()
