"""Definitions as text and back: whatever a client puts into a table comes back the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.errors import StoreError
from brokerctl.store import definitions

VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "!bytes", "!decimal", "!!x", "!"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_every_table_comes_back_the_same(table: dict[str, Any]) -> None:
    assert definitions.loads(definitions.dumps(table)) == table


@pytest.mark.parametrize("table", [{"!bytes": "!!"}, {"x": {"!decimal": "abc"}}, {"x": [{"!bytes": 7}]}])
def test_a_client_cannot_write_a_mark(table: dict[str, Any]) -> None:
    assert definitions.loads(definitions.dumps(table)) == table


def test_kinds_that_json_lacks_keep_their_kind() -> None:
    table = {"bytes": b"\xff", "decimal": Decimal("1.50")}

    assert str(definitions.loads(definitions.dumps(table))) == str(table)


@pytest.mark.parametrize("text", ["{", '{"!decimal": "abc"}', '{"!bytes": 7}'])
def test_broken_text_is_a_store_error(text: str) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        definitions.loads(text)
