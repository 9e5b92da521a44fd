"""How a method of AMQP is declared once and read and written from that declaration."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from brokerctl.errors import AmqpSyntaxError, CommandInvalid
from brokerctl.wire import fields

SHORTSTR, LONGSTR, TABLE, BIT, OCTET, SHORT, LONG, LONGLONG = (
    "shortstr", "longstr", "table", "bit", "octet", "short", "long", "longlong",
)  # fmt: skip
_SIZES = {OCTET: 1, SHORT: 2, LONG: 4, LONGLONG: 8}


def arg(kind: str, default: Any = dataclasses.MISSING) -> Any:
    """One argument of a method, in wire order, with its domain."""
    if default is dataclasses.MISSING:
        default = {SHORTSTR: "", LONGSTR: b"", BIT: False, TABLE: None}.get(kind, 0)
    if kind == TABLE:
        return dataclasses.field(default_factory=dict, metadata={"kind": kind})
    return dataclasses.field(default=default, metadata={"kind": kind})


class Method:
    """A method of AMQP: its arguments are the dataclass's fields, in wire order."""

    __slots__ = ()
    class_id: ClassVar[int]
    method_id: ClassVar[int]
    head: ClassVar[bytes]
    """Class and method id as they stand before the arguments."""
    name: ClassVar[str]
    """As RabbitMQ writes it in error texts: 'queue.declare'."""


M = TypeVar("M", bound=type[Method])
METHODS: dict[bytes, type[Method]] = {}


def method(class_id: int, method_id: int, name: str) -> Callable[[M], M]:
    """Register a method under its ids. The class below becomes a slotted dataclass."""

    def register(cls: M) -> M:
        cls.class_id, cls.method_id, cls.name = class_id, method_id, name
        cls.head = class_id.to_bytes(2, "big") + method_id.to_bytes(2, "big")
        METHODS[cls.head] = cls
        return cls

    return register


def decode(payload: bytes) -> Method:
    """The method of a method frame's payload. Raises CommandInvalid when unknown, AmqpSyntaxError when malformed."""
    cls = METHODS.get(payload[:4])
    if cls is None:
        if len(payload) < 4:
            raise AmqpSyntaxError("a method frame takes at least four bytes")
        ids = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
        raise CommandInvalid(f"there is no method {ids[1]} in class {ids[0]}")
    values, at, bit = [], 4, 0
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        kind = field.metadata["kind"]
        if kind == BIT:
            if at >= len(payload):
                raise AmqpSyntaxError(f"{cls.name} ends before its flags")
            values.append(bool(payload[at] >> bit & 1))
            bit += 1
            continue
        if bit:
            at, bit = at + 1, 0
        value, at = _read(payload, at, kind, cls.name)
        values.append(value)
    if at + (bit > 0) != len(payload):
        raise AmqpSyntaxError(f"{cls.name} goes on after its arguments")
    return cls(*values)


def encode(method: Method) -> bytes:
    """The payload of a method frame."""
    parts, bits, bit = [method.head], 0, 0
    for field in dataclasses.fields(method):  # type: ignore[arg-type]
        kind, value = field.metadata["kind"], getattr(method, field.name)
        if kind == BIT:
            bits |= bool(value) << bit
            bit += 1
            continue
        if bit:
            parts.append(bytes((bits,)))
            bits = bit = 0
        parts.append(_write(kind, value))
    if bit:
        parts.append(bytes((bits,)))
    return b"".join(parts)


def _read(payload: bytes, at: int, kind: str, name: str) -> tuple[Any, int]:
    if kind == SHORTSTR:
        return fields.short_text(payload, at)
    if kind == LONGSTR:
        return fields.long_bytes(payload, at)
    if kind == TABLE:
        return fields.table(payload, at)
    stop = at + _SIZES[kind]
    if stop > len(payload):
        raise AmqpSyntaxError(f"{name} ends before its arguments do")
    return int.from_bytes(payload[at:stop], "big"), stop


def _write(kind: str, value: Any) -> bytes:
    if kind == SHORTSTR:
        return fields.encode_short_text(value)
    if kind == LONGSTR:
        return fields.encode_long_bytes(value)
    if kind == TABLE:
        return fields.encode_table(value)
    return fields.encode_number(value, _SIZES[kind])
