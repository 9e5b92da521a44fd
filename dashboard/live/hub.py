"""The one Feeds and the one Collector of this process, and how texts reach sockets: by an outbox each."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User

from dashboard.live.collector import Collector
from dashboard.live.database import asked
from dashboard.live.feeds import Feeds
from dashboard.live.outbox import Outbox

outboxes: dict[str, Outbox] = {}
"""Of the open sockets, by name. Not Channels' layer: it copies every text for every socket and wakes a thread."""


@cache
def feeds() -> Feeds:
    return Feeds(send)


@cache
def collector() -> Collector:
    return Collector(feeds())


async def send(socket: str, text: str) -> bool:
    """Hand a text to a socket; False when it is too far behind: a browser that sleeps or is too slow."""
    outbox = outboxes.get(socket)
    return outbox is not None and outbox.put(text)


async def logged_in(scope: dict[str, Any]) -> User | None:
    """The person this socket came with, as they are now; None when logged out, disabled, or with another password."""
    return await asked(_logged_in, scope)


def _logged_in(scope: dict[str, Any]) -> User | None:
    """All in one thread and with one connection: every open tab asks for it every few seconds."""
    # Not the scope's own session: that one was read when the socket opened.
    stored = import_module(settings.SESSION_ENGINE).SessionStore(scope["session"].session_key)
    fresh: Any = SimpleNamespace(session=stored)
    user = get_user(fresh)
    return user if isinstance(user, User) and user.pk == scope["user"].pk else None
