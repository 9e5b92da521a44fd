"""Numbers look the same whether the server wrote them or the page's script did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from dashboard import verdicts
from dashboard.templatetags import amqp

VALUES = [
    None,
    0,
    0.04,
    0.1,
    0.96,
    1,
    9.96,
    59.9,
    60,
    99.96,
    100,
    999.5,
    1000,
    1023,
    1024,
    1914.2,
    12480,
    39954841,
    2**40,
]


def lasting(value: float | None) -> str:
    return amqp.UNKNOWN if value is None else verdicts.lasting(timedelta(seconds=value))


@pytest.mark.parametrize(
    ("name", "write"), [("number", amqp.number), ("rate", amqp.rate), ("bytes", amqp.size), ("lasting", lasting)]
)
def test_script_writes_a_number_as_the_server_does(page: Page, name: str, write: Callable[[Any], str]) -> None:
    page.goto("/settings/")

    written = page.evaluate(
        "async ([name, values]) => values.map((await import('postroom/format')).formats[name])", [name, VALUES]
    )

    assert dict(zip(VALUES, written, strict=True)) == {value: write(value) for value in VALUES}
