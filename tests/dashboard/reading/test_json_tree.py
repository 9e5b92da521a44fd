from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reading.json_tree import MAX_LINES, Kind, tree


def written(text: str) -> str:
    """The tree as text again."""
    shown = tree(text)
    assert shown is not None
    return "".join((f"{line.key}: " if line.key else "") + line.value + "," * line.comma for line in shown.lines)


def test_lines_know_their_brackets_and_commas() -> None:
    shown = tree('{"a": [1, {}], "b": null}')

    assert shown is not None
    assert [(line.key, line.value, line.comma) for line in shown.lines] == [
        ("", "{", False),
        ('"a"', "[", False),
        ("", "1", True),
        ("", "{}", False),
        ("", "]", True),
        ('"b"', "null", False),
        ("", "}", False),
    ]
    assert [line.number for line in shown.lines] == [1, 2, 3, 4, 5, 6, 7]
    assert shown.lines[5].kind is Kind.LITERAL


def test_numbers_and_repeated_keys_stay_as_written() -> None:
    assert written('{"a": 1.10, "a": 123456789012345678901234567890}') == (
        '{"a": 1.10,"a": 123456789012345678901234567890}'
    )


@pytest.mark.parametrize("text", ["", "1", '"a"', "{", "[1,]", "{'a': 1}", "[NaN]", "plain text"])
def test_what_is_not_a_json_object_or_array_has_no_tree(text: str) -> None:
    assert tree(text) is None


def test_nesting_deeper_than_the_stack_has_no_tree_and_raises_nothing() -> None:
    assert tree("[" * 100_000 + "]" * 100_000) is None


def test_a_long_document_is_cut_and_its_brackets_closed() -> None:
    shown = tree(json.dumps({"rows": list(range(MAX_LINES * 2))}))

    assert shown is not None
    assert "Only the first 3,000 lines" in shown.note
    assert sum(line.opens for line in shown.lines) == sum(line.closes for line in shown.lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
        max_leaves=20,
    )
)
def test_the_lines_joined_are_the_document(value: object) -> None:
    text = json.dumps([value], ensure_ascii=False)

    assert json.loads(written(text)) == [value]
