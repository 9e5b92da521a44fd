"""Who may log in, from where, with what. The same for every door: AMQP, its TLS, the management API.

A right password is remembered for minutes, so that ten thousand clients that come back cost one hash, not ten thousand.
The memory holds keyed hashes of (user, password, stored hash): it lists no password, and a changed one misses it.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable

from brokerctl import passwords
from brokerctl.core.broker import Broker
from brokerctl.names import fits_shortstr
from brokerctl.server.addresses import is_loopback, origin
from brokerctl.server.backoff import Backoff
from brokerctl.server.hashing import Hashing
from brokerctl.server.tally import Tally

GUEST = "guest"
REMEMBERED = 4096
REMEMBERED_SECONDS = 300.0
"""Nobody stays in the memory for longer: what is in memory can be read from a dump of it."""


class Logins:
    def __init__(self, broker: Broker, tally: Tally, clock: Callable[[], float]) -> None:
        self._broker = broker
        self._tally = tally
        self._clock = clock
        self._backoff = Backoff(clock)
        self._hashing = Hashing()
        self._key = secrets.token_bytes(32)
        self._nobody = passwords.of_nobody()
        self._known: dict[bytes, float] = {}
        """Marks of right passwords, and until when; in the order in which they end."""
        self._checking: dict[bytes, asyncio.Future[bool | None]] = {}

    async def login(self, name: str, password: str, peer_host: str) -> bool:
        """Whether this user may come in with this password from this address."""
        if not password or len(password.encode()) > passwords.MAX_BYTES or not fits_shortstr(name):
            return self._refused("a login without a password, or with a name or password that is too long", peer_host)
        if not may_come_from(name, peer_host):
            return self._refused(f"{GUEST} logs in from this machine only", peer_host)
        user = self._broker.users.get(name)
        # One who does not exist, or has no password, takes as long as one who has.
        stored = user.password_hash if user is not None and user.password_hash else self._nobody
        anywhere = self._mark(name, password, stored)
        here = self._mark(name, password, stored, origin(peer_host))
        if self._knows(here):
            # Somebody else at this address, or guessing at this user, locks nobody out who was right before.
            return True
        if not self._backoff.may_try(name, peer_host):
            return self._refused("too many failed logins", peer_host, name)
        is_right = self._knows(anywhere) or await self._check(anywhere, password, stored, peer_host)
        if is_right:
            self._backoff.succeeded(name, peer_host)
            self._remember(anywhere)
            self._remember(here)
            return True
        if is_right is None:
            return self._refused("too many logins wait to be checked", peer_host)
        self._backoff.failed(name, peer_host)
        return self._refused("wrong user or password", peer_host, name)

    def certified(self, name: str, peer_host: str) -> bool:
        """Whether this user, whom a verified certificate names, may come in from this address."""
        if name in self._broker.users and may_come_from(name, peer_host):
            return True
        return self._refused("no such user for a certificate", peer_host, name)

    def close(self) -> None:
        self._hashing.close()

    async def _check(self, mark: bytes, password: str, stored: str, peer_host: str) -> bool | None:
        """By hashing; whoever asks the same meanwhile gets the same answer."""
        known = self._checking.get(mark)
        if known is None:
            task = asyncio.ensure_future(self._hashing.verify(origin(peer_host), password, stored))
            known = self._checking[mark] = task
            task.add_done_callback(lambda done: self._checking.pop(mark, None))
        # Shielded: the one who asked first may leave before the others.
        return await asyncio.shield(known)

    def _refused(self, why: str, peer_host: str, name: str = "") -> bool:
        self._tally.add(why, peer_host, f"user {name!r}" if name else "")
        return False

    def _knows(self, mark: bytes) -> bool:
        return self._known.get(mark, 0.0) > self._clock()

    def _remember(self, mark: bytes) -> None:
        # What is known stays known for its own minutes and no longer.
        if self._knows(mark):
            return
        self._known.pop(mark, None)
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[mark] = self._clock() + REMEMBERED_SECONDS

    def _mark(self, *parts: str) -> bytes:
        digest = hashlib.blake2b(key=self._key, digest_size=32)
        for part in parts:
            raw = part.encode()
            digest.update(len(raw).to_bytes(4, "big") + raw)
        return digest.digest()


def may_come_from(name: str, peer_host: str) -> bool:
    """guest, whose password everybody knows, comes from this machine only."""
    return name != GUEST or is_loopback(peer_host)
