"""The management API on its sockets, plain and with TLS: uvicorn twice, because it takes one context for all of its."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import uvicorn

from brokerctl.errors import SettingError


class Api:
    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(self, sockets: list[socket.socket], context: ssl.SSLContext | None = None) -> None:
        """Answer on these sockets. Raises SettingError when it cannot."""
        settings = uvicorn.Config(
            self._app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            # The app has one life, however many doors.
            lifespan="off" if self._running else "on",
            ssl_context_factory=None if context is None else lambda config, default: context,
        )
        server = _Server(settings)
        serving = asyncio.get_running_loop().create_task(server.serve(sockets=sockets))
        self._running.append((server, serving))
        while not server.started:
            if serving.done():
                await serving
                raise SettingError("the management API did not start; the log says why")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Let requests that run come to their end, for a moment; the one with the app's life goes last."""
        for server, serving in reversed(self._running):
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the broker stops it."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()
