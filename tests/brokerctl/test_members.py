"""Members of JSON bodies and of headers, by their path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brokerctl.members import ABSENT, inside, of_body

VALUE = {"a": {"b": [1, {"c.d": None}]}, "a.b": "dotted", "": {"": 7}, "0": [[]]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", "dotted"),
        ("a", VALUE["a"]),
        ("0.0", []),
        ("0.1", ABSENT),
        ("0.-1", ABSENT),
        ("0.²", ABSENT),
        ("a.", VALUE["a"]),
        (".", VALUE[""]),
        ("", VALUE[""]),
        ("a.c", ABSENT),
        ("a.b.1", {"c.d": None}),
    ],
)
def test_a_path_leads_to_its_member(path: str, found: Any) -> None:
    assert inside(VALUE, path) == found


def test_a_key_with_dots_is_found_where_the_steps_before_it_lead() -> None:
    assert inside({"x": [{"c.d": None}]}, "x.0.c.d") is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_has_no_members(body: bytes) -> None:
    assert of_body(body, "a") is ABSENT


def test_nesting_is_no_reason_to_fail() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]

    assert of_body(json.dumps(deep).encode(), ".".join(["0"] * 500)) == 1
