"""Field values and tables (AMQP 0-9-1 §4.2.5, with RabbitMQ's type letters). Value and position in, both out.

Tables come from strangers, so depth and entries are bounded and every read is checked: a short slice is silent in
Python, an unbounded array of empty values is a way to stop a broker. Decoding raises AmqpSyntaxError and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from brokerctl.errors import AmqpSyntaxError

MAX_DEPTH = 16
"""x-death nests three deep; nobody was seen above six. Bounds the recursion of a hostile table."""

MAX_ENTRIES = 4096
"""Values in one table, all levels together. A 128 KiB frame can hold 131,000 void values: half a second of the loop."""

Table = dict[str, Any]


class Timestamp(int):
    """Seconds since 1970, as AMQP sends them: 64 bits, so not every one is a date."""


def short_text(data: bytes, at: int) -> tuple[str, int]:
    """Read the short string at `at`; return it and the offset after it. §4.2.5.3."""
    stop = _need(data, at + 1, data[at] if at < len(data) else 1)
    return _text(data[at + 1 : stop]), stop


def long_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """Read the long string at `at` as bytes. §4.2.5.3."""
    start = _need(data, at, 4)
    stop = _need(data, start, int.from_bytes(data[at:start], "big"))
    return data[start:stop], stop


def table(data: bytes, at: int) -> tuple[Table, int]:
    """Read the field table at `at`. Raises AmqpSyntaxError when it is malformed, too deep or too large."""
    return _Reader(data).table(at, depth=0)


def split_table(data: bytes) -> dict[str, bytes]:
    """The values of a table as they were encoded, type letter included, by key."""
    reader = _Reader(data)
    at = _need(data, 0, 4)
    stop = _need(data, at, int.from_bytes(data[:4], "big"))
    found: dict[str, bytes] = {}
    while at < stop:
        key, start = short_text(data, at)
        _, at = reader.value(start, depth=0)
        found[key] = data[start:at]
    return found


def _need(data: bytes, at: int, count: int) -> int:
    stop = at + count
    if stop > len(data):
        raise AmqpSyntaxError(f"a field of {count} bytes at offset {at} does not fit its frame of {len(data)} bytes")
    return stop


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise AmqpSyntaxError("a short string is not UTF-8") from None


_FIXED: dict[int, struct.Struct] = {
    ord(letter): struct.Struct(code)
    for letter, code in {
        "b": ">b", "B": ">B", "s": ">h", "u": ">H", "I": ">i", "i": ">I", "l": ">q", "L": ">Q", "f": ">f", "d": ">d",
    }.items()
}  # fmt: skip


class _Reader:
    """Reads one table and counts what it holds."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.entries = 0

    def table(self, at: int, depth: int) -> tuple[Table, int]:
        start = _need(self.data, at, 4)
        stop = _need(self.data, start, int.from_bytes(self.data[at:start], "big"))
        found: Table = {}
        while start < stop:
            key, start = short_text(self.data, start)
            found[key], start = self.value(start, depth)
        return found, self._ends(start, stop)

    def array(self, at: int, depth: int) -> tuple[list[Any], int]:
        start = _need(self.data, at, 4)
        stop = _need(self.data, start, int.from_bytes(self.data[at:start], "big"))
        found: list[Any] = []
        while start < stop:
            value, start = self.value(start, depth)
            found.append(value)
        return found, self._ends(start, stop)

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise AmqpSyntaxError(f"a table holds more than {MAX_ENTRIES} values")
        if depth >= MAX_DEPTH:
            raise AmqpSyntaxError(f"a table is nested more than {MAX_DEPTH} deep")
        start = _need(self.data, at, 1)
        letter = self.data[at]
        fixed = _FIXED.get(letter)
        if fixed is not None:
            stop = _need(self.data, start, fixed.size)
            return fixed.unpack_from(self.data, start)[0], stop
        return self._other(letter, start, depth)

    def _other(self, letter: int, at: int, depth: int) -> tuple[Any, int]:
        match chr(letter):
            case "S":
                raw, stop = long_bytes(self.data, at)
                return _text_or_bytes(raw), stop
            case "t":
                return bool(self.data[_need(self.data, at, 1) - 1]), at + 1
            case "F":
                return self.table(at, depth + 1)
            case "A":
                return self.array(at, depth + 1)
            case "T":
                stop = _need(self.data, at, 8)
                return Timestamp(int.from_bytes(self.data[at:stop], "big")), stop
            case "D":
                stop = _need(self.data, at, 5)
                unscaled = int.from_bytes(self.data[at + 1 : stop], "big", signed=True)
                return Decimal(unscaled).scaleb(-self.data[at]), stop
            case "x":
                return long_bytes(self.data, at)
            case "V":
                return None, at
            case unknown:
                raise AmqpSyntaxError(f"a table has a value of unknown type {unknown!r}")

    @staticmethod
    def _ends(at: int, stop: int) -> int:
        if at != stop:
            raise AmqpSyntaxError("a value in a table runs past the table's end")
        return stop


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def encode_short_text(text: str) -> bytes:
    """A short string: one length byte and at most 255 bytes of UTF-8; longer is refused, never cut."""
    raw = _utf8(text)
    if len(raw) > 255:
        raise AmqpSyntaxError(f"a short string takes at most 255 bytes, not {len(raw)}")
    return bytes((len(raw),)) + raw


def encode_number(value: int, size: int, *, signed: bool = False) -> bytes:
    """A whole number in `size` bytes; one that does not fit is refused."""
    try:
        return int(value).to_bytes(size, "big", signed=signed)
    except OverflowError:
        raise AmqpSyntaxError(f"{value} does not fit a number of {8 * size} bits") from None


def encode_long_bytes(raw: bytes) -> bytes:
    return len(raw).to_bytes(4, "big") + raw


def encode_table(values: Mapping[str, Any]) -> bytes:
    """A field table. Integers take 32 bits when they fit, else 64; floats are doubles; None is void."""
    return encode_long_bytes(b"".join(encode_short_text(key) + encode_value(value) for key, value in values.items()))


def encode_value(value: Any) -> bytes:
    """One field value with its type letter. Raises AmqpSyntaxError for a Python type that AMQP does not have."""
    for kind, encode in _ENCODERS.items():
        if isinstance(value, kind):
            return encode(value)
    raise AmqpSyntaxError(f"a value of type {type(value).__name__} has no place in a table")


def _integer(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"I" + value.to_bytes(4, "big", signed=True)
    if -(2**63) <= value < 2**63:
        return b"l" + value.to_bytes(8, "big", signed=True)
    raise AmqpSyntaxError("an integer in a table takes at most 64 bits")


def _decimal(value: Decimal) -> bytes:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not -255 <= exponent <= 0:
        raise AmqpSyntaxError(f"decimal {value} does not fit AMQP's scale of 0 to 255 places")
    unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
    return b"D" + bytes((-exponent,)) + encode_number(unscaled, 4, signed=True)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise AmqpSyntaxError("a text with half a surrogate pair cannot be sent") from None


# bool before int and Timestamp before int: the first kind that fits wins.
_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    str: lambda value: b"S" + encode_long_bytes(_utf8(value)),
    bool: lambda value: b"t\x01" if value else b"t\x00",
    Timestamp: lambda value: b"T" + encode_number(value, 8),
    int: _integer,
    float: lambda value: b"d" + struct.pack(">d", value),
    Decimal: _decimal,
    bytes: lambda value: b"x" + encode_long_bytes(value),
    Mapping: lambda value: b"F" + encode_table(value),
    list: lambda value: b"A" + encode_long_bytes(b"".join(encode_value(item) for item in value)),
    type(None): lambda value: b"V",
}
