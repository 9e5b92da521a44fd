"""The numbers of AMQP 0-9-1 that more than one module needs. Source: amqp0-9-1.xml and RabbitMQ's extensions."""

from __future__ import annotations

from typing import Final

PROTOCOL_HEADER: Final = b"AMQP\x00\x00\x09\x01"

METHOD: Final = 1
HEADER: Final = 2
BODY: Final = 3
HEARTBEAT: Final = 8
FRAME_END: Final = 0xCE
FRAME_OVERHEAD: Final = 8
"""Type, channel and size before the payload, the end byte after it."""

MIN_FRAME_MAX: Final = 4096
"""No peer may negotiate frames smaller than this (§4.2.3)."""

BASIC_CLASS: Final = 60
"""The one class whose methods carry content."""

PUBLISH_ID: Final = b"\x00\x3c\x00\x28"
ACK_ID: Final = b"\x00\x3c\x00\x50"
DELIVER_ID: Final = b"\x00\x3c\x00\x3c"
