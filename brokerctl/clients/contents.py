"""Messages cut out of an AMQP connection's bytes, and into them: nothing of a message is decoded on the way.

A library decodes every header and encodes it again, which changes types, fails on headers that other clients may send,
and costs more than all the rest of a move.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import NamedTuple, Protocol

from brokerctl.clients.base import Taken
from brokerctl.errors import FrameError
from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic
from brokerctl.wire.spec import BODY, FRAME_END, FRAME_OVERHEAD, HEADER, METHOD

MAX_BODY_BYTES = 536_870_912
"""Of one message: the largest that any RabbitMQ can be set to. A broker that announces more would fill our memory."""

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
_METHOD_FRAME = struct.Struct(">BHI4s")
"""Up to the class and the method."""
_HEADER_FRAME = struct.Struct(">BHIHHQ")
"""Up to the size of the body."""
_DELIVERY = BASIC + _DELIVER.to_bytes(2, "big")
_CLASS_TO_SIZE = 12
"""Bytes of a header before what is kept of it."""


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

    def deliveries(self, data: bytes, at: int) -> int:
        """Tell of the pushed messages that are whole from `at` on, each with one frame of body: nearly all that a move
        receives. Returns where something else begins, which is for `frame`: so is whatever looks wrong."""
        size = len(data)
        while not self._method and at + _METHOD_FRAME.size < size:
            kind, channel, length, method = _METHOD_FRAME.unpack_from(data, at)
            header = at + FRAME_OVERHEAD + length
            if method != _DELIVERY or kind != METHOD or channel != CHANNEL or header + _HEADER_FRAME.size > size:
                break
            kind, channel, length, _, _, body_size = _HEADER_FRAME.unpack_from(data, header)
            body = header + FRAME_OVERHEAD + length
            end = body + FRAME_OVERHEAD + body_size
            if end > size or kind != HEADER or channel != CHANNEL or length < _CLASS_TO_SIZE:
                break
            if frames.HEAD.unpack_from(data, body) != (BODY, CHANNEL, body_size):
                break
            tag = at + 12 + data[at + 11]
            exchange = tag + 10
            if exchange > header - 2:
                break
            routing_key = exchange + data[tag + 9] + 1
            if routing_key > header - 1 or routing_key + data[routing_key - 1] != header - 1:
                break
            if not data[header - 1] == data[body - 1] == data[end - 1] == FRAME_END:
                break
            self._receiver.taken(
                Taken(
                    _TAG.unpack_from(data, tag)[0],
                    data[exchange : routing_key - 1],
                    data[routing_key : header - 1],
                    bool(data[tag + 8] & 1),
                    data[header + 7 + _CLASS_TO_SIZE : body - 1],
                    data[body + 7 : end - 1],
                )
            )
            at = end
        return at

    def wants(self, kind: int, payload_start: bytes) -> bool:
        """Whether a frame of this kind whose payload begins so is for `frame`."""
        return kind != METHOD or payload_start in OURS

    def frame(self, kind: int, payload: bytes) -> None:
        if kind == METHOD:
            self._on_method(payload)
            return
        if not self._method:
            raise FrameError("the broker sent content that belongs to no message")
        if kind == HEADER:
            _, _, self._left = _SIZE.unpack_from(payload)
            if self._left > MAX_BODY_BYTES:
                raise FrameError(f"the broker announced a message of {self._left:,} bytes, more than any can have")
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


def frame_at(data: bytes, at: int, frame_max: int) -> tuple[int, int, int] | None:
    """(kind, channel, end) of the frame that begins there; None when it is not whole. `end` is behind its end byte.

    Raises FrameError instead of waiting for one that is larger than was agreed; 0: nothing was.
    """
    if len(data) - at < FRAME_OVERHEAD:
        return None
    kind, channel, length = frames.HEAD.unpack_from(data, at)
    end = at + FRAME_OVERHEAD + length
    if end <= len(data):
        return kind, channel, end
    if 0 < frame_max < end - at:
        raise FrameError(f"the broker sent a frame of {end - at:,} bytes, though {frame_max:,} at most were agreed")
    return None


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
