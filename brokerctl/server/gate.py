"""Connections that are not logged in yet: counted, in all and per address, and turned away above a limit.

A peer costs a socket, buffers and a timer before we know who it is, so nobody has many of those, nor all together.
"""

from __future__ import annotations

from collections import Counter

from brokerctl.server.addresses import origin
from brokerctl.server.tally import Tally


class Ticket:
    """Held by one half-open connection, given back when it is open or gone."""

    __slots__ = ("_gate", "_origin")

    def __init__(self, gate: Gate, origin: str) -> None:
        self._gate: Gate | None = gate
        self._origin = origin

    def give_back(self) -> None:
        """Safe to call twice."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.leave(self._origin)


class Gate:
    def __init__(self, limit: int, limit_per_address: int, tally: Tally) -> None:
        self.half_open = 0
        self._limit = limit
        self._limit_per_address = limit_per_address
        self._by_origin: Counter[str] = Counter()
        self._tally = tally

    def enter(self, host: str) -> Ticket | None:
        """A ticket for a new connection from this address; None when it must be turned away at once."""
        where = origin(host)
        if self.half_open >= self._limit:
            self._tally.add("too many connections that are not logged in yet", host)
            return None
        if self._by_origin[where] >= self._limit_per_address:
            self._tally.add("too many connections from one address that are not logged in yet", host)
            return None
        self.half_open += 1
        self._by_origin[where] += 1
        return Ticket(self, where)

    def leave(self, where: str) -> None:
        self.half_open -= 1
        self._by_origin[where] -= 1
        if not self._by_origin[where]:
            del self._by_origin[where]
