"""Literal bytes, round trips both ways, and what strangers may send."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.errors import AmqpSyntaxError
from brokerctl.wire import fields
from brokerctl.wire.fields import Timestamp

names = st.text(max_size=20)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.text(max_size=50),
        st.builds(Timestamp, st.integers(0, 2**64 - 1)),
        st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 2**31 - 1), st.integers(0, 9)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


def test_table_reads_the_bytes_of_the_specification() -> None:
    data = (
        b"\x00\x00\x00\x1a" + b"\x01aI\x00\x00\x00\x05" + b"\x01bt\x01" + b"\x01cS\x00\x00\x00\x02hi" + b"\x02ddV\x00"
    )

    with pytest.raises(AmqpSyntaxError):
        fields.table(data, 0)
    table, stop = fields.table(b"\x00\x00\x00\x18" + data[4:-1], 0)

    assert table == {"a": 5, "b": True, "c": "hi", "dd": None}
    assert stop == 28


@given(st.dictionaries(names, values, max_size=6))
def test_what_is_encoded_decodes_to_the_same(table: fields.Table) -> None:
    decoded, stop = fields.table(fields.encode_table(table), 0)

    assert decoded == table
    assert stop == len(fields.encode_table(table))


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_raise_only_a_syntax_error(data: bytes) -> None:
    with contextlib.suppress(AmqpSyntaxError):
        table, stop = fields.table(len(data).to_bytes(4, "big") + data, 0)
        assert stop == len(data) + 4
        assert isinstance(table, dict)


def test_short_string_over_255_bytes_is_refused_never_cut() -> None:
    assert fields.encode_short_text("ö" * 127)[0] == 254

    with pytest.raises(AmqpSyntaxError, match="at most 255 bytes"):
        fields.encode_short_text("ö" * 128)


def test_deep_table_is_refused_before_python_runs_out_of_stack() -> None:
    bomb = b""
    for _ in range(fields.MAX_DEPTH + 1):
        bomb = b"\x01aF" + len(bomb).to_bytes(4, "big") + bomb

    with pytest.raises(AmqpSyntaxError, match="nested"):
        fields.table(len(bomb).to_bytes(4, "big") + bomb, 0)


def test_array_of_values_without_size_is_bounded() -> None:
    voids = b"V" * (fields.MAX_ENTRIES + 1)
    entry = b"\x01aA" + len(voids).to_bytes(4, "big") + voids

    with pytest.raises(AmqpSyntaxError, match="more than"):
        fields.table(len(entry).to_bytes(4, "big") + entry, 0)


def test_length_beyond_the_data_is_refused() -> None:
    with pytest.raises(AmqpSyntaxError, match="does not fit"):
        fields.long_bytes(b"\xff\xff\xff\xffabc", 0)


def test_timestamp_that_is_no_date_is_kept_as_a_number() -> None:
    table, _ = fields.table(fields.encode_table({"t": Timestamp(2**63)}), 0)

    assert table["t"] == 2**63
