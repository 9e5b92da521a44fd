"""Names of AMQP objects: their limits, and their way into a URL path."""

from __future__ import annotations

from urllib.parse import quote

MAX_NAME_BYTES = 255
"""AMQP short strings carry their length in one byte (§4.2.5.3)."""

DEFAULT_EXCHANGE_IN_PATHS = "amq.default"
"""How the management API spells the exchange whose name is empty."""


def fits_shortstr(name: str) -> bool:
    """Whether `name` can travel as an AMQP short string: at most 255 bytes of UTF-8."""
    try:
        return len(name.encode()) <= MAX_NAME_BYTES
    except UnicodeEncodeError:
        # JSON can hold half a surrogate pair; no UTF-8 can.
        return False


def path(*segments: str) -> str:
    """Join path segments, each percent-encoded whole: path("queues", "/", "a/b") is "/queues/%2F/a%2Fb"."""
    return "".join("/" + _quoted(segment) for segment in segments)


def _quoted(segment: str) -> str:
    # A bare dot segment is taken out of a URL by whoever handles it next, and another object would be meant.
    return segment.replace(".", "%2E") if segment in (".", "..") else quote(segment, safe="")
