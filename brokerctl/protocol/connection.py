"""One connection, seen from the broker: cuts bytes into frames, frames into events, and keeps to the legal moves.

Sans-IO: `receive` takes what a socket read and returns what it means; what the broker answers is built by the server
with `brokerctl.wire.frames`. A violation becomes a Failed event, last in the list, and the caller closes.
"""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.errors import (
    AmqpError,
    AmqpSyntaxError,
    ChannelInvalid,
    CommandInvalid,
    FrameError,
    NotAllowed,
)
from brokerctl.protocol.channel import Channel, Unfinished
from brokerctl.protocol.events import (
    Acked,
    Called,
    Event,
    Failed,
    Publication,
    Published,
    PublishedEach,
    RightHeader,
    WrongHeader,
)
from brokerctl.protocol.repeats import ACK_BYTES, Repeat, neighbours, publish_method, single_acks, whole_content
from brokerctl.protocol.states import NEXT, State
from brokerctl.wire import methods, spec
from brokerctl.wire.frames import HEAD
from brokerctl.wire.methods import channel, connection
from brokerctl.wire.spec import METHOD, PUBLISH_ID

INITIAL_FRAME_MAX = 8192
"""Until tuned. RabbitMQ allows the same: room for client properties, no room for a flood."""

REPEATED_HEADER_BYTES = 4096
"""Larger ones are not remembered: each connection would keep that much."""

ACK_SIZE = 13
"""Of basic.ack's payload, always."""

BASIC_PUBLISH = 60, 40
"""What a connection.close names when a content goes wrong."""


@dataclass(slots=True, frozen=True)
class Limits:
    """What a connection may ask for. Bytes, counts, seconds."""

    frame_max: int = 131_072
    channel_max: int = 2047
    max_message_bytes: int = 16_777_216
    unfinished_bytes: int = 33_554_432


class Connection:
    """The state of one conversation. After a Failed event with a connection error only `CLOSING` traffic is read."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.state = State.AWAIT_HEADER
        self.channels: dict[int, Channel] = {}
        self.channel_max = limits.channel_max
        # One message of the largest size must fit whatever the limit, and so must its header.
        self.unfinished = Unfinished(max(limits.unfinished_bytes, limits.max_message_bytes + limits.frame_max))
        self._payload_max = self._whole_max = INITIAL_FRAME_MAX
        self._rest = b""
        self._repeat: Repeat | None = None
        self._last_payload = self._last_header = b""
        self._number = 0
        self._method_in_hand = (0, 0)

    def tuned(self, frame_max: int, channel_max: int) -> None:
        """Both sides agreed: 0 means no limit of the peer's, so ours holds."""
        # Not less a frame's own eight bytes: some clients forget them, and RabbitMQ forgives it.
        self._payload_max = frame_max or self.limits.frame_max
        self._whole_max = min(self._payload_max, self.limits.max_message_bytes)
        self.channel_max = channel_max or self.limits.channel_max

    def closing(self) -> None:
        """We sent connection.close."""
        self.state = State.CLOSING
        for peer in self.channels.values():
            peer.close()
        self.channels.clear()

    def refused(self, number: int) -> None:
        """We sent channel.close: only its answer counts now, even if the peer closed the channel in the same read."""
        self.channels.setdefault(number, Channel(number, self.limits.max_message_bytes, self.unfinished)).close()

    def forget(self, number: int) -> None:
        """A channel is closed on both sides; its number may be opened again."""
        self.channels.pop(number, None)

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes mean, in order. Incomplete frames wait for the next call."""
        if self._rest:
            data = self._rest + data
        events: list[Event] = []
        at = 0
        try:
            if self.state is State.AWAIT_HEADER:
                at = self._protocol_header(data, events)
            if self.state is not State.AWAIT_HEADER:
                at = self._frames(data, at, events)
        except AmqpError as error:
            events.append(Failed(self._number, error, *self._method_in_hand))
            self._rest = b""
            return events
        self._rest = data[at:]
        return events

    def _protocol_header(self, data: bytes, events: list[Event]) -> int:
        if data[:8] == spec.PROTOCOL_HEADER:
            self.state = State.AWAIT_START_OK
            events.append(RightHeader())
            return 8
        if len(data) >= 8 or not spec.PROTOCOL_HEADER.startswith(data):
            self.state = State.CLOSED
            events.append(WrongHeader())
            return len(data)
        return 0

    def _frames(self, data: bytes, at: int, events: list[Event]) -> int:
        unpack, total, channels = HEAD.unpack_from, len(data), self.channels
        while total - at >= HEAD.size:
            repeat = self._repeat
            if repeat is not None and data.startswith(repeat.prefix, at) and self._may_publish(repeat.number):
                published = repeat.take(data, at)
                if published.bodies:
                    events.append(published)
                    at += len(published.bodies) * repeat.step
                    continue
            kind, number, size = unpack(data, at)
            if size > self._payload_max:
                self._number = number
                raise FrameError(f"a frame of {size} bytes is larger than the {self._payload_max} agreed")
            start, stop = at, at + 7 + size
            if stop >= total:
                break
            if data[stop] != spec.FRAME_END:
                raise FrameError("a frame does not end with 0xCE")
            payload = data[at + 7 : stop]
            at = stop + 1
            self._number, self._method_in_hand = number, (0, 0)
            peer = channels.get(number)
            if kind == METHOD and peer is not None and peer.publish is None and not peer.is_closing:
                # The two methods that make nearly all the traffic; a channel that is open needs no look at the state.
                if payload.startswith(PUBLISH_ID):
                    at = self._publish(peer, payload, data, start, at, events)
                    continue
                if payload.startswith(spec.ACK_ID) and size == ACK_SIZE and not payload[12] & 1:
                    tags = single_acks(data, start)
                    events.append(Acked(number, tags))
                    at = start + len(tags) * ACK_BYTES
                    continue
            if self.state is State.CLOSED:
                break
            event = self._frame(kind, number, payload, peer)
            if event is not None:
                events.append(event)
        return at

    def _may_publish(self, number: int) -> bool:
        peer = self.channels.get(number)
        return peer is not None and peer.is_between

    def _publish(self, peer: Channel, payload: bytes, data: bytes, start: int, at: int, events: list[Event]) -> int:
        """Take a basic.publish that began at `start` and ended before `at`, with its content if that is whole, and its
        neighbours that are like it."""
        self._method_in_hand = BASIC_PUBLISH
        parsed = publish_method(payload)
        content = whole_content(data, at, peer.number, self._whole_max)
        if content is None:
            peer.publish = parsed
            return at
        header, body_at, stop = content
        body, end = data[body_at:stop], stop + 1
        if header == self._last_header and payload == self._last_payload:
            publication = Publication(*parsed, header)
            self._repeat = Repeat(peer.number, data[start:body_at], stop - body_at, publication)
            events.append(Published(peer.number, publication, [body]))
            return end
        headers, bodies, end = neighbours(data, end, data[start:at], peer.number, self._whole_max, header)
        if headers:
            events.append(PublishedEach(peer.number, *parsed, [header, *headers], [body, *bodies]))
            header = headers[-1]
        else:
            events.append(Published(peer.number, Publication(*parsed, header), [body]))
        if len(header) <= REPEATED_HEADER_BYTES:
            self._last_header, self._last_payload = header, payload
        return end

    def _frame(self, kind: int, number: int, payload: bytes, peer: Channel | None) -> Event | None:
        if kind == spec.METHOD:
            return self._method(number, payload, peer)
        if kind == spec.HEARTBEAT:
            if number or payload:
                raise FrameError("a heartbeat belongs on channel 0 and is empty")
            return None
        if kind not in (spec.HEADER, spec.BODY):
            raise FrameError(f"there is no frame type {kind}")
        if peer is None:
            if self.state is State.CLOSING:
                return None
            raise ChannelInvalid(f"content on channel {number}, which is not open")
        if peer.is_closing:
            return None
        if peer.publish is not None:
            self._method_in_hand = BASIC_PUBLISH
        return peer.take_header(payload) if kind == spec.HEADER else peer.take_body(payload)

    def _method(self, number: int, payload: bytes, peer: Channel | None) -> Event | None:
        self._method_in_hand = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
        if number == 0:
            return self._on_connection(methods.decode(payload))
        if self.state is not State.OPEN:
            if self.state is State.CLOSING:
                return None
            raise CommandInvalid("a channel method came before connection.open")
        if peer is None:
            return self._open_channel(number, methods.decode(payload))
        if peer.is_closing:
            return self._on_closing_channel(number, methods.decode(payload))
        if peer.publish is not None:
            self._method_in_hand = BASIC_PUBLISH
            raise peer.unexpected()
        if payload.startswith(spec.ACK_ID):
            if len(payload) != ACK_SIZE:
                raise AmqpSyntaxError("basic.ack takes nine bytes of arguments")
            return Acked(number, [int.from_bytes(payload[4:12], "big")], bool(payload[12] & 1))
        return self._on_channel(number, methods.decode(payload))

    def _on_connection(self, method: methods.Method) -> Event | None:
        following = NEXT.get((self.state, type(method)))
        if following is None:
            if self.state is State.CLOSING:
                return None
            if self.state is State.OPEN:
                raise ChannelInvalid("unexpected method in connection state running")
            raise CommandInvalid(f"{method.name} is not expected now ({self.state.name.lower()})")
        self.state = following
        if following is State.CLOSED:
            self.channels.clear()
        return Called(0, method)

    def _open_channel(self, number: int, method: methods.Method) -> Event | None:
        if type(method) is not channel.Open:
            raise ChannelInvalid("expected 'channel.open'")
        if len(self.channels) >= self.channel_max:
            # RabbitMQ counts channels and does not mind their numbers; clients that start at a high one rely on it.
            text = f"number of channels opened ({len(self.channels)}) has reached the negotiated channel_max"
            raise NotAllowed(f"{text} ({self.channel_max})")
        self.channels[number] = Channel(number, self.limits.max_message_bytes, self.unfinished)
        return Called(number, method)

    def _on_closing_channel(self, number: int, method: methods.Method) -> Event | None:
        if type(method) is channel.CloseOk:
            self.forget(number)
        # Its own close may cross ours: that is answered, and the answer to ours is still to come.
        return Called(number, method) if type(method) in (channel.CloseOk, channel.Close) else None

    def _on_channel(self, number: int, method: methods.Method) -> Event:
        if type(method) is channel.Open:
            raise ChannelInvalid("second 'channel.open' seen")
        if type(method) is channel.Close:
            self.forget(number)
        elif isinstance(method, connection.Close | connection.Open):
            raise CommandInvalid(f"{method.name} belongs on channel 0")
        return Called(number, method)
