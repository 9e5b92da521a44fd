"""What a cell of a table says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from brokerctl.cli import output


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.25, "0.2"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05+00:00"),
        (["a", "b"], "a, b"),
        ({"x-max-length": 5, "größe": "ß"}, 'x-max-length=5, größe="ß"'),
    ],
)
def test_values_are_told_for_people(value: object, said: str) -> None:
    assert output.cell(value) == said


@pytest.mark.parametrize("value", ["\x1b[2J", ["\x1b[2J"], ("tag", "\x9b2J"), {"\x9b2J": 1}, {"key": "\x9b2J\x7f"}])
def test_no_value_of_any_kind_moves_the_cursor(value: object) -> None:
    said = output.cell(value)

    assert said.isprintable()
    assert "2J" in said
