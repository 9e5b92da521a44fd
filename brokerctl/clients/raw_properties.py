"""Message properties that pika does not touch: the bytes that came are the bytes that go.

pika decodes every header and encodes it again, which changes types on the way and fails on headers that other clients
may send. It finds the class for a content header in `pika.spec.props`; ours keeps the raw bytes and decodes only when
somebody asks for an attribute. For anybody else in the process it behaves as pika's own class.
"""

from __future__ import annotations

from typing import Any, cast

import pika.spec


class RawProperties(pika.BasicProperties):
    """`raw` is the content header after class, weight and body size: property flags and list (AMQP 0-9-1 §4.2.6.1)."""

    raw: bytes | None = None

    def __init__(self, *args: Any, **values: Any) -> None:
        # Without values it is about to be decoded: leaving the attributes unset makes __getattr__ decode on demand.
        if args or values:
            super().__init__(*args, **values)

    @classmethod
    def of(cls, raw: bytes) -> RawProperties:
        made = cls()
        made.raw = raw
        return made

    def decode(self, encoded: bytes, offset: int = 0) -> RawProperties:
        self.raw = bytes(encoded[offset:])
        return self

    def encode(self) -> list[bytes]:
        if self.raw is not None and not self._is_decoded:
            return [self.raw]
        encoded: list[bytes] = super().encode()
        return encoded

    @property
    def _is_decoded(self) -> bool:
        return "content_type" in self.__dict__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or self._is_decoded:
            raise AttributeError(name)
        super().__init__()
        if self.raw is not None:
            super().decode(self.raw)
        return getattr(self, name)


def install() -> None:
    """Make pika use RawProperties for what it receives. Safe to call again."""
    cast(dict[int, type], pika.spec.props)[pika.BasicProperties.INDEX] = RawProperties
