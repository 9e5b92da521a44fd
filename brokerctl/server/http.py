"""An HTTP connection of the management API: uvicorn's, with limits on the head of a request, which it does not have.

Until a head is whole nobody knows who asks: a peer that sends it slowly, or without end, is cut off. Between two
requests a connection may rest for as long as uvicorn allows.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from brokerctl.server.listener import Arrival
from brokerctl.server.tally import Tally

HEAD_SECONDS = 10.0
HEAD_BYTES = 65_536
"""Between two whole heads, or before the first; long names in a path and credentials need a few kB."""


class HttpConnection(HttpToolsProtocol):
    def __init__(self, arrival: Arrival, tally: Tally, **settings: Any) -> None:
        super().__init__(**settings)
        self._arrival = arrival
        self._tally = tally
        self._head_bytes = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._rests = False
        """Between an answer and the first byte of the next request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._rests:
            self._wait_for_head()
        if self._waiting is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._waiting is not None and self._head_bytes > HEAD_BYTES:
            self._cut("the head of its HTTP request is too long")

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._rests = self.cycle.response_complete and not self.transport.is_closing()

    def _wait_for_head(self) -> None:
        self._rests = False
        self._head_bytes = 0
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._cut, f"no HTTP request in {HEAD_SECONDS:.0f} s")

    def _head_came(self) -> None:
        self._arrival.ticket.give_back()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _cut(self, why: str) -> None:
        self._tally.add(why, self._arrival.peer_host)
        self.transport.abort()
