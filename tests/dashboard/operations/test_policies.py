"""A policy's pattern names the chosen queues and no others."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dashboard.operations.policies import pattern

NAMES = st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=8), min_size=1)


@given(NAMES, st.text(max_size=8))
def test_pattern_matches_these_names_and_no_others(names: list[str], other: str) -> None:
    compiled = re.compile(pattern(names))

    assert all(compiled.search(name) for name in names)
    assert bool(compiled.search(other)) == (other in names or (other.endswith("\n") and other[:-1] in names))


def test_one_name_is_written_plainly() -> None:
    assert pattern(["a.b+c"]) == r"^a\.b\+c$"
    assert pattern(["b", "a|x"]) == r"^(?:a\|x|b)$"
