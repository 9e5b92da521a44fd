"""The content header: facts without decoding, and amending without touching the rest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.errors import AmqpSyntaxError
from brokerctl.wire import fields, properties

text = st.text(max_size=30)
property_values = st.fixed_dictionaries(
    {},
    optional={
        "content_type": text,
        "headers": st.dictionaries(text, st.integers(-5, 5), max_size=3),
        "delivery_mode": st.integers(0, 255),
        "priority": st.integers(0, 255),
        "reply_to": text,
        "expiration": text,
        "timestamp": st.integers(0, 2**64 - 1),
        "user_id": text,
        "cluster_id": text,
    },
)


@given(property_values, st.integers(0, 2**40))
def test_properties_survive_a_round_trip(values: properties.Properties, size: int) -> None:
    header = properties.encode(values, size)

    assert properties.decode(header) == values
    assert properties.body_size(header) == size


@given(property_values)
def test_facts_are_what_a_full_decode_says(values: properties.Properties) -> None:
    facts = properties.facts(properties.encode(values, 0))

    assert facts.persistent == (values.get("delivery_mode") == 2)
    assert facts.priority == values.get("priority", 0)
    assert facts.expiration == values.get("expiration")
    assert facts.user_id == values.get("user_id")
    assert facts.reply_to == values.get("reply_to")


shaped_values = st.fixed_dictionaries(
    {},
    optional={
        "content_type": st.sampled_from(["text/plain", "text/other"]),
        "headers": st.fixed_dictionaries({"trace": st.text(min_size=4, max_size=4)}),
        "delivery_mode": st.integers(1, 2),
        "priority": st.integers(0, 2),
        "correlation_id": st.text(min_size=2, max_size=2),
        "message_id": st.sampled_from(["1", "2", "10", "ü"]),
        "timestamp": st.integers(0, 2**64 - 1),
        "app_id": st.sampled_from(["shop", "barn"]),
    },
)


@given(shaped_values, shaped_values, st.integers(12, 80), st.integers(0, 255))
def test_header_that_fits_a_shape_is_whole_and_has_its_facts(
    values: properties.Properties, others: properties.Properties, at: int, byte: int
) -> None:
    header, other = properties.encode(values, 5), properties.encode(others, 7)
    shape = properties.Shape(header, properties.facts(header))
    broken = header[:at] + bytes((byte,)) + header[at + 1 :]

    assert shape.fits(header) or not header.isascii()
    for each in (other, broken, header + b"x", header[:-1]):
        if shape.fits(each):
            assert properties.facts(each) == shape.facts
            assert properties.split(each).keys() == values.keys()


def test_other_ids_and_times_fit_the_shape_and_another_mode_or_length_does_not() -> None:
    values = {"headers": {"a": 1}, "delivery_mode": 2, "message_id": "01", "timestamp": 1_700_000_000}
    header = properties.encode(values, 5)
    shape = properties.Shape(header, properties.facts(header))

    assert shape.fits(properties.encode(values | {"message_id": "02", "timestamp": 2**63, "headers": {"a": 9}}, 9))
    assert not shape.fits(properties.encode(values | {"delivery_mode": 1}, 5))
    assert not shape.fits(properties.encode(values | {"message_id": "002"}, 5))
    assert not shape.fits(properties.encode(values | {"priority": 0}, 5))


def test_amend_keeps_the_bytes_of_other_headers() -> None:
    eight_bit = fields.encode_short_text("tiny") + b"b\x05"
    table = fields.encode_long_bytes(eight_bit)
    header = properties.PREFIX.pack(60, 0, 3) + b"\x20\x00" + table

    amended = properties.amend(header, {"x-death": [{"count": 1}]})

    assert eight_bit in amended
    assert properties.decode(amended)["headers"] == {"tiny": 5, "x-death": [{"count": 1}]}


def test_amend_drops_the_expiration_when_asked() -> None:
    header = properties.encode({"expiration": "100", "message_id": "m"}, 0)

    assert properties.decode(properties.amend(header, {}, drop_expiration=True)) == {"message_id": "m"}


@given(property_values, st.integers(0, 2**40))
def test_reply_to_is_replaced_and_nothing_else(values: properties.Properties, size: int) -> None:
    header = properties.with_reply_to(properties.encode(values, size), "address")

    assert properties.decode(header) == values | {"reply_to": "address"}
    assert properties.body_size(header) == size


@pytest.mark.parametrize("flags", [b"\x00\x01", b"\x00\x02", b"\xff\xff"])
def test_flags_of_no_property_are_refused(flags: bytes) -> None:
    with pytest.raises(AmqpSyntaxError):
        properties.decode(properties.PREFIX.pack(60, 0, 0) + flags)


@given(st.binary(max_size=100))
def test_any_bytes_decode_or_raise_only_a_syntax_error(data: bytes) -> None:
    header = properties.PREFIX.pack(60, 0, 0) + data
    with contextlib.suppress(AmqpSyntaxError):
        assert isinstance(properties.decode(header), dict)
    with contextlib.suppress(AmqpSyntaxError):
        assert isinstance(properties.facts(header), properties.Facts)


@pytest.mark.parametrize("read", [properties.decode, properties.facts, properties.split])
def test_bytes_behind_the_last_property_are_refused(read: Callable[[bytes], object]) -> None:
    """GHSA-6588-rqcr-59pw: what was not where the check looked was believed elsewhere."""
    header = properties.encode({"user_id": "guest"}, 0)

    with pytest.raises(AmqpSyntaxError, match="1 bytes after its last property"):
        read(header + b"x")
