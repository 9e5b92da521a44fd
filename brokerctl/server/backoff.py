"""How often somebody may be wrong: failures of an address, of a user, and of a user at an address, forgotten with time.

A user who is guessed at from everywhere must still get in from an address that never guessed, so the user's own count
closes the door only to addresses that failed for this user before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from brokerctl.server.addresses import origin


@dataclass(slots=True)
class Failures:
    """Per key, a level that rises by one with each failure and falls by `forgotten_per_second`."""

    limit: int
    forgotten_per_second: float
    keys: int = 4096
    """Remembered at most; beyond, whoever failed first is forgotten."""
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    """(level, at which second)."""

    def level(self, key: str, now: float) -> float:
        level, at = self._levels.get(key, (0.0, now))
        return max(0.0, level - (now - at) * self.forgotten_per_second)

    def is_full(self, key: str, now: float) -> bool:
        # One more must fit, else the level would creep below the limit and let the next one in at once.
        return self.level(key, now) > self.limit - 1

    def add(self, key: str, now: float) -> None:
        level = self.level(key, now) + 1
        # Taken out first, so that the order of the dict is that of the last failures.
        self._levels.pop(key, None)
        if len(self._levels) >= self.keys:
            del self._levels[next(iter(self._levels))]
        self._levels[key] = level, now

    def forget(self, key: str) -> None:
        self._levels.pop(key, None)


class Backoff:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # A typing person errs a few times; a client with a stale password comes every few seconds and may.
        self._pairs = Failures(limit=5, forgotten_per_second=0.1)
        # Many clients may share an address; two guesses a second are 5 % of a core.
        self._addresses = Failures(limit=50, forgotten_per_second=2)
        self._users = Failures(limit=100, forgotten_per_second=1)

    def may_try(self, name: str, host: str) -> bool:
        """Whether a password of this user from this address is worth a look."""
        now, where = self._clock(), origin(host)
        pair = _pair(name, where)
        if self._pairs.is_full(pair, now) or self._addresses.is_full(where, now):
            return False
        return not self._users.is_full(name, now) or not self._pairs.level(pair, now)

    def failed(self, name: str, host: str) -> None:
        now, where = self._clock(), origin(host)
        self._pairs.add(_pair(name, where), now)
        self._addresses.add(where, now)
        self._users.add(name, now)

    def succeeded(self, name: str, host: str) -> None:
        """Whoever knows the password was no guesser; the address may still be one's."""
        self._pairs.forget(_pair(name, origin(host)))


def _pair(name: str, where: str) -> str:
    # No address holds a space, so no name can pretend to be at another address.
    return f"{where} {name}"
