"""What a peer did, as the protocol understood it. The server's commands act on these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brokerctl.errors import AmqpError
from brokerctl.wire.methods import Method


@dataclass(slots=True)
class Called:
    """A method without content arrived, legal in this state. Channel 0 is the connection itself."""

    channel: int
    method: Method


@dataclass(slots=True)
class Publication:
    """A basic.publish and its content header as raw bytes: all that publishes have in common that differ in their body.

    The protocol gives the same object again while a producer repeats itself, so what was worked out for it can stay
    in `memo`, which belongs to the server.
    """

    exchange: str
    routing_key: str
    mandatory: bool
    immediate: bool
    header: bytes
    memo: Any = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Published:
    """Whole messages, one after the other, that differ in their bodies only."""

    channel: int
    publication: Publication
    bodies: list[bytes]


@dataclass(slots=True)
class PublishedEach:
    """Whole messages, one after the other, that one basic.publish would do for, each with a header of its own."""

    channel: int
    exchange: str
    routing_key: str
    mandatory: bool
    immediate: bool
    headers: list[bytes]
    bodies: list[bytes]


@dataclass(slots=True)
class Acked:
    """basic.ack, the most frequent method of all, without Method objects: neighbours are one event.

    `multiple` comes with one tag.
    """

    channel: int
    delivery_tags: list[int]
    multiple: bool = False


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


Event = Called | Published | PublishedEach | Acked | Failed | RightHeader | WrongHeader
