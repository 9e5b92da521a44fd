"""Every method and content header: what is written reads back the same, and what was read is written the same."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brokerctl.errors import AmqpError, AmqpSyntaxError
from brokerctl.wire import fields, methods, properties
from brokerctl.wire.fields import Timestamp
from tests.support.reliability import evidence, runs

EDGES = (0, 1, 127, 128, 254, 255)
"""Bytes of a name; 255 is the last that fits."""

short_texts = st.text(max_size=60) | st.sampled_from(EDGES).map("k".__mul__) | st.just("ö" * 127)
whole = st.integers(-(2**63), 2**63 - 1) | st.sampled_from(
    (2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63))
)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        whole,
        st.floats(allow_nan=False),
        st.text(max_size=40),
        st.binary(max_size=20),
        st.builds(Timestamp, st.integers(0, 2**64 - 1)),
        st.builds(
            lambda digits, places: Decimal(digits).scaleb(-places),
            st.integers(-(2**31), 2**31 - 1),
            st.integers(0, 255),
        ),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(short_texts, inner, max_size=4)),
    max_leaves=10,
)
tables = st.dictionaries(short_texts, values, max_size=5)
DOMAINS: dict[str, st.SearchStrategy[Any]] = {
    "shortstr": short_texts,
    "longstr": st.binary(max_size=300),
    "table": tables,
    "bit": st.booleans(),
    "octet": st.integers(0, 2**8 - 1),
    "short": st.integers(0, 2**16 - 1),
    "long": st.integers(0, 2**32 - 1),
    "longlong": st.integers(0, 2**64 - 1),
    "timestamp": st.builds(Timestamp, st.integers(0, 2**64 - 1)),
}


def methods_of(cls: type[methods.Method]) -> st.SearchStrategy[methods.Method]:
    return st.builds(cls, *(DOMAINS[each.metadata["kind"]] for each in dataclasses.fields(cls)))  # type: ignore[arg-type]


any_method = st.sampled_from(list(methods.METHODS.values())).flatmap(methods_of)
any_properties = st.fixed_dictionaries({}, optional={name: DOMAINS[kind] for name, kind in properties.PROPERTIES})


@pytest.mark.reliability("b7")
def test_every_method_is_the_same_after_a_round_trip_both_ways() -> None:
    @settings(max_examples=runs(400, 100_000), deadline=None)
    @given(any_method)
    def check(method: methods.Method) -> None:
        payload = methods.encode(method)

        read = methods.decode(payload)

        assert same(dataclasses.astuple(read), dataclasses.astuple(method))  # type: ignore[call-overload]
        assert methods.encode(read) == payload

    with evidence("B7 codec_roundtrip methods", "100,000 examples") as figures:
        check()
        figures["examples"] = runs(400, 100_000)


@pytest.mark.reliability("b7")
def test_every_content_header_is_the_same_after_a_round_trip_both_ways() -> None:
    @settings(max_examples=runs(400, 100_000), deadline=None)
    @given(any_properties, st.integers(0, 2**64 - 1))
    def check(values: properties.Properties, size: int) -> None:
        header = properties.encode(values, size)

        read = properties.decode(header)

        in_wire_order = {name: values[name] for name, _ in properties.PROPERTIES if name in values}
        assert same(read, in_wire_order)
        assert properties.encode(read, properties.body_size(header)) == header
        assert properties.amend(header, {}) == header
        assert b"".join(properties.split(header).values()) == header[14:]

    with evidence("B7 codec_roundtrip headers", "100,000 examples") as figures:
        check()
        figures["examples"] = runs(400, 100_000)


@settings(max_examples=runs(300, 20_000), deadline=None)
@given(st.sampled_from(list(methods.METHODS)), st.binary(max_size=60))
def test_whatever_decodes_is_understood_the_same_when_written_again(head: bytes, rest: bytes) -> None:
    with contextlib.suppress(AmqpError):
        method = methods.decode(head + rest)

        assert same(dataclasses.astuple(methods.decode(methods.encode(method))), dataclasses.astuple(method))  # type: ignore[call-overload]


@given(st.text(min_size=86, max_size=300))
@example("k" * 256)
@example("ö" * 128)
def test_no_encoder_cuts_or_wraps_a_short_string(text: str) -> None:
    """amqp091-go GHSA-j497: 256 bytes wrapped the length byte to 0, and the rest was read as another frame."""
    writers: tuple[Callable[[], bytes], ...] = (
        lambda: fields.encode_short_text(text),
        lambda: fields.encode_table({text: 1}),
        lambda: methods.encode(methods.queue.Declare(queue=text)),
        lambda: properties.encode({"message_id": text}, 0),
        lambda: properties.amend(properties.encode({}, 0), {text: 1}),
    )
    fits = len(text.encode()) <= 255

    for write in writers:
        if fits:
            assert text.encode() in write()
        else:
            with pytest.raises(AmqpSyntaxError, match="at most 255 bytes"):
                write()


@pytest.mark.parametrize(
    "write",
    [
        lambda: methods.encode(methods.basic.Qos(prefetch_count=2**16)),
        lambda: methods.encode(methods.basic.Ack(-1)),
        lambda: properties.encode({"priority": 256}, 0),
        lambda: properties.encode({"timestamp": -1}, 0),
        lambda: properties.encode({}, 2**64),
        lambda: properties.encode({"message_id": "\ud800"}, 0),
        lambda: fields.encode_table({"d": Decimal(2**31)}),
        lambda: fields.encode_table({"d": Decimal("NaN")}),
        lambda: fields.encode_table({"d": Decimal("Infinity")}),
        lambda: fields.encode_table({"t": Timestamp(-1)}),
        lambda: fields.encode_table({"i": 2**63}),
        lambda: fields.encode_table({"s": "\ud800"}),
        lambda: fields.encode_table({"o": object()}),
    ],
)
def test_value_that_amqp_cannot_carry_is_refused_with_our_own_error(write: Any) -> None:
    with pytest.raises(AmqpSyntaxError):
        write()


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same kinds: True is not 1, and 1.0 is neither."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)
