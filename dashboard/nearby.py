"""Brokers on this machine that nobody registered: what speaks AMQP on the ports that brokers take one after another."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass

HOST = "localhost"
PORTS = range(5672, 5682)
API_ABOVE = 10_000
"""RabbitMQ's management API is this much above its AMQP port, and so is ours, when both begin at the default."""

SECONDS = 0.3
"""On this machine an answer takes a millisecond, and a closed port refuses at once."""

GREETING = b"AMQP\x00\x00\x09\x01"
START = b"\x01\x00\x00"
"""How connection.start begins: a method on channel 0. AMQP 0-9-1 §4.2.3."""


@dataclass(slots=True, frozen=True)
class Nearby:
    amqp_port: int
    api_port: int
    has_api: bool
    """Whether something listens where the management API is expected."""


def brokers(known: Collection[int], ports: Iterable[int] = PORTS) -> tuple[Nearby, ...]:
    """Those whose AMQP port is none of `known`."""
    there = [port for port in ports if port not in known and _speaks_amqp(port)]
    return tuple(Nearby(port, port + API_ABOVE, _listens(port + API_ABOVE)) for port in there)


def _speaks_amqp(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), SECONDS) as opened:
            opened.settimeout(SECONDS)
            opened.sendall(GREETING)
            return opened.recv(16).startswith(START)
    except OSError:
        return False


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), SECONDS):
            return True
    except (OSError, OverflowError):
        return False
