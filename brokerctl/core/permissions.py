"""Users, and what they may do in a vhost: three patterns searched in the object's name (RabbitMQ, access control).

Patterns come from people, so each match has a time limit; a pattern that does not compile or does not finish denies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from brokerctl.core.patterns import finds

DECISIONS = 4096
"""Remembered answers per permission; names come from clients, so the memory is bounded."""


class Right(StrEnum):
    CONFIGURE = "configure"
    WRITE = "write"
    READ = "read"


@dataclass(slots=True)
class Permission:
    configure: str = ""
    write: str = ""
    read: str = ""
    _decisions: dict[tuple[Right, str], bool] = field(default_factory=dict, repr=False, compare=False)

    def allows(self, right: Right, name: str) -> bool:
        known = self._decisions.get((right, name))
        if known is None:
            if len(self._decisions) >= DECISIONS:
                self._decisions.clear()
            known = self._decisions[right, name] = matches(getattr(self, right.value), name)
        return known


@dataclass(slots=True)
class User:
    name: str
    password_hash: str
    """As brokerctl.passwords made it; empty for a user that cannot log in with a password."""
    tags: tuple[str, ...] = ()
    permissions: dict[str, Permission] = field(default_factory=dict)
    """By vhost."""
    limits: dict[str, int] = field(default_factory=dict)
    """Changed by brokerctl.core.limits only."""


def matches(pattern: str, name: str) -> bool:
    """Unanchored search; the empty pattern is `^$`. False on a broken or endless pattern."""
    return bool(finds(pattern or "^$", name))
