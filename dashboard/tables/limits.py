"""Limits of vhosts and users in tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dashboard.listing.columns import Value


class Limited(Protocol):
    @property
    def limits(self) -> dict[str, int]: ...


def limit(name: str) -> Callable[[Limited], Value]:
    """A limit's value; None for one that is not set, or set to none by a negative number."""

    def read(each: Limited) -> Value:
        value = each.limits.get(name, -1)
        return None if value < 0 else value

    return read
