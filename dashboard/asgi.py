"""The web process: pages by Django, static files by Starlette, one websocket by Channels, and the collector."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

# Only now: these import models.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from dashboard.live import hub  # noqa: E402
from dashboard.live.browser import BrowserSocket  # noqa: E402
from dashboard.live.origin import OnlyFromHere  # noqa: E402
from dashboard.static_files import static_files  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

sockets = OnlyFromHere(AuthMiddlewareStack(URLRouter([path("live/", BrowserSocket.as_asgi())])))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["path"].startswith(settings.STATIC_URL):
        await static_files(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.collector().start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.collector().stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
