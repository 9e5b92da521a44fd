"""Who may log in, from where, with what. Hashing runs in its own threads, and a right answer is remembered for a while.

The memory holds a keyed hash of (user, password, stored hash), so it lists no password and a changed one misses it.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor

from brokerctl import passwords
from brokerctl.core.broker import Broker
from brokerctl.server.addresses import is_loopback
from brokerctl.server.tally import Tally

GUEST = "guest"
REMEMBERED = 1024
HASHING_THREADS = 2
"""Bounds what a flood of guesses costs: two scrypt at a time, whatever the number of connections."""


class Logins:
    def __init__(self, broker: Broker, tally: Tally) -> None:
        self._broker = broker
        self._tally = tally
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, None] = {}
        self._threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="login")

    async def login(self, name: str, password: str, peer_host: str) -> bool:
        """Whether this user may come in with this password from this address."""
        user = self._broker.users.get(name)
        if user is None or not may_come_from(name, peer_host):
            return False
        mark = self._mark(name, password, user.password_hash)
        if mark in self._known:
            return True
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, passwords.verify, password, user.password_hash):
            return False
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[mark] = None
        return True

    def certified(self, name: str, peer_host: str) -> bool:
        """Whether this user, whom a verified certificate names, may come in from this address."""
        if name in self._broker.users and may_come_from(name, peer_host):
            return True
        self._tally.add(f"no login by certificate as {name[:64]!r}", peer_host)
        return False

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _mark(self, name: str, password: str, stored: str) -> bytes:
        digest = hashlib.blake2b(key=self._key, digest_size=32)
        for part in (name, password, stored):
            raw = part.encode()
            digest.update(len(raw).to_bytes(4, "big") + raw)
        return digest.digest()


def may_come_from(name: str, peer_host: str) -> bool:
    """guest, whose password everybody knows, comes from this machine only; ::ffff:127.0.0.1 is this machine."""
    return name != GUEST or is_loopback(peer_host)
