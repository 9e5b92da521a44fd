"""One message as JSON: the same for those that are taken and those that are only looked at."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from zlib import crc32

from brokerctl.core.message import Entry, Message
from brokerctl.core.queue import Queue
from brokerctl.errors import AmqpSyntaxError
from brokerctl.management import values
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request
from brokerctl.management.values import Json, to_json

ENCODINGS = ("auto", "base64")

PREFIX_BYTES = 12
"""Class, weight and body size before property flags and list (AMQP 0-9-1 §4.2.6.1)."""


@dataclass(slots=True, frozen=True)
class Form:
    """How bodies are told."""

    as_base64: bool
    truncate: int | None
    """Bytes; None: whole."""

    @classmethod
    def of(cls, body: Json) -> Form:
        """From `encoding` and `truncate` of a request. Raises Refusal."""
        if body.get("encoding", "auto") not in ENCODINGS:
            raise bad_request("Unsupported encoding. Please use auto or base64.")
        truncate = values.count(body, "truncate") if "truncate" in body else None
        return cls(body.get("encoding") == "base64", truncate)

    def payload(self, body: bytes) -> tuple[str, str]:
        """The body and its encoding. What is no UTF-8, also because it was cut, is told in base64."""
        body = body if self.truncate is None else body[: self.truncate]
        if not self.as_base64:
            try:
                return body.decode(), "string"
            except UnicodeDecodeError:
                pass
        return base64.b64encode(body).decode(), "base64"


def row(call: Call, queue: Queue, entry: Entry, form: Form) -> Json:
    """What RabbitMQ's get tells of a message, but for the count of those behind it."""
    found = outline(entry)
    try:
        found["properties"] = to_json(call.door.properties.decode(header(call, queue, entry)))
    except AmqpSyntaxError as error:
        # What a publisher broke must not keep people from seeing and removing the message.
        found |= {"properties": {}, "properties_error": error.text}
    found["payload"], found["payload_encoding"] = form.payload(entry.message.body)
    return found


def outline(entry: Entry) -> Json:
    """What is known of a message without reading it."""
    return {
        "payload_bytes": len(entry.message.body),
        "redelivered": entry.is_redelivered,
        "exchange": entry.message.exchange,
        "routing_key": entry.message.routing_key,
    }


def header(call: Call, queue: Queue, entry: Entry) -> bytes:
    """The content header as a consumer sees it: a quorum queue says how often it was tried before."""
    if entry.delivery_count and queue.rules.type == "quorum":
        return call.broker.context.codec.amend(entry.message.header, {"x-delivery-count": entry.delivery_count})
    return entry.message.header


def identity(entry: Entry) -> str:
    """What names this message for as long as it waits: its position, and a checksum of its content.

    After a crash a position can be given again to another message; the checksum tells them apart.
    """
    return f"{entry.position}-{_checksum(entry.message):08x}"


def _checksum(message: Message) -> int:
    return crc32(message.body, crc32(message.header))
