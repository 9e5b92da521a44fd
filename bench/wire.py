"""The bytes that both sides of a measurement need, encoded once before it starts."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, confirm

CHANNEL = 1
CONSUMER_TAG = "bench"
ACK = struct.Struct(">BHIHHQBB")
"""A whole basic.ack frame: type, channel, size, class, method, tag, multiple, end."""
SEND_BYTES = 131_072
"""Of one sendall at most: more would only wait in the socket."""
SEND_MESSAGES = 250
VARIED = 5000
"""Different messages before they come again."""


@dataclass(slots=True, frozen=True)
class Content:
    size_bytes: int
    is_persistent: bool = False
    is_varied: bool = False
    """Whether each message has an id of its own, among a few other properties."""

    def header(self, number: int = 0) -> bytes:
        values: dict[str, object] = {"delivery_mode": 2 if self.is_persistent else 1}
        if self.is_varied:
            kind = {"content_type": "application/json", "timestamp": 1_700_000_000, "headers": {"tenant": "blue"}}
            values |= kind | {"message_id": f"{number:036d}", "type": "order.created"}
        return properties.encode(values, self.size_bytes)

    @property
    def body(self) -> bytes:
        return b"x" * self.size_bytes


def publish(exchange: str, routing_key: str, content: Content, number: int = 0) -> bytes:
    method = frames.method(CHANNEL, basic.Publish(exchange=exchange, routing_key=routing_key))
    return method + frames.content(CHANNEL, content.header(number), content.body, 0)


def blocks(exchange: str, routing_keys: list[str], content: Content) -> list[tuple[bytes, int]]:
    """What is sent at a time, and how many messages it is; from block to block the routing keys go round."""
    keys = routing_keys * (VARIED // len(routing_keys)) if content.is_varied else routing_keys
    messages = [publish(exchange, key, content, number) for number, key in enumerate(keys)]
    per_block = max(1, min(SEND_MESSAGES, SEND_BYTES // len(messages[0])))
    if len(messages) < per_block:
        messages = (messages * (per_block // len(messages) + 1))[:per_block]
    return [
        (b"".join(messages[at : at + per_block]), len(messages[at : at + per_block]))
        for at in range(0, len(messages), per_block)
    ]


def delivery_bytes(exchange: str, routing_key: str, content: Content) -> int:
    """How long each delivery is: all of a case are the same, so a consumer counts them without looking inside."""
    method = frames.method(CHANNEL, basic.Deliver(CONSUMER_TAG, 0, False, exchange, routing_key))
    return len(method) + len(frames.content(CHANNEL, content.header(), content.body, 0))


def acks(count: int) -> bytes:
    """basic.ack for the delivery tags 1 to `count`, one frame each."""
    return b"".join(ACK.pack(1, CHANNEL, 13, 60, 80, tag, 0, 0xCE) for tag in range(1, count + 1))


CONFIRM_SELECT = frames.method(CHANNEL, confirm.Select())
