"""What makes the frequent cheap: whole publishes cut out at once, repeats known by their first bytes, acks in a row.

Nothing here decides what is legal. What it does not recognise as whole and in order it leaves to `connection.py`, which
looks at each frame by itself and names what is wrong.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from brokerctl.protocol.channel import PublishMethod
from brokerctl.protocol.events import Publication, Published
from brokerctl.wire import methods
from brokerctl.wire.frames import HEAD
from brokerctl.wire.methods import basic
from brokerctl.wire.spec import BASIC_CLASS, BODY, FRAME_END, HEADER

PAYLOADS = 16_384
"""Different basic.publish payloads remembered, of all connections together; each takes at most 520 bytes."""

CONTENT_HEAD = struct.Struct(">BHIHHQ")
"""The head of a content header frame and of its payload: class, weight, body size."""

ACK_END = struct.Struct(">QBB")
"""The end of an ack frame: tag, flags, end byte."""
ACK_HEAD_BYTES, ACK_BYTES = 11, 21


@lru_cache(PAYLOADS)
def publish_method(payload: bytes) -> PublishMethod:
    """What a basic.publish asks for. Raises AmqpSyntaxError when it is malformed."""
    method = methods.decode(payload)
    assert isinstance(method, basic.Publish)
    return method.exchange, method.routing_key, method.mandatory, method.immediate


def whole_content(data: bytes, at: int, number: int, payload_max: int) -> tuple[bytes, int, int] | None:
    """The header at `at`, and where the body begins and ends, if both are whole and the body is in one frame."""
    total = len(data)
    if total - at <= CONTENT_HEAD.size:
        return None
    kind, channel, header_size, class_id, weight, body_size = CONTENT_HEAD.unpack_from(data, at)
    header_end = at + HEAD.size + header_size
    body_at = header_end + 1 + HEAD.size
    stop = body_at + body_size
    is_header = kind == HEADER and channel == number and class_id == BASIC_CLASS and not weight
    if not is_header or not 14 <= header_size <= payload_max or not 0 < body_size <= payload_max or stop >= total:
        return None
    if HEAD.unpack_from(data, header_end + 1) != (BODY, number, body_size):
        return None
    if data[header_end] != FRAME_END or data[stop] != FRAME_END:
        return None
    return data[at + HEAD.size : header_end], body_at, stop


def neighbours(
    data: bytes, at: int, method: bytes, number: int, payload_max: int, header: bytes
) -> tuple[list[bytes], list[bytes], int]:
    """Whole publishes that follow at `at` and begin with the same method frame: headers, bodies, and where they end.

    `header` is the one before: what repeats it is left to `Repeat`, which is faster still.
    """
    headers: list[bytes] = []
    bodies: list[bytes] = []
    step = len(method)
    while data.startswith(method, at):
        content = whole_content(data, at + step, number, payload_max)
        if content is None or content[0] == header:
            break
        header, body_at, stop = content
        headers.append(header)
        bodies.append(data[body_at:stop])
        at = stop + 1
    return headers, bodies, at


class Repeat:
    """A publish that came twice: the bytes before its body, by which the next is known without a look inside."""

    __slots__ = ("number", "prefix", "publication", "step")

    def __init__(self, number: int, prefix: bytes, body_size: int, publication: Publication) -> None:
        self.number = number
        self.prefix = prefix
        self.publication = publication
        self.step = len(prefix) + body_size + 1

    def take(self, data: bytes, at: int) -> Published:
        """All that follow each other from `at` and are whole; together they are as many steps long."""
        prefix, step, total = self.prefix, self.step, len(data)
        head, stop = len(prefix), at + step
        bodies: list[bytes] = []
        while stop <= total and data.startswith(prefix, at) and data[stop - 1] == FRAME_END:
            bodies.append(data[at + head : stop - 1])
            at = stop
            stop += step
        return Published(self.number, self.publication, bodies)


def single_acks(data: bytes, at: int) -> list[int]:
    """The tags of the acks for one message each that follow each other from `at` on one channel; at least the first."""
    head, total = data[at : at + ACK_HEAD_BYTES], len(data)
    tags: list[int] = []
    while total - at >= ACK_BYTES and data.startswith(head, at):
        tag, flags, end = ACK_END.unpack_from(data, at + ACK_HEAD_BYTES)
        if flags & 1 or end != FRAME_END:
            break
        tags.append(tag)
        at += ACK_BYTES
    return tags
