"""What a peer did, as the protocol understood it. The server's commands act on these."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.errors import AmqpError
from brokerctl.wire.methods import Method


@dataclass(slots=True)
class Called:
    """A method without content arrived, legal in this state. Channel 0 is the connection itself."""

    channel: int
    method: Method


@dataclass(slots=True)
class Published:
    """A whole basic.publish: the method, its content header as raw bytes, and its body."""

    channel: int
    exchange: str
    routing_key: str
    mandatory: bool
    immediate: bool
    header: bytes
    body: bytes


@dataclass(slots=True)
class Acked:
    """basic.ack, the most frequent method of all, without a Method object."""

    channel: int
    delivery_tag: int
    multiple: bool


@dataclass(slots=True)
class Failed:
    """The peer broke a rule. A AmqpChannelError concerns `channel`; anything else ends the connection."""

    channel: int
    error: AmqpError
    class_id: int = 0
    method_id: int = 0


@dataclass(slots=True)
class RightHeader:
    """The peer speaks AMQP 0-9-1: answer with connection.start."""


@dataclass(slots=True)
class WrongHeader:
    """The first eight bytes are not AMQP 0-9-1: answer with ours and close (§4.2.2)."""


Event = Called | Published | Acked | Failed | RightHeader | WrongHeader
