from __future__ import annotations

from typing import Any

import pytest
from django import forms

from brokerctl.clients.content import Timestamp
from dashboard.forms.fields import HeadersField, ShortStringField
from tests.dashboard.forms.posted import posted


class Sample(forms.Form):
    name = ShortStringField(required=False)
    headers = HeadersField(required=False)


def headers(*rows: tuple[str, str, str]) -> Sample:
    names, types, values = zip(*rows, strict=True)
    return Sample(posted(header_name=list(names), header_type=list(types), header_value=list(values)))


def test_255_bytes_fit_and_256_do_not() -> None:
    assert Sample(posted(name="ü" * 127 + "x")).is_valid()

    form = Sample(posted(name="ü" * 128))

    assert form.errors["name"] == ["This is 256 bytes long; AMQP takes at most 255."]


def test_spaces_are_part_of_a_name() -> None:
    form = Sample(posted(name=" a "))

    assert form.is_valid()
    assert form.cleaned_data["name"] == " a "


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("string", "acme", "acme"),
        ("string", "", ""),
        ("int", "-9223372036854775808", -(2**63)),
        ("double", "1.5", 1.5),
        ("bool", "True", True),
        ("bool", "false", False),
        ("timestamp", "2026-03-12T14:02:11Z", Timestamp(1773324131)),
        ("timestamp", "0", Timestamp(0)),
        ("bytes", "/w==", b"\xff"),
        ("json", '{"a": [1]}', {"a": [1]}),
        ("void", "", None),
    ],
)
def test_headers_have_types(type_name: str, text: str, value: Any) -> None:
    form = headers(("x", type_name, text))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["headers"] == {"x": value}
    assert type(form.cleaned_data["headers"]["x"]) is type(value)


@pytest.mark.parametrize(
    ("type_name", "text", "sentence"),
    [
        ("int", "three", "Header x: 'three' is not a whole number of at most 64 bits."),
        ("int", "9223372036854775808", "Header x: '9223372036854775808' is not a whole number of at most 64 bits."),
        ("double", "nan", "Header x: 'nan' is not a number."),
        ("bool", "yes", "Header x: 'yes' is not true or false."),
        ("timestamp", "noon", "Header x: 'noon' is not a time such as 2026-03-12T14:02:11Z, or seconds since 1970."),
        ("bytes", "!", "Header x: '!' is not base64."),
        ("json", "3", "Header x: '3' is not a JSON array or object."),
        ("json", "[NaN]", "Header x: '[NaN]' is not a JSON array or object."),
        ("void", "full", "Header x: 'full' is not empty."),
        ("colour", "red", "There is no header type colour."),
    ],
)
def test_a_wrong_header_is_one_sentence(type_name: str, text: str, sentence: str) -> None:
    assert headers(("x", type_name, text)).errors["headers"] == [sentence]


def test_empty_rows_are_left_out_and_nameless_or_doubled_ones_are_not() -> None:
    assert headers(("", "string", ""), ("a", "int", "1")).is_valid()
    assert headers(("", "string", "lost")).errors["headers"] == ["The header with the value lost has no name."]
    assert headers(("a", "int", "1"), ("a", "int", "2")).errors["headers"] == ["The header a is there twice."]
