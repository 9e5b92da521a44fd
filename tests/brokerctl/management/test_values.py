"""JSON to AMQP tables and back, and what a body may hold."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.management import values
from brokerctl.management.errors import Refusal
from brokerctl.wire import fields
from brokerctl.wire.fields import Timestamp


def refusal(value: Any) -> str | list[Any]:
    with pytest.raises(Refusal) as caught:
        values.to_table(value, "arguments")
    assert caught.value.status == 400
    return caught.value.reason


def test_every_kind_of_amqp_value_has_a_json_form() -> None:
    table = {
        "text": "größe",
        "bytes": b"ab\xff",
        "number": 7,
        "time": Timestamp(1_700_000_000),
        "decimal": Decimal("1.5"),
        "not a number": float("nan"),
        "infinite": float("inf"),
        "void": None,
        "nested": {"list": [1, {"deep": True}]},
    }

    shown = values.to_json(table)

    assert json.loads(json.dumps(shown, allow_nan=False)) == {
        "text": "größe",
        "bytes": "ab�",
        "number": 7,
        "time": 1_700_000_000,
        "decimal": 1.5,
        "not a number": None,
        "infinite": None,
        "void": None,
        "nested": {"list": [1, {"deep": True}]},
    }


@pytest.mark.parametrize("value", [{"a": None}, {"a": {"b": [None]}}])
def test_null_is_no_table_value(value: Any) -> None:
    assert refusal(value) == "null_not_allowed"


def test_an_empty_list_is_an_empty_table() -> None:
    assert values.to_table([], "arguments") == {}


@pytest.mark.parametrize("value", ["a", 7, [1], True])
def test_only_an_object_is_a_table(value: Any) -> None:
    assert refusal(value) == "arguments must be an object"


def test_a_table_has_limits_of_depth_and_size() -> None:
    deep: Any = 1
    for _ in range(30):
        deep = {"d": deep}
    assert "nested at most" in refusal(deep)
    assert "at most" in refusal({"list": [0] * 10_000})


def test_integers_fit_64_bits() -> None:
    assert values.to_table({"n": -(2**63)}, "arguments") == {"n": -(2**63)}
    assert refusal({"n": 2**63}) == "an integer in a table takes at most 64 bits"


def test_keys_fit_a_short_string() -> None:
    assert refusal({"ü" * 128: 1}) == "a key in a table takes at most 255 bytes"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda kids: st.lists(kids, max_size=4) | st.dictionaries(st.text(), kids, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON))
def test_what_is_taken_can_be_sent_and_read_again(table: dict[str, Any]) -> None:
    try:
        taken = values.to_table(table, "headers")
    except Refusal:
        return

    assert fields.table(fields.encode_table(taken), 0)[0] == table


@pytest.mark.parametrize(("value", "meaning"), [(True, True), (False, False), ("true", True), ("false", False)])
def test_flags_come_as_booleans_or_words(value: Any, meaning: bool) -> None:
    assert values.boolean({"durable": value}, "durable") is meaning


@pytest.mark.parametrize("value", [None, 0, 1, "yes", "", [], {}])
def test_anything_else_is_no_flag(value: Any) -> None:
    with pytest.raises(Refusal) as caught:
        values.boolean({"durable": value}, "durable")
    assert caught.value.reason == ["not_boolean", value]


@pytest.mark.parametrize(("value", "meaning"), [(3, 3), ("3", 3), (3.9, 3), (0, 0)])
def test_counts_come_as_numbers_or_texts(value: Any, meaning: int) -> None:
    assert values.count({"count": value}, "count") == meaning


@pytest.mark.parametrize("value", ["x", "", None, True, [], "1e400", -1, "-1", "9" * 5000])
def test_anything_else_is_no_count(value: Any) -> None:
    with pytest.raises(Refusal):
        values.count({"count": value}, "count")


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("a,b", ("a", "b")), (["a", "b"], ("a", "b")), ("", ()), ([], ()), (" a , a ,", ("a",))],
)
def test_tags_come_as_a_list_or_between_commas(value: Any, meaning: tuple[str, ...]) -> None:
    assert values.tags({"tags": value}) == meaning


def test_every_missing_key_is_named() -> None:
    with pytest.raises(Refusal, match=r"\[\{key_missing,a\},\{key_missing,c\}\]"):
        values.require_keys({"b": 1}, "a", "b", "c")
