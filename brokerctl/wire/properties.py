"""The content header of class basic (§4.2.6.1): fourteen optional properties behind sixteen flag bits.

The broker keeps a message's header as the bytes that came and decodes only what it must: `facts` reads the few
properties that change what the broker does, without touching the headers table.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from brokerctl.errors import AmqpSyntaxError, UnexpectedFrame
from brokerctl.wire import fields

PREFIX = struct.Struct(">HHQ")
"""Class, weight and body size come before the flags."""

_SHORT, _TABLE, _OCTET, _TIME = "shortstr", "table", "octet", "timestamp"

PROPERTIES: tuple[tuple[str, str], ...] = (
    ("content_type", _SHORT),
    ("content_encoding", _SHORT),
    ("headers", _TABLE),
    ("delivery_mode", _OCTET),
    ("priority", _OCTET),
    ("correlation_id", _SHORT),
    ("reply_to", _SHORT),
    ("expiration", _SHORT),
    ("message_id", _SHORT),
    ("timestamp", _TIME),
    ("type", _SHORT),
    ("user_id", _SHORT),
    ("app_id", _SHORT),
    ("cluster_id", _SHORT),
)
"""In wire order: the first has the highest flag bit."""

Properties = dict[str, Any]

TRANSIENT, PERSISTENT = 1, 2
"""Delivery modes: the second is to survive a restart. Anything else is for the broker to refuse."""


class Facts(NamedTuple):
    """What a queue needs to know of a message."""

    delivery_mode: int
    """As sent; 1 where none was."""
    priority: int
    expiration: str | None
    """The `expiration` property as sent: milliseconds in decimal, or anything a client made up."""
    user_id: str | None
    reply_to: str | None

    @property
    def persistent(self) -> bool:
        return self.delivery_mode == PERSISTENT


def body_size(header: bytes) -> int:
    """The body size a content header announces. Raises AmqpSyntaxError when it is cut, UnexpectedFrame when it is of
    another class or has a weight, which must be zero (§4.2.6.1)."""
    if len(header) < 14:
        raise AmqpSyntaxError(f"a content header takes at least 14 bytes, not {len(header)}")
    class_id, weight, size = PREFIX.unpack_from(header)
    if class_id != 60:
        raise UnexpectedFrame(f"expected content header for class 60, got one for class {class_id} instead")
    if weight:
        raise UnexpectedFrame("expected content header for class 60, got non content header frame instead")
    return int(size)


def decode(header: bytes) -> Properties:
    """All properties that are present, by name. `header` is the whole content-header payload."""
    found: Properties = {}
    at = 14
    for name, kind in _present(header):
        found[name], at = _read(header, at, kind)
    _check_end(header, at)
    return found


def facts(header: bytes) -> Facts:
    """Delivery mode, priority, expiration, user id and reply-to, skipping over everything else.

    Each publish comes by here unless it repeats the one before, so the readers of `decode` are written out.
    """
    at, total = 14, len(header)
    found: dict[str, Any] = {}
    try:
        for name, kind in _present(header):
            if kind is _SHORT:
                start, at = at + 1, at + 1 + header[at]
                if at <= total:
                    found[name] = header[start:at].decode()
            elif kind is _OCTET:
                found[name] = header[at]
                at += 1
            else:
                at += 8 if kind is _TIME else 4 + int.from_bytes(header[at : at + 4], "big")
            if at > total:
                raise AmqpSyntaxError(f"a content header of {total} bytes ends inside its {name}")
    except IndexError:
        raise AmqpSyntaxError(f"a content header of {total} bytes ends before its properties do") from None
    except UnicodeDecodeError:
        raise AmqpSyntaxError("a short string is not UTF-8") from None
    _check_end(header, at)
    get = found.get
    mode, priority = get("delivery_mode", TRANSIENT), get("priority", 0)
    return Facts(mode, priority, get("expiration"), get("user_id"), get("reply_to"))


class Shape:
    """How a header is laid out: another of the same shape says the same to a queue, and is known by a few comparisons.

    Producers differ in ids, times and headers from message to message, and seldom in anything that `facts` tells.
    """

    __slots__ = ("_before", "_middle", "_middle_at", "_middle_end", "_size", "_texts", "facts")

    def __init__(self, header: bytes, facts: Facts) -> None:
        """`facts` are this header's; without expiration, user id and reply-to, which would be part of the shape."""
        parts = {name: len(part) for name, part in split(header).items()}
        table_at = 14 + sum(parts.get(name, 0) for name, _ in PROPERTIES[:2])
        self.facts = facts
        self._size = len(header)
        self._before = header[12 : table_at + (4 if "headers" in parts else 0)]
        """Flags, content type and encoding, and how long the headers are. What is in them no queue looks at."""
        self._middle_at = table_at + parts.get("headers", 0)
        self._middle_end = at = self._middle_at + parts.get("delivery_mode", 0) + parts.get("priority", 0)
        self._middle = header[self._middle_at : at]
        self._texts: list[tuple[int, int, int]] = []
        """Where the other texts begin, how long they are, and where they end."""
        for name, kind in PROPERTIES[5:]:
            if kind is _SHORT and name in parts:
                self._texts.append((at, parts[name] - 1, at + parts[name]))
            at += parts.get(name, 0)

    def fits(self, header: bytes) -> bool:
        """Whether this header is whole and has the same facts. False may mean only that it takes a closer look."""
        if (
            len(header) != self._size
            or not header.startswith(self._before, 12)
            or header[self._middle_at : self._middle_end] != self._middle
        ):
            return False
        for start, length, end in self._texts:
            if header[start] != length or not header[start + 1 : end].isascii():
                return False
        return True


def encode(properties: Properties, body_size: int) -> bytes:
    """A content-header payload for these properties. Raises AmqpSyntaxError for an unknown name."""
    unknown = properties.keys() - {name for name, _ in PROPERTIES}
    if unknown:
        raise AmqpSyntaxError(f"basic has no property {sorted(unknown)[0]!r}")
    flags, parts = 0, []
    for bit, (name, kind) in enumerate(PROPERTIES):
        if properties.get(name) is not None:
            flags |= 1 << (15 - bit)
            parts.append(_write(kind, properties[name]))
    return PREFIX.pack(60, 0, 0)[:4] + fields.encode_number(body_size, 8) + flags.to_bytes(2, "big") + b"".join(parts)


@lru_cache
def _layout(flags: bytes) -> tuple[tuple[str, str], ...]:
    bits = int.from_bytes(flags, "big")
    if bits & 1:
        raise AmqpSyntaxError("basic has fourteen properties: a second word of property flags is not allowed")
    if bits & 2:
        raise AmqpSyntaxError("property flag 1 belongs to no property of basic")
    return tuple(prop for bit, prop in enumerate(PROPERTIES) if bits & (1 << (15 - bit)))


def _present(header: bytes) -> tuple[tuple[str, str], ...]:
    """Names and kinds of the properties that are there, in wire order."""
    return _layout(header[12:14])


def _check_end(header: bytes, at: int) -> None:
    """What stands behind the last property would be delivered, and read by somebody in another way."""
    if at != len(header):
        raise AmqpSyntaxError(f"a content header has {len(header) - at} bytes after its last property")


def _read(header: bytes, at: int, kind: str) -> tuple[Any, int]:
    if kind == _SHORT:
        return fields.short_text(header, at)
    if kind == _TABLE:
        return fields.table(header, at)
    size = 1 if kind == _OCTET else 8
    if at + size > len(header):
        raise AmqpSyntaxError("a content header ends inside a property")
    number = int.from_bytes(header[at : at + size], "big")
    return (number if kind == _OCTET else fields.Timestamp(number)), at + size


def _write(kind: str, value: Any) -> bytes:
    if kind == _SHORT:
        return fields.encode_short_text(value)
    if kind == _TABLE:
        return fields.encode_table(value)
    return fields.encode_number(value, 1 if kind == _OCTET else 8)


def split(header: bytes) -> dict[str, bytes]:
    """The properties that are present, in wire order, each as its own bytes."""
    parts: dict[str, bytes] = {}
    at = 14
    for name, kind in _present(header):
        start = at
        at = fields.long_bytes(header, at)[1] if kind == _TABLE else _read(header, at, kind)[1]
        parts[name] = header[start:at]
    _check_end(header, at)
    return parts


def amend(
    header: bytes, changes: Mapping[str, Any], drop_expiration: bool = False, drop: tuple[str, ...] = ()
) -> bytes:
    """The same content header with some application headers set or dropped and, if asked, without its expiration.

    All other headers and properties keep their bytes: decoding and encoding them again would change their types.
    """
    parts = split(header)
    kept = fields.split_table(parts["headers"]) if "headers" in parts else {}
    kept.update({key: fields.encode_value(value) for key, value in changes.items()})
    entries = b"".join(fields.encode_short_text(key) + value for key, value in kept.items() if key not in drop)
    if entries or "headers" in parts or changes:
        parts["headers"] = fields.encode_long_bytes(entries)
    if drop_expiration:
        parts.pop("expiration", None)
    return _joined(header, parts)


def with_reply_to(header: bytes, address: str) -> bytes:
    """The same content header with another reply-to; all other properties keep their bytes."""
    return _joined(header, split(header) | {"reply_to": fields.encode_short_text(address)})


def without_headers(header: bytes) -> bytes:
    """The same content header without its table, whatever is in there."""
    parts = split(header)
    parts.pop("headers", None)
    return _joined(header, parts)


def _joined(header: bytes, parts: Mapping[str, bytes]) -> bytes:
    flags = sum(1 << (15 - bit) for bit, (name, _) in enumerate(PROPERTIES) if name in parts)
    ordered = b"".join(parts[name] for name, _ in PROPERTIES if name in parts)
    return header[:12] + flags.to_bytes(2, "big") + ordered
