from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import paths


@given(st.text(max_size=80))
def test_every_name_survives_the_way_through_an_address(name: str) -> None:
    segment = paths.segment(name)

    assert paths.name(segment) == name
    assert re.fullmatch(paths.NameConverter.regex, segment)
    assert segment not in (".", "..")


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_names_have_different_addresses(one: str, other: str) -> None:
    assert (paths.segment(one) == paths.segment(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("", "~"),
        ("/", "~2F"),
        ("a/b", "a~2Fb"),
        (".", "~2E"),
        ("..", "~2E~2E"),
        ("a.b", "a.b"),
        ("~", "~7E"),
        ("ü", "~C3~BC"),
    ],
)
def test_segments_are_as_the_browser_makes_them(name: str, segment: str) -> None:
    assert paths.segment(name) == segment


@pytest.mark.parametrize("segment", ["~FF", "~C3"])
def test_bytes_that_are_no_text_are_no_name(segment: str) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        paths.name(segment)
