from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.protocol import MAX_ONLY, Asked, BadMessage, encode, merge_patch, parse

VALUES = st.recursive(
    st.none() | st.integers(-3, 3) | st.lists(st.none() | st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
TABLES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, word for word."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}


@given(TABLES, TABLES)
def test_a_patch_leads_from_the_old_to_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert without_nulls(merged(without_nulls(old), merge_patch(old, new))) == without_nulls(new)


@given(TABLES)
def test_nothing_changed_is_an_empty_patch(data: dict[str, Any]) -> None:
    assert merge_patch(data, data) == {}


def test_a_patch_holds_only_what_changed() -> None:
    old = {"rows": {"a": {"ready": 1, "in": 2.0}, "b": {"ready": 1}}, "count": 2}
    new = {"rows": {"a": {"ready": 5, "in": 2.0}}, "count": 2}

    assert merge_patch(old, new) == {"rows": {"a": {"ready": 5}, "b": None}}


def test_what_a_page_asks() -> None:
    assert parse('{"op": "renew"}') == Asked("renew", "", None)
    assert parse('{"op": "subscribe", "feed": "jobs", "only": null}') == Asked("subscribe", "jobs", None)
    assert parse('{"op": "subscribe", "feed": "q", "only": ["a"]}') == Asked("subscribe", "q", ("a",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"op": "delete"}',
        '{"op": ["subscribe"]}',
        '{"op": "subscribe", "feed": null}',
        '{"op": "subscribe", "feed": "\\ud83d"}',
        '{"op": "subscribe", "feed": "q", "only": "a"}',
        '{"op": "subscribe", "feed": "q", "only": [1]}',
        json.dumps({"op": "subscribe", "feed": "q", "only": ["a"] * (MAX_ONLY + 1)}),
        '{"op": "subscribe", "feed": "' + "x" * 70_000 + '"}',
        "[" * 60_000,
    ],
)
def test_what_is_no_question_is_a_bad_message(text: str) -> None:
    with pytest.raises(BadMessage):
        parse(text)


def test_texts_are_compact_and_keep_characters() -> None:
    assert encode("tick", at=1.5) == '{"type":"tick","at":1.5}'
    assert "größe" in encode("delta", data={"größe": 1})
