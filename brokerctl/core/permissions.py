"""Users, and what they may do in a vhost: three patterns searched in the object's name (RabbitMQ, access control).

Patterns come from people, so each match has a time limit; a pattern that does not compile or does not finish denies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import regex

from brokerctl.patterns import finds

DECISIONS = 4096
"""Remembered answers per permission; names come from clients, so the memory is bounded."""


class Right(StrEnum):
    CONFIGURE = "configure"
    WRITE = "write"
    READ = "read"

    # Every publish looks a decision up, and Enum's own hash is written in Python.
    __hash__ = str.__hash__


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
class TopicPermission:
    """Which routing keys a user may publish and bind with at one topic exchange, beside its rights on the exchange."""

    write: str = ""
    read: str = ""
    _decisions: dict[tuple[Right, str], bool] = field(default_factory=dict, repr=False, compare=False)

    def allows(self, right: Right, routing_key: str, user: str, vhost: str) -> bool:
        """`user` and `vhost` are always the same ones: what `{username}` and `{vhost}` stand for in the patterns."""
        known = self._decisions.get((right, routing_key))
        if known is None:
            if len(self._decisions) >= DECISIONS:
                self._decisions.clear()
            pattern: str = getattr(self, right.value)
            # Escaped: a user may be called `.*`. No client of AMQP has a client_id, so that text stands for itself.
            for name, value in (("username", user), ("vhost", vhost), ("client_id", "{client_id}")):
                pattern = pattern.replace(f"{{{name}}}", regex.escape(value))
            known = self._decisions[right, routing_key] = matches(pattern, routing_key)
        return known


@dataclass(slots=True)
class User:
    name: str
    password_hash: str
    """As brokerctl.passwords made it; empty for a user that cannot log in with a password."""
    tags: tuple[str, ...] = ()
    permissions: dict[str, Permission] = field(default_factory=dict)
    """By vhost."""
    topic_permissions: dict[tuple[str, str], TopicPermission] = field(default_factory=dict)
    """By vhost and exchange. None there: every routing key is allowed."""
    limits: dict[str, int] = field(default_factory=dict)
    """Changed by brokerctl.core.limits only."""


def matches(pattern: str, name: str) -> bool:
    """Unanchored search; the empty pattern is `^$`. False on a broken or endless pattern."""
    return bool(finds(pattern or "^$", name))
