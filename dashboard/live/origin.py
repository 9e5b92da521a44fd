"""A websocket is not bound by the browser's same-origin rule, so the server looks at Origin itself (reliability E6).

The page's own host and nothing else: scheme, host and port of Origin must be those the request was sent to, and the
host one we serve. A missing or malformed Origin is refused, and never an exception.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

Application = Callable[[Any, Any, Any], Awaitable[Any]]


class OnlyFromHere:
    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope.get("headers", []))
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if is_ours(origin, host, is_tls=scope.get("scheme") in ("https", "wss") or settings.IS_BEHIND_TLS):
            return await self._inner(scope, receive, send)
        return await send({"type": "websocket.close", "code": 4403})


def is_ours(origin: str, host: str, *, is_tls: bool) -> bool:
    """Whether a page of this very address opened the socket."""
    try:
        parts = urlsplit(origin)
        name, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme != ("https" if is_tls else "http") or not name or parts.path or parts.query or parts.username:
        return False
    if not validate_host(name if ":" not in name else f"[{name}]", settings.ALLOWED_HOSTS):
        return False
    default = 443 if is_tls else 80
    return _split(host, default) == (name, default if port is None else port)


def _split(host: str, default: int) -> tuple[str, int] | None:
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "", parts.port or default)
    except ValueError:
        return None
