"""The core keeps message headers as bytes; when it must read or add some, it asks a codec that the server gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class HeaderCodec(Protocol):
    def read(self, header: bytes) -> dict[str, Any]:
        """The application headers of a content header; empty when there are none or they cannot be decoded."""
        ...

    def amend(
        self, header: bytes, changes: Mapping[str, Any], drop_expiration: bool = False, drop: tuple[str, ...] = ()
    ) -> bytes:
        """The same content header with some application headers set or dropped; all other bytes as they were."""
        ...
