"""Ports for servers that start a while after their port was chosen, as other processes do.

What the system gives for port 0 it may give again, to a client's connection as well, before the server listens.
These lie below the range from which it gives, and off the default ports of brokers, so nobody else takes them.
"""

from __future__ import annotations

import itertools
import os
import random

from brokerctl.ports import is_free

RANGE = range(16_000, 25_000)
HOSTS = ("127.0.0.1", "::1")


def _mine() -> list[int]:
    """Those of this worker of xdist: two that start servers in the same moment never choose the same port."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = RANGE[number :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    return random.SystemRandom().sample(mine, len(mine))


_next = itertools.cycle(_mine())
"""What was given is not given again before all others were: its server may not listen yet."""


def free_ports(count: int) -> list[int]:
    """Different ones, free on every address of this machine."""
    return list(itertools.islice((port for port in _next if is_free(HOSTS, port)), count))
