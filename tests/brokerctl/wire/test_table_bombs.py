"""Tables that are small on the wire and large, or endless, for whoever reads them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from brokerctl.errors import AmqpSyntaxError
from brokerctl.wire import fields, properties
from tests.support.bombs import BOMBS
from tests.support.reliability import IS_LONG, evidence
from tests.support.work import lines_run

FRAME = 131_000
"""Bytes: what fits into a frame as RabbitMQ agrees on by default."""


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused(name: str) -> None:
    with pytest.raises(AmqpSyntaxError):
        fields.table(BOMBS[name](FRAME), 0)


@pytest.mark.reliability("c3")
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_of_twice_the_size_takes_no_more_than_twice_the_time(name: str) -> None:
    with evidence(f"C3 table_bombs {name}", "refused; time(2n)/time(n) at most 2.3") as figures:
        half, whole = BOMBS[name](FRAME // 2), BOMBS[name](FRAME)
        first, second = seconds(lambda: refused(half)), seconds(lambda: refused(whole))
        figures.update(milliseconds=round(second * 1000, 3), ratio=round(second / first, 2))

        assert lines_run(lambda: refused(whole)) < 2.3 * lines_run(lambda: refused(half))
        # What takes its time inside one line is seen where the machine is ours; below a tenth of a millisecond a ratio
        # says nothing.
        assert not IS_LONG or second < max(2.3 * first, 0.000_1)


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_in_a_message_costs_nothing_until_somebody_asks_for_its_headers(name: str) -> None:
    table = BOMBS[name](FRAME)
    header = properties.PREFIX.pack(60, 0, 0) + b"\x20\x00" + table

    with contextlib.suppress(AmqpSyntaxError):
        assert properties.facts(header) == properties.facts(properties.encode({}, 0))
    with pytest.raises(AmqpSyntaxError):
        properties.amend(header, {"x-death": []})


def test_last_of_two_equal_keys_counts() -> None:
    entries = b"\x01aI\x00\x00\x00\x01" + b"\x01aI\x00\x00\x00\x02"

    assert fields.table(fields.encode_long_bytes(entries), 0)[0] == {"a": 2}


def refused(table: bytes) -> None:
    with pytest.raises(AmqpSyntaxError):
        fields.table(table, 0)


def seconds(run: Callable[[], None]) -> float:
    """CPU time, the best of some."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        run()
        best = min(best, time.process_time() - started)
    return best
