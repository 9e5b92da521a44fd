"""Policies: what people set for many queues and exchanges at once, by their names (RabbitMQ, docs/policies).

Of the policies that match an object the one with the highest priority is in force, and beside it, in the same way, one
operator policy, whose limits the other cannot exceed. `enforcing.py` brings them to the objects of a vhost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from brokerctl.core.arguments import OVERFLOWS, smaller_limit
from brokerctl.core.message import Arguments
from brokerctl.errors import PreconditionFailed
from brokerctl.names import fits_shortstr
from brokerctl.patterns import finds, is_valid

if TYPE_CHECKING:
    from brokerctl.core.exchanges import Exchange
    from brokerctl.core.queue import Queue


class Kind(StrEnum):
    """Also the kind under which definitions are saved."""

    POLICY = "policy"
    OPERATOR = "operator_policy"


class Scope(StrEnum):
    ALL = "all"
    QUEUES = "queues"
    EXCHANGES = "exchanges"
    CLASSIC_QUEUES = "classic_queues"
    QUORUM_QUEUES = "quorum_queues"
    STREAMS = "streams"


def _text(value: Any) -> bool:
    return isinstance(value, str) and fits_shortstr(value)


def _whole(low: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= low


def _one_of(*allowed: Any) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, bool) and value in allowed


SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "alternate-exchange": (_text, "alternate exchange name"),
    "consumer-timeout": (_whole(0), "consumer timeout"),
    "dead-letter-exchange": (_text, "dead letter exchange name"),
    "dead-letter-routing-key": (_text, "dead letter routing key"),
    "dead-letter-strategy": (_one_of("at-most-once", "at-least-once"), "dead letter strategy"),
    "delivery-limit": (_whole(-1), "delivery limit"),
    "expires": (_whole(1), "queue expiry"),
    "max-in-memory-bytes": (_whole(0), "maximum memory in bytes"),
    "max-in-memory-length": (_whole(0), "maximum memory in bytes"),
    "max-length": (_whole(0), "maximum length"),
    "max-length-bytes": (_whole(0), "maximum length in bytes"),
    "message-ttl": (_whole(0), "message TTL"),
    "overflow": (_one_of(*OVERFLOWS), "overflow value"),
    "queue-leader-locator": (_one_of("client-local", "balanced", "random", "least-leaders"), "queue leader locator"),
    "queue-mode": (_one_of("default", "lazy"), "queue-mode value"),
    "queue-version": (_one_of(1, 2), "queue-version value"),
}
"""What a definition may hold, how its value is checked, and what RabbitMQ calls a wrong one."""

_ANYTHING: tuple[Callable[[Any], bool], str] = (lambda value: True, "value")

OPERATORS_SETTINGS = frozenset(
    {
        "delivery-limit",
        "expires",
        "max-in-memory-bytes",
        "max-in-memory-length",
        "max-length",
        "max-length-bytes",
        "message-ttl",
        "overflow",
        "queue-version",
    }
)
LIMITS = frozenset(
    {"expires", "max-in-memory-bytes", "max-in-memory-length", "max-length", "max-length-bytes", "message-ttl"}
)
"""Where both set one, the smaller is in force."""

NOT_FOR = {"classic": frozenset({"delivery-limit", "dead-letter-strategy"}), "quorum": frozenset({"queue-mode"})}
"""A policy with such a setting does not match queues of the type at all (RabbitMQ)."""


@dataclass(slots=True)
class Policy:
    name: str
    pattern: str
    definition: Arguments
    priority: int = 0
    applies_to: Scope = Scope.ALL
    _endless: set[str] = field(default_factory=set, repr=False, compare=False)
    """Names the pattern did not finish on: they do not match, and are not tried again."""

    def check(self, kind: Kind, *, keeps_unknown: bool = False) -> None:
        """Raises PreconditionFailed, worded as RabbitMQ does, when this cannot be a policy.

        Settings that nobody here knows are an error, or with `keeps_unknown` part of the policy that does nothing.
        """
        if not is_valid(self.pattern):
            _refuse(f"pattern should be regular expression but is invalid: {self.pattern}")
        if not self.definition:
            _refuse("no policy provided")
        known = SETTINGS.keys() if kind is Kind.POLICY else OPERATORS_SETTINGS
        unknown = sorted(self.definition.keys() - known)
        if keeps_unknown:
            unknown = [key for key in unknown if key in SETTINGS]
        if unknown:
            _refuse(f"{', '.join(unknown)} are not recognised policy settings")
        for key, value in self.definition.items():
            is_right, what = SETTINGS.get(key, _ANYTHING)
            if not is_right(value):
                _refuse(f"{value} is not a valid {what}")

    def matches(self, name: str) -> bool:
        if name in self._endless:
            return False
        found = finds(self.pattern, name)
        if found is None:
            self._endless.add(name)
        return bool(found)

    @property
    def is_endless(self) -> bool:
        """Whether its pattern did not finish on some name."""
        return bool(self._endless)

    def is_for_queue(self, queue: Queue) -> bool:
        kind = queue.rules.type
        if self.applies_to not in (Scope.ALL, Scope.QUEUES, f"{kind}_queues"):
            return False
        return NOT_FOR[kind].isdisjoint(self.definition) and self.matches(queue.name)

    def is_for_exchange(self, exchange: Exchange) -> bool:
        return self.applies_to in (Scope.ALL, Scope.EXCHANGES) and self.matches(exchange.name)


@dataclass(slots=True, frozen=True)
class InForce:
    """The policies of one object, and what they say together."""

    policy: Policy | None = None
    operator_policy: Policy | None = None
    definition: Mapping[str, Any] = field(default_factory=dict)


NONE = InForce()


class Policies:
    """The policies of one vhost, by kind and name."""

    def __init__(self) -> None:
        self.by_kind: dict[Kind, dict[str, Policy]] = {kind: {} for kind in Kind}

    @property
    def are_none(self) -> bool:
        return not any(self.by_kind.values())

    def of_queue(self, queue: Queue) -> InForce:
        return NONE if self.are_none else self._in_force(lambda policy: policy.is_for_queue(queue))

    def of_exchange(self, exchange: Exchange) -> InForce:
        return NONE if self.are_none else self._in_force(lambda policy: policy.is_for_exchange(exchange))

    def _in_force(self, is_for: Callable[[Policy], bool]) -> InForce:
        policy, operator = (self._first(kind, is_for) for kind in Kind)
        return InForce(policy, operator, merged(policy, operator))

    def _first(self, kind: Kind, is_for: Callable[[Policy], bool]) -> Policy | None:
        # Among equals RabbitMQ takes any; here it is always the same.
        ordered = sorted(self.by_kind[kind].values(), key=lambda policy: (-policy.priority, policy.name))
        return next((policy for policy in ordered if is_for(policy)), None)


def merged(policy: Policy | None, operator: Policy | None) -> Arguments:
    """What both say together: the smaller limit, else the operator's word."""
    if policy is None or operator is None:
        return {} if policy is operator else dict((policy or operator).definition)  # type: ignore[union-attr]
    both = {**policy.definition, **operator.definition}
    for key in policy.definition.keys() & operator.definition.keys():
        own, other = policy.definition[key], operator.definition[key]
        if key in LIMITS:
            both[key] = min(own, other)
        elif key == "delivery-limit":
            both[key] = smaller_limit(own, other)
    return both


def _refuse(text: str) -> None:
    raise PreconditionFailed(f"Validation failed\n\n{text}\n")
