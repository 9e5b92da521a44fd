"""Message properties between people's values and a header's bytes, for those who may not touch the wire."""

from __future__ import annotations

from brokerctl.clients.models import Arguments
from brokerctl.errors import AmqpSyntaxError, RequestRefused
from brokerctl.wire import properties
from brokerctl.wire.fields import Timestamp

__all__ = ["Timestamp", "amend", "delivery_count", "encode", "without_delivery_count"]

DELIVERY_COUNT = "x-delivery-count"
EMPTY_TABLE = bytes(4)


def encode(values: Arguments, headers: Arguments) -> bytes:
    """`Message.header` for these properties and headers. Raises RequestRefused, saying what does not fit."""
    given = {name: value for name, value in values.items() if value is not None}
    if headers:
        given["headers"] = headers
    try:
        return properties.encode(given, 0)[12:]
    except (AmqpSyntaxError, OverflowError, AttributeError, TypeError, ValueError) as error:
        raise RequestRefused(f"these properties cannot be sent: {error}") from error


def amend(header: bytes, changes: Arguments, drop: tuple[str, ...] = ()) -> bytes:
    """The same header with some application headers set or dropped; all other bytes as they were.

    Raises RequestRefused when the header's own table cannot be read.
    """
    try:
        return properties.amend(_whole(header), changes, drop=drop)[12:]
    except AmqpSyntaxError as error:
        raise RequestRefused(f"the message's header cannot be changed: {error}") from error


def delivery_count(headers: Arguments) -> int:
    """How often a quorum queue says it delivered this message before; 0 when it says nothing."""
    count = headers.get(DELIVERY_COUNT)
    return count if isinstance(count, int) else 0


def without_delivery_count(header: bytes) -> bytes:
    """The header as it was published: a quorum queue adds its count of deliveries, which grows with every look."""
    if DELIVERY_COUNT.encode() not in header:
        return header
    try:
        return without_empty_headers(properties.amend(_whole(header), {}, drop=(DELIVERY_COUNT,))[12:])
    except AmqpSyntaxError:
        return header


def without_empty_headers(header: bytes) -> bytes:
    """The header without a table that holds nothing: some queues add one with their count, from the second time on."""
    if EMPTY_TABLE not in header:
        return header
    try:
        whole = _whole(header)
        return properties.without_headers(whole)[12:] if properties.split(whole)["headers"] == EMPTY_TABLE else header
    except (AmqpSyntaxError, KeyError):
        return header


def _whole(header: bytes) -> bytes:
    return properties.PREFIX.pack(60, 0, 0) + header
