"""The management API as uvicorn runs it, without sockets of uvicorn's own: `listener.py` accepts for it, too."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import uvicorn

from brokerctl.errors import SettingError
from brokerctl.server.http import HttpConnection
from brokerctl.server.listener import Arrival
from brokerctl.server.tally import Tally

KEEP_ALIVE_SECONDS = 60
"""How long a connection may wait for its next request, as at RabbitMQ. uvicorn's 5 s end it under clients that ask now
and then, and their next request meets a closed socket."""


class Api:
    def __init__(self, app: Callable[..., Any], tally: Tally) -> None:
        self._tally = tally
        self._settings = uvicorn.Config(
            app,
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            lifespan="on",
            ws="none",
        )
        self._server = _Server(self._settings)

    async def start(self) -> None:
        """Begin the app's life. Raises SettingError when it cannot."""
        self._serving = asyncio.get_running_loop().create_task(self._server.serve(sockets=[]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise SettingError("the management API did not start; the log says why")
            await asyncio.sleep(0.01)

    def accept(self, arrival: Arrival) -> HttpConnection:
        """The protocol of a new connection."""
        return HttpConnection(
            arrival,
            self._tally,
            config=self._settings,
            server_state=self._server.server_state,
            app_state=self._server.lifespan.state,
        )

    async def stop(self) -> None:
        """Let requests that run come to their end, for a moment, and then the app's life."""
        self._server.should_exit = True
        await self._serving


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the broker stops it."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()
