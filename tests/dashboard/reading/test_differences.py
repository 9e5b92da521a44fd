from __future__ import annotations

from dashboard.reading.differences import differences


def signed(before: bytes, after: bytes) -> list[tuple[str, str]]:
    return [(line.sign, line.text) for line in differences(before, after) if line.sign != " "]


def test_json_is_compared_by_what_it_says() -> None:
    assert signed(b'{"a":1,"b":2}', b'{"a": 1, "b": 3}') == [("-", '  "b": 2'), ("+", '  "b": 3')]


def test_text_is_compared_by_lines() -> None:
    assert signed(b"a\nb\nc", b"a\nB\nc") == [("-", "b"), ("+", "B")]


def test_the_same_body_and_bodies_that_are_no_text_have_no_lines() -> None:
    assert differences(b"a", b"a") == ()
    assert differences(b"\xff", b"a") == ()


def test_lines_that_look_like_a_heading_of_the_difference_are_kept() -> None:
    assert ("-", "-- x") in signed(b"-- x\ny", b"y")
