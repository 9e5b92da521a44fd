"""Messages cut out of an AMQP connection's bytes, and into them: nothing of a message is decoded on the way.

A library decodes every header and encodes it again, which changes types, fails on headers that other clients may send,
and costs more than all the rest of a move.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from brokerctl.clients.base import Taken
from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic
from brokerctl.wire.spec import BODY, FRAME_END, FRAME_OVERHEAD, HEADER, METHOD

CHANNEL = 1
"""The one channel of a session."""

BASIC = b"\0\x3c"
_RETURN, _DELIVER, _GET_OK, _GET_EMPTY, _ACK, _NACK = 50, 60, 71, 72, 80, 120
OURS = frozenset(BASIC + method.to_bytes(2, "big") for method in (_RETURN, _DELIVER, _GET_OK, _GET_EMPTY, _ACK, _NACK))
"""Class and method of what is handled here; all others are pika's."""

_TAG = struct.Struct(">Q")
_SETTLE = struct.Struct(">BHIHHQBB")
"""A whole frame of basic.ack or basic.nack: encoded from its declaration, one costs as much as a publish."""
_REQUEUE = 2
"""The second bit of basic.nack."""
_SIZE = struct.Struct(">HHQ")


class Returned(NamedTuple):
    text: str
    exchange: bytes
    routing_key: bytes
    header: bytes
    body: bytes


class Receiver(Protocol):
    """Told of everything that comes, in its order."""

    def taken(self, message: Taken) -> None: ...
    def got_nothing(self) -> None: ...
    def returned(self, message: Returned) -> None: ...
    def confirmed(self, last: int, is_multiple: bool, is_positive: bool) -> None: ...


class Cutter:
    """Frames of one channel in, calls of a Receiver out. A method with content is told when its body is whole."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._method = b""
        self._header = b""
        self._left = 0
        self._parts: list[bytes] = []

    def wants(self, kind: int, payload_start: bytes) -> bool:
        """Whether a frame of this kind whose payload begins so is for `frame`."""
        return kind != METHOD or payload_start in OURS

    def frame(self, kind: int, payload: bytes) -> None:
        if kind == METHOD:
            self._on_method(payload)
            return
        if kind == HEADER:
            _, _, self._left = _SIZE.unpack_from(payload)
            self._header = payload[_SIZE.size :]
            self._parts.clear()
        elif kind == BODY:
            self._parts.append(payload)
            self._left -= len(payload)
        if self._left <= 0 and self._method:
            body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            method, self._method = self._method, b""
            self._whole(method, body)

    def _on_method(self, payload: bytes) -> None:
        method = payload[3]
        if method == _ACK:
            self._receiver.confirmed(_TAG.unpack_from(payload, 4)[0], bool(payload[12] & 1), True)
        elif method == _NACK:
            self._receiver.confirmed(_TAG.unpack_from(payload, 4)[0], bool(payload[12] & 1), False)
        elif method == _GET_EMPTY:
            self._receiver.got_nothing()
        else:
            self._method = payload

    def _whole(self, method: bytes, body: bytes) -> None:
        if method[3] == _RETURN:
            text, at = _short(method, 6)
            exchange, at = _short(method, at)
            routing_key, _ = _short(method, at)
            reply = text.decode("utf-8", "replace")
            self._receiver.returned(Returned(reply, exchange, routing_key, self._header, body))
            return
        at = 4 if method[3] == _GET_OK else 5 + method[4]
        exchange, following = _short(method, at + 9)
        routing_key, _ = _short(method, following)
        tag = _TAG.unpack_from(method, at)[0]
        self._receiver.taken(Taken(tag, exchange, routing_key, bool(method[at + 8] & 1), self._header, body))


def cut(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(kind, channel, start, end) of each whole frame in `data`; `end` is behind its end byte."""
    at, size = 0, len(data)
    while size - at >= FRAME_OVERHEAD:
        kind, channel, length = frames.HEAD.unpack_from(data, at)
        end = at + FRAME_OVERHEAD + length
        if end > size:
            return
        yield kind, channel, at, end
        at = end


def publish(exchange: bytes, routing_key: bytes, header: bytes, body: bytes, frame_max: int) -> bytes:
    """The frames of one mandatory publish."""
    whole = properties.PREFIX.pack(60, 0, len(body)) + header
    return _publish_method(exchange, routing_key) + frames.content(CHANNEL, whole, body, frame_max)


@lru_cache(maxsize=1024)
def _publish_method(exchange: bytes, routing_key: bytes) -> bytes:
    # By hand: the names may be bytes that are no text, and go as they came.
    payload = basic.Publish.head + b"\0\0" + _shortstr(exchange) + _shortstr(routing_key) + b"\1"
    return frames.frame(METHOD, CHANNEL, payload)


def get(queue: str) -> bytes:
    return frames.method(CHANNEL, basic.Get(queue=queue))


def ack(tag: int, *, multiple: bool = False) -> bytes:
    return _SETTLE.pack(METHOD, CHANNEL, 13, 60, _ACK, tag, multiple, FRAME_END)


def requeue(tag: int, *, multiple: bool = False) -> bytes:
    """A tag of 0 with `multiple` is everything that is unacked (AMQP 0-9-1 §1.8.3.13)."""
    return _SETTLE.pack(METHOD, CHANNEL, 13, 60, _NACK, tag, _REQUEUE | multiple, FRAME_END)


def _short(payload: bytes, at: int) -> tuple[bytes, int]:
    end = at + 1 + payload[at]
    return payload[at + 1 : end], end


def _shortstr(value: bytes) -> bytes:
    return len(value).to_bytes(1, "big") + value
