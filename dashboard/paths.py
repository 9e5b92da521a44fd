"""AMQP names as segments of our addresses.

A queue's name may hold slashes, dots or nothing at all, and proxies and Django decode %2F before routing. So a name
travels as one segment in which every byte outside [A-Za-z0-9._-] is ~XX; the empty name is "~", and "." and ".." are
escaped whole. `static/js/http.js` does the same in the browser: change both together.
"""

from __future__ import annotations

import re

PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def segment(name: str) -> str:
    """The path segment for an AMQP name: segment("a/b") is "a~2Fb"."""
    if not name:
        return "~"
    plain = frozenset() if name in (".", "..") else PLAIN
    return "".join(chr(byte) if byte in plain else f"~{byte:02X}" for byte in name.encode())


def name(segment: str) -> str:
    """The AMQP name of a path segment. Raises ValueError when it is not one that `segment` makes."""
    if segment == "~":
        return ""
    raw = re.sub(rb"~([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), segment.encode())
    return raw.decode()


def row_key(vhost: str, name: str) -> str:
    """How a row of a list is named in its feed, in `data-row` and in selections: both names as path segments."""
    return f"{segment(vhost)}/{segment(name)}"


def row_names(key: str) -> tuple[str, str]:
    """Vhost and name of a row key. Raises ValueError when it is not one that `row_key` makes."""
    vhost, slash, of_row = key.partition("/")
    if not slash:
        raise ValueError(f"{key} is not vhost/name")
    return name(vhost), name(of_row)


class NameConverter:
    """Django path converter `<amqp:queue>`."""

    regex = r"(?:~|(?:[A-Za-z0-9._-]|~[0-9A-F]{2})+)"

    def to_python(self, value: str) -> str:
        return name(value)

    def to_url(self, value: str) -> str:
        return segment(value)
