"""What a filter costs; what it finds is in test_peeking.py, over the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brokerctl.core.message import Message
from brokerctl.management.matching import Filter


class NoProperties:
    def decode(self, header: bytes) -> dict[str, Any]:
        return {}

    def encode(self, values: Mapping[str, Any], body_size: int) -> bytes:
        return b""


class Watched(bytes):
    """A body that counts how often it is read as a text."""

    reads = 0

    def decode(self, *args: Any, **kwargs: Any) -> str:
        self.reads += 1
        return super().decode(*args, **kwargs)


def test_a_body_is_parsed_once_for_all_conditions() -> None:
    conditions = [{"field": f"body.{name}", "equals": 1} for name in "abcdefgh"]
    body, other = Watched(b'{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}'), Watched(b'{"a":2}')
    wanted = Filter(conditions, NoProperties())

    assert wanted.matches(Message("", "q", b"", body))
    assert not wanted.matches(Message("", "q", b"", other))

    assert (body.reads, other.reads) == (1, 1)
