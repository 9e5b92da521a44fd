from __future__ import annotations

import logging
import sys

import pytest

from brokerctl.logs import OneLine


def written(message: str, *values: object) -> str:
    return OneLine().format(logging.LogRecord("a.b", logging.INFO, __file__, 1, message, values, None))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("q\nERROR root: all is lost", r"q\nERROR root: all is lost"),
        ("q\r\n", r"q\r\n"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("größe ☃", "größe ☃"),
    ],
)
def test_a_name_cannot_begin_a_line(name: str, told: str) -> None:
    assert written("%s left vhost %s", name, "/") == f"INFO a.b: {told} left vhost /"


def test_a_traceback_keeps_its_lines() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, __file__, 1, "x\ny", (), sys.exc_info())

    first, *rest = OneLine().format(record).splitlines()
    assert first == r"ERROR a: x\ny"
    assert rest[0].startswith("Traceback")
    assert rest[-1] == "ValueError: no"
