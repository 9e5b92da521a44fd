"""Frames (§4.2.3): type, channel, size, payload, end byte. Building only; the protocol cuts incoming bytes itself."""

from __future__ import annotations

import struct

from brokerctl.wire.methods import Method, encode
from brokerctl.wire.spec import BODY, FRAME_OVERHEAD, HEADER, HEARTBEAT, METHOD

HEAD = struct.Struct(">BHI")
END = b"\xce"
HEARTBEAT_FRAME = HEAD.pack(HEARTBEAT, 0, 0) + END


def frame(kind: int, channel: int, payload: bytes) -> bytes:
    return HEAD.pack(kind, channel, len(payload)) + payload + END


def method(channel: int, method: Method) -> bytes:
    return frame(METHOD, channel, encode(method))


def content(channel: int, header: bytes, body: bytes, frame_max: int) -> bytes:
    """The header frame and as many body frames as `frame_max` asks for (0: no limit); an empty body has none."""
    size = len(body)
    head = HEAD.pack(HEADER, channel, len(header)) + header + END
    if size == 0:
        return head
    room = frame_max - FRAME_OVERHEAD if frame_max else size
    if size <= room:
        return b"".join((head, HEAD.pack(BODY, channel, size), body, END))
    parts = [head]
    parts.extend(frame(BODY, channel, body[at : at + room]) for at in range(0, size, room))
    return b"".join(parts)
