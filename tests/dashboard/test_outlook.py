from __future__ import annotations

from typing import Any

import pytest

from dashboard import outlook
from dashboard.snapshot import Rates
from tests.dashboard.snapshots import row

LIMIT = {"x-max-length": 1_000}


@pytest.mark.parametrize(
    ("values", "heading", "time"),
    [
        ({}, "Empty in", "–"),
        ({"rates": Rates(2.0, 2.0, 2.0)}, "Empty in", "–"),
        ({"messages_ready": 120, "rates": Rates(1.0, 3.0, 0.0)}, "Empty in", "1 min"),
        ({"messages_ready": 120, "rates": Rates(3.0, 0.0, 0.0)}, "Empty in", "never"),
        ({"messages_ready": 400, "arguments": LIMIT, "rates": Rates(1.0, 0.0, 0.0)}, "Full in", "10 min"),
        ({"messages_ready": 1_000, "arguments": LIMIT, "rates": Rates(1.0, 0.0, 0.0)}, "Limit", "reached"),
        ({"messages_ready": 400, "arguments": LIMIT}, "Full in", "–"),
    ],
)
def test_present_rates_lead_somewhere(values: dict[str, Any], heading: str, time: str) -> None:
    ahead = outlook.of_queue(row(**values))

    assert (ahead.heading, ahead.time) == (heading, time)


@pytest.mark.parametrize(
    ("rates", "trend"),
    [
        (Rates(), ""),
        (Rates(2.0, 2.0, 2.0), "steady"),
        (Rates(14.9, 0.0, 0.0), "+894/min"),
        (Rates(0.0, 1.0, 0.0), "-60/min"),
    ],
)
def test_a_trend_is_by_the_minute(rates: Rates, trend: str) -> None:
    assert outlook.of_queue(row(rates=rates)).trend == trend


@pytest.mark.parametrize(
    ("messages", "size", "average"),
    [(0, 0, ""), (4, None, ""), (4, 880, "220 B a message"), (8, 9_520_000, "1.1 MiB a message")],
)
def test_an_average_has_a_unit_that_fits(messages: int, size: int | None, average: str) -> None:
    assert outlook.of_queue(row(messages_ready=messages, message_bytes=size)).average == average
