"""Which policy is in force where, and what a change of one does to each queue and exchange: worked out, not tried.

Of the policies that match an object the one with the highest priority is in force, and beside it in the same way one
operator policy; where both set a limit, the smaller one counts (RabbitMQ, docs/policies).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from brokerctl.clients.models import Arguments, Exchange, Policy, Queue
from dashboard.declaring.known import CLASSIC, QUORUM, STREAM
from dashboard.declaring.patterns import BadPattern, Searcher, compiled

OF_STREAMS = frozenset({"max-age", "stream-max-segment-size-bytes", "stream-filter-size-bytes", "initial-cluster-size"})
UNFIT = {
    CLASSIC: OF_STREAMS | {"delivery-limit", "dead-letter-strategy"},
    QUORUM: OF_STREAMS | {"queue-mode"},
    STREAM: frozenset(
        {
            "message-ttl",
            "expires",
            "max-length",
            "overflow",
            "dead-letter-exchange",
            "dead-letter-routing-key",
            "dead-letter-strategy",
            "delivery-limit",
            "queue-mode",
        }
    ),
}
"""A policy with such a key does not match queues of the type at all (RabbitMQ: unsupported_policies of each type)."""

LIMITS = frozenset(
    {"expires", "max-in-memory-bytes", "max-in-memory-length", "max-length", "max-length-bytes", "message-ttl"}
)


@dataclass(slots=True, frozen=True)
class Policies:
    """Those of one vhost."""

    policies: tuple[Policy, ...]
    operator_policies: tuple[Policy, ...]

    def changed(self, name: str, to: Policy | None, *, is_operator: bool) -> Policies:
        """With this one set to that; None: without it."""
        kept = [each for each in (self.operator_policies if is_operator else self.policies) if each.name != name]
        now = (*kept, to) if to is not None else tuple(kept)
        return replace(self, operator_policies=now) if is_operator else replace(self, policies=now)


@dataclass(slots=True, frozen=True)
class Key:
    """One key of what is in force; None: not set."""

    name: str
    now: Any
    then: Any


@dataclass(slots=True, frozen=True)
class Touched:
    """A queue or exchange that a change reaches."""

    noun: str
    name: str
    now: str
    """The policy in force, empty for none; of the kind that is changed."""
    then: str
    keys: tuple[Key, ...]
    """What becomes different; empty: nothing."""

    @property
    def is_different(self) -> bool:
        return bool(self.keys) or self.now != self.then


@dataclass(slots=True, frozen=True)
class Effect:
    changed: tuple[Touched, ...]
    """Where something becomes different."""
    same: tuple[Touched, ...]
    """Matched, but another policy stays in force, or all stays as it is."""
    unclear: tuple[str, ...]
    """Other policies whose patterns cannot be read here: where they match, this may be wrong."""

    @property
    def matching(self) -> int:
        return len(self.changed) + len(self.same)


def effect(
    name: str,
    to: Policy | None,
    before: Policies,
    queues: Iterable[Queue],
    exchanges: Iterable[Exchange],
    *,
    is_operator: bool,
) -> Effect:
    """What setting (or with None, deleting) the policy of this name does. Raises BadPattern for a bad new pattern."""
    after = before.changed(name, to, is_operator=is_operator)
    of_kind = before.operator_policies if is_operator else before.policies
    edited = [*(each for each in of_kind if each.name == name), *([to] if to is not None else [])]
    matcher = _Matcher(to)
    found = [
        _touched(noun, thing, (before, after), matcher, is_operator)
        for noun, things in (("queue", queues), ("exchange", exchanges))
        for thing in things
        if any(matcher.is_for(each, thing) for each in edited)
    ]
    changed = tuple(each for each in found if each.is_different)
    same = tuple(each for each in found if not each.is_different)
    return Effect(changed, same, tuple(sorted(matcher.unclear)))


class _Matcher:
    """Which policy is for what. The new one must be readable; what is on the broker already may be anything."""

    def __init__(self, new: Policy | None) -> None:
        self.unclear: set[str] = set()
        self._searcher = Searcher()
        self._new = new
        self._known: dict[tuple[str, str], bool] = {}
        self._ordered: dict[int, list[Policy]] = {}
        self._fits: dict[tuple[int, str], bool] = {}
        self._compiled = {} if new is None else {new.pattern: compiled(new.pattern)}

    def first(self, policies: tuple[Policy, ...], thing: Queue | Exchange) -> Policy | None:
        """The one in force."""
        ordered = self._ordered.get(id(policies))
        if ordered is None:
            # Among equals RabbitMQ takes any, the embedded broker the first by name.
            ordered = self._ordered[id(policies)] = sorted(policies, key=lambda each: (-each.priority, each.name))
        return next((each for each in ordered if self.is_for(each, thing)), None)

    def is_for(self, policy: Policy, thing: Queue | Exchange) -> bool:
        kind = thing.type if isinstance(thing, Queue) else ""
        fits = self._fits.get((id(policy), kind))
        if fits is None:
            fits = self._fits[id(policy), kind] = _fits(policy, kind)
        if not fits or not thing.name or policy.name in self.unclear:
            return False
        # Before and after have most policies in common, and a name is asked for as a queue and as an exchange.
        asked = policy.pattern, thing.name
        if asked not in self._known:
            self._known[asked] = self._searches(policy, thing.name)
        return self._known[asked]

    def _searches(self, policy: Policy, name: str) -> bool:
        try:
            if policy.pattern not in self._compiled:
                self._compiled[policy.pattern] = compiled(policy.pattern)
            return self._searcher.finds(self._compiled[policy.pattern], name)
        except BadPattern:
            if policy is self._new:
                raise
            self.unclear.add(policy.name)
            return False


def _touched(
    noun: str, thing: Queue | Exchange, times: tuple[Policies, Policies], matcher: _Matcher, is_operator: bool
) -> Touched:
    (was, now), (becomes, then) = (_in_force(each, thing, matcher) for each in times)
    differing = [key for key in sorted(now.keys() | then.keys()) if now.get(key) != then.get(key)]
    keys = tuple(Key(key, now.get(key), then.get(key)) for key in differing)
    return Touched(noun, thing.name, was[is_operator], becomes[is_operator], keys)


def _in_force(policies: Policies, thing: Queue | Exchange, matcher: _Matcher) -> tuple[tuple[str, str], Arguments]:
    """Names of the policy and the operator policy, empty for none, and what both say together."""
    policy = matcher.first(policies.policies, thing)
    operator = matcher.first(policies.operator_policies, thing) if isinstance(thing, Queue) else None
    names = (policy.name if policy else "", operator.name if operator else "")
    return names, merged(policy.definition if policy else {}, operator.definition if operator else {})


def _fits(policy: Policy, kind: str) -> bool:
    """Whether the policy is for queues of this type at all; for exchanges, when it is empty."""
    if not kind:
        return policy.apply_to in ("all", "exchanges")
    own = "streams" if kind == STREAM else f"{kind}_queues"
    is_fit = UNFIT.get(kind, frozenset()).isdisjoint(policy.definition)
    return is_fit and policy.apply_to in ("all", "queues", own)


def merged(policy: Arguments, operator: Arguments) -> Arguments:
    """Both together: the smaller limit, else the operator's word."""
    both = {**policy, **operator}
    for key in policy.keys() & operator.keys() & LIMITS:
        both[key] = min(policy[key], operator[key])
    return both
