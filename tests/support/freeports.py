"""Ports for servers that start a while after their port was chosen, as other processes do.

What the system gives for port 0 it may give again, to a client's connection as well, before the server listens.
These lie below the range from which it gives, and off the default ports of brokers, so only chance can take them.
"""

from __future__ import annotations

import random

from brokerctl.ports import is_free

RANGE = range(16_000, 25_000)
HOSTS = ("127.0.0.1", "::1")
_random = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """Different ones, free on every address of this machine."""
    found: dict[int, None] = {}
    while len(found) < count:
        port = _random.choice(RANGE)
        if is_free(HOSTS, port):
            found[port] = None
    return list(found)
