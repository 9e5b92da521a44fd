"""One bound address of the broker: accepts connections, turns away who is too many, and makes sessions of the rest.

Accepting by hand instead of `create_server`, for two reasons: a connection in the middle of its TLS handshake counts as
half-open, and every handshake takes the newest certificate.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from brokerctl.server.gate import Gate, Ticket
from brokerctl.server.tally import Tally

log = logging.getLogger(__name__)

ACCEPTS = 64
"""In one go, before the connections that are already there get their turn."""

PAUSE_SECONDS = 1.0
"""When the system has no file descriptor or memory left for another connection."""

SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

SHUTDOWN_SECONDS = 5.0
"""How long a peer may take for its half of TLS's good-bye."""


@dataclass(slots=True, frozen=True)
class Arrival:
    """A connection at the door."""

    peer_host: str
    peer_port: int
    host: str
    port: int
    ticket: Ticket


MakeProtocol = Callable[[Arrival], asyncio.Protocol]


class Listener:
    def __init__(
        self,
        bound: socket.socket,
        gate: Gate,
        tally: Tally,
        make: MakeProtocol,
        context: Callable[[], ssl.SSLContext] | None = None,
        handshake_seconds: float = 5,
    ) -> None:
        """`context` is asked for every connection; None: no TLS. Needs the running loop."""
        self._bound = bound
        self._gate = gate
        self._tally = tally
        self._make = make
        self._context = context
        self._handshake_seconds = handshake_seconds
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._loop.add_reader(bound, self._accept)

    def close(self) -> None:
        """Accept nothing more; connections stay, but for those in their TLS handshake."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._bound)
        self._bound.close()
        for task in self._tasks:
            task.cancel()

    def _accept(self) -> None:
        for _ in range(ACCEPTS):
            try:
                accepted, address = self._bound.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in SHORTAGES:
                    raise
                log.error("no connection can be accepted for a moment: %s", error.strerror)
                self._loop.remove_reader(self._bound)
                self._pause = self._loop.call_later(PAUSE_SECONDS, self._loop.add_reader, self._bound, self._accept)
                return
            ticket = self._gate.enter(address[0])
            if ticket is None:
                accepted.close()
                continue
            task = self._loop.create_task(self._connect(accepted, address, ticket))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, accepted: socket.socket, address: tuple[str, int], ticket: Ticket) -> None:
        try:
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            host, port = accepted.getsockname()[:2]
            arrival = Arrival(address[0], address[1], host, port, ticket)
        except OSError as error:
            # It left before we looked.
            accepted.close()
            ticket.give_back()
            log.debug("%s:%d was gone at once: %s", *address[:2], error.strerror)
            return
        try:
            await self._make_session(accepted, arrival)
        except (OSError, ssl.SSLError) as error:
            ticket.give_back()
            reason = getattr(error, "reason", None) or str(error)
            self._tally.add("its TLS handshake failed", arrival.peer_host, reason)
        except asyncio.CancelledError:
            ticket.give_back()
            raise

    async def _make_session(self, accepted: socket.socket, arrival: Arrival) -> None:
        if self._context is None:
            await self._loop.connect_accepted_socket(lambda: self._make(arrival), accepted)
            return
        await self._loop.connect_accepted_socket(
            lambda: self._make(arrival),
            accepted,
            ssl=self._context(),
            ssl_handshake_timeout=self._handshake_seconds,
            ssl_shutdown_timeout=SHUTDOWN_SECONDS,
        )
