"""Gives the core and the management API what they may not import: reading and amending message headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brokerctl.errors import AmqpSyntaxError
from brokerctl.wire import properties
from brokerctl.wire.fields import Timestamp


class WireCodec:
    """brokerctl.core.headers.HeaderCodec, with brokerctl.wire."""

    def read(self, header: bytes) -> dict[str, Any]:
        try:
            return properties.decode(header).get("headers") or {}
        except AmqpSyntaxError:
            # A publisher's broken table must not stop a queue: such a message has no headers to route by.
            return {}

    def amend(
        self, header: bytes, changes: Mapping[str, Any], drop_expiration: bool = False, drop: tuple[str, ...] = ()
    ) -> bytes:
        """A table that cannot be read is replaced by one with the changes only."""
        try:
            return properties.amend(header, changes, drop_expiration, drop)
        except AmqpSyntaxError:
            return properties.amend(properties.without_headers(header), changes, drop_expiration, drop)

    def decode(self, header: bytes) -> dict[str, Any]:
        """All properties by name. Raises AmqpSyntaxError when the header cannot be read."""
        return properties.decode(header)

    def encode(self, values: Mapping[str, Any], body_size: int) -> bytes:
        """Raises AmqpSyntaxError for unknown names and values that do not fit."""
        return properties.encode(dict(values), body_size)

    def timestamp(self, seconds: int) -> int:
        return Timestamp(seconds)
