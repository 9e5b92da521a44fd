"""Ask a broker of one thing, once for everybody, and remember what it said.

Pages take a look, the live side renews those that are on a screen. However many look, the broker is asked by one at a
time, and the less often the longer it takes to answer.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.conf import settings

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import BrokerUnreachable, ClientError, ObjectNotFound
from dashboard import brokers
from dashboard.models import Broker
from dashboard.snapshot import BrokerState

T = TypeVar("T")
Names = tuple[str, ...]
Key = tuple[str, int, str, Names]
"""The broker's slug and number, the kind, the names."""

FRESH_SECONDS = 1.0
"""So old may a look be for a page that opens."""

COST_FACTOR = 5
"""A look holds at least this many times as long as the broker took for it."""

QUICK_SECONDS = 0.5
"""A broker that took longer than this is not waited for while what it last said is younger than KEPT_SECONDS."""

KEPT_SECONDS = 60.0
KEPT = 256
"""Looks of all brokers; the least recently used is forgotten."""


@dataclass(slots=True, frozen=True)
class Kind(Generic[T]):
    """A kind of thing. `ask` gets the names that its feed has behind the broker's."""

    name: str
    """Of its feed: 'connections', 'connection' …"""
    ask: Callable[[BrokerClient, Names], T]


@dataclass(slots=True, frozen=True)
class Look(Generic[T]):
    value: T
    taken_at: datetime
    error: str = ""
    """Why this is not newer: the broker's refusal of the last attempt."""


@dataclass(slots=True)
class _Known:
    look: Look[Any] | None = None
    at: float = 0.0
    """Monotonic."""
    cost_seconds: float = 0.0
    failure: ClientError | None = None
    failed_at: float = -math.inf
    """Of the last attempt that failed; monotonic."""

    @property
    def age(self) -> float:
        return time.monotonic() - self.at

    @property
    def is_fresh(self) -> bool:
        return self.look is not None and self.age < max(FRESH_SECONDS, COST_FACTOR * self.cost_seconds)

    @property
    def is_enough(self) -> bool:
        """Fresh, or not worth a wait for a broker that is slow."""
        is_slow = self.cost_seconds > QUICK_SECONDS and self.age < KEPT_SECONDS
        return self.is_fresh or (self.look is not None and is_slow)


_known: OrderedDict[Key, _Known] = OrderedDict()
_locks: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def take(broker: Broker, kind: Kind[T], *names: str) -> Look[T]:
    """What the broker says of this now, or said a moment ago. Never waits longer than a page may.

    Raises ObjectNotFound when it has no such thing, and other ClientErrors when nothing was ever heard of it.
    """
    known = _entry(broker, kind, names)
    if known.is_enough and known.look is not None:
        return known.look
    taken = brokers.snapshot(broker)
    if taken.state is BrokerState.UNREACHABLE:
        return _last(known, BrokerUnreachable(taken.error))
    return _asked(broker, kind, names, settings.ANSWER_SECONDS, lambda each: each.is_enough)


def renew(broker: Broker, kind: Kind[T], names: Names, timeout_seconds: float) -> Look[T]:
    """For the live side: ask unless somebody just did. Raises as `take`."""
    return _asked(broker, kind, names, timeout_seconds, lambda each: each.is_fresh)


def latest(broker: Broker, kind: Kind[T], *names: str) -> Look[T] | None:
    """What was last heard, without asking."""
    with _lock:
        known = _known.get((broker.slug, broker.pk, kind.name, names))
    return None if known is None else known.look


def cost(broker: Broker, kind: Kind[Any], names: Names) -> float:
    """Seconds that the broker took for it last time."""
    return _entry(broker, kind, names).cost_seconds


def outdate(slug: str) -> None:
    """Something was changed on the broker: whoever looks next asks it. Those who watch keep what they see till then."""
    with _lock:
        for key, known in _known.items():
            if key[0] == slug:
                known.at = -math.inf


def forget(slug: str) -> None:
    """The broker was removed, or is another one now."""
    with _lock:
        for key in [key for key in _known if key[0] == slug]:
            del _known[key]


def _entry(broker: Broker, kind: Kind[Any], names: Names) -> _Known:
    key = broker.slug, broker.pk, kind.name, names
    with _lock:
        known = _known.setdefault(key, _Known())
        _known.move_to_end(key)
        while len(_known) > KEPT:
            gone, _ = _known.popitem(last=False)
            _locks.pop(gone, None)
        return known


def _asked(
    broker: Broker, kind: Kind[T], names: Names, timeout_seconds: float, is_answered: Callable[[_Known], bool]
) -> Look[T]:
    arrived = time.monotonic()
    with _lock:
        turn = _locks.setdefault((broker.slug, broker.pk, kind.name, names), threading.Lock())
    with turn:
        known = _entry(broker, kind, names)
        if is_answered(known) and known.look is not None:
            return known.look
        if known.failure is not None and known.failed_at > arrived:
            # Whoever was before us spent the time that a page may wait.
            return _last(known, known.failure)
        started = time.monotonic()
        try:
            value = kind.ask(brokers.client(broker, timeout_seconds), names)
        except ObjectNotFound:
            known.look = None
            raise
        except ClientError as error:
            known.failure, known.failed_at = error, time.monotonic()
            return _last(known, error)
        known.at = time.monotonic()
        known.cost_seconds = known.at - started
        known.look = Look(value, datetime.now(UTC))
        return known.look


def _last(known: _Known, error: ClientError) -> Look[Any]:
    if known.look is None:
        raise error
    known.look = replace(known.look, error=str(error))
    return known.look
