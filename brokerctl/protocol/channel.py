"""One channel's part of the conversation: is it open, and is a message's content half-way in."""

from __future__ import annotations

from brokerctl.errors import FrameError, PreconditionFailed, ResourceError, UnexpectedFrame
from brokerctl.protocol.events import Event, Failed, Publication, Published
from brokerctl.wire import properties

PublishMethod = tuple[str, str, bool, bool]
"""exchange, routing key, mandatory, immediate."""


class Unfinished:
    """The bytes of half-sent messages that one connection holds, on all its channels together.

    Nobody asks for them until they are whole, so without this limit each of 2,047 channels could hold a message of the
    largest size for ever.
    """

    __slots__ = ("held_bytes", "limit_bytes")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.held_bytes = 0

    def hold(self, count: int) -> None:
        self.held_bytes += count
        if self.held_bytes > self.limit_bytes:
            raise ResourceError(f"messages that are not finished take more than {self.limit_bytes} bytes")


class Channel:
    """Assembles published messages: method, then header, then as much body as the header announced (§4.2.6)."""

    __slots__ = (
        "body",
        "header",
        "held_bytes",
        "is_closing",
        "max_message_bytes",
        "number",
        "publish",
        "remaining",
        "unfinished",
    )

    def __init__(self, number: int, max_message_bytes: int, unfinished: Unfinished) -> None:
        self.number = number
        self.max_message_bytes = max_message_bytes
        self.unfinished = unfinished
        self.is_closing = False
        self.publish: PublishMethod | None = None
        self.header: bytes | None = None
        self.remaining = 0
        self.held_bytes = 0
        self.body = bytearray()
        """One piece, not a list of frames: a million frames of one byte must not take sixty million."""

    @property
    def is_between(self) -> bool:
        """Whether it is open and no content is half-way in."""
        return self.publish is None and not self.is_closing

    def take_header(self, header: bytes) -> Event | None:
        """Take the content header; a message with an empty body is whole now."""
        if self.publish is None or self.header is not None:
            raise self.unexpected()
        size = properties.body_size(header)
        if size > self.max_message_bytes:
            self.close()
            text = f"message size {size} is larger than configured max size {self.max_message_bytes}"
            return Failed(self.number, PreconditionFailed(text), 60, 40)
        self.header, self.remaining = header, size
        if size == 0:
            return self._whole(b"")
        self._hold(len(header))
        return None

    def take_body(self, chunk: bytes) -> Event | None:
        """Take one body frame; the message when it was the last. More than the header announced is an error."""
        if self.header is None:
            raise self.unexpected()
        self.remaining -= len(chunk)
        if self.remaining < 0:
            raise FrameError("a content body is longer than its header announced")
        if self.remaining == 0 and not self.body:
            return self._whole(chunk)
        self._hold(len(chunk))
        self.body += chunk
        return None if self.remaining else self._whole(bytes(self.body))

    def unexpected(self) -> UnexpectedFrame:
        """The error for a frame of another type than the one that is due now, in RabbitMQ's words."""
        if self.publish is None:
            return UnexpectedFrame("expected method frame, got non method frame instead")
        if self.header is None:
            return UnexpectedFrame("expected content header for class 60, got non content header frame instead")
        return UnexpectedFrame("expected content body, got non content body frame instead")

    def close(self) -> None:
        """We are closing this channel: drop what is half-way in, ignore all until channel.close-ok."""
        self.is_closing = True
        self._begin_anew()

    def _whole(self, body: bytes) -> Published:
        assert self.publish is not None
        assert self.header is not None
        event = Published(self.number, Publication(*self.publish, self.header), [body])
        self._begin_anew()
        return event

    def _hold(self, count: int) -> None:
        self.held_bytes += count
        self.unfinished.hold(count)

    def _begin_anew(self) -> None:
        self.publish = self.header = None
        if self.held_bytes:
            self.unfinished.held_bytes -= self.held_bytes
            self.held_bytes, self.body = 0, bytearray()
