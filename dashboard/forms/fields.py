"""Fields that know AMQP's limits. Each wrong value gets one sentence that says what would be right."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from brokerctl.clients.content import Timestamp
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

INT64 = range(-(2**63), 2**63)


class ShortStringField(forms.CharField):
    """An AMQP short string: at most 255 bytes of UTF-8, spaces kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not fits_shortstr(text):
            raise ValidationError(f"This is {len(text.encode())} bytes long; AMQP takes at most {MAX_NAME_BYTES}.")
        return text


@dataclass(slots=True, frozen=True)
class HeaderRow:
    """One line of the headers table, as it was typed."""

    name: str = ""
    type: str = "string"
    value: str = ""


HEADER_TYPES = {
    "string": "string",
    "int": "int",
    "double": "double",
    "bool": "bool",
    "timestamp": "timestamp",
    "bytes": "bytes, base64",
    "json": "array or table, JSON",
    "void": "void",
}


class HeadersWidget(forms.Widget):
    """Reads three parallel lists: header_name, header_type, header_value. The page draws the rows itself."""

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[HeaderRow]:
        columns = [data.getlist(f"header_{part}") for part in ("name", "type", "value")]
        return [HeaderRow(*row) for row in zip(*columns, strict=False)]


class HeadersField(forms.Field):
    """Typed headers: a dict of AMQP values. Rows without a name and a value are left out."""

    widget = HeadersWidget

    def clean(self, value: Any) -> dict[str, Any]:
        headers: dict[str, Any] = {}
        for row in value or ():
            if not row.name and not row.value:
                continue
            if not row.name:
                raise ValidationError(f"The header with the value {row.value} has no name.")
            if not fits_shortstr(row.name):
                raise ValidationError(f"The header name {row.name[:40]}… is longer than {MAX_NAME_BYTES} bytes.")
            if row.name in headers:
                raise ValidationError(f"The header {row.name} is there twice.")
            headers[row.name] = header_value(row)
        return headers


def header_value(row: HeaderRow) -> Any:
    """The value of a header in its type. Raises ValidationError with a sentence naming the header."""
    try:
        return _typed(row.type, row.value)
    except (ValueError, binascii.Error, RecursionError):
        raise ValidationError(f"Header {row.name}: {row.value!r} is not {EXPECTED[row.type]}.") from None


EXPECTED = {
    "string": "a string",
    "int": "a whole number of at most 64 bits",
    "double": "a number",
    "bool": "true or false",
    "timestamp": "a time such as 2026-03-12T14:02:11Z, or seconds since 1970",
    "bytes": "base64",
    "json": "a JSON array or object",
    "void": "empty",
}


def _typed(type_name: str, text: str) -> Any:
    match type_name:
        case "int":
            number = int(text)
            return _checked(number, number in INT64)
        case "double":
            real = float(text)
            return _checked(real, math.isfinite(real))
        case "bool":
            return _checked(text.lower() == "true", text.lower() in ("true", "false"))
        case "timestamp":
            return Timestamp(parse_time(text).timestamp())
        case "bytes":
            return base64.b64decode(text, validate=True)
        case "json":
            value = json.loads(text, parse_constant=_refuse)
            return _checked(value, isinstance(value, list | dict))
        case "void":
            return _checked(None, not text)
        case "string":
            return text
        case _:
            raise ValidationError(f"There is no header type {type_name}.")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _checked(value: Any, holds: bool) -> Any:
    if not holds:
        raise ValueError
    return value


def parse_time(text: str) -> datetime:
    """A time people wrote: ISO 8601 (UTC unless it says otherwise) or seconds since 1970. Raises ValueError."""
    if text.isdecimal():
        try:
            return datetime.fromtimestamp(int(text), UTC)
        except (OverflowError, OSError):
            raise ValueError(text) from None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
