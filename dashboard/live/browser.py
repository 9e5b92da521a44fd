"""The websocket of one tab. It only forwards: asking brokers and working out what changed happens elsewhere.

Channels' own words (consumer, channel) stay in this file.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

from channels.generic.websocket import AsyncWebsocketConsumer

from dashboard.live import hub
from dashboard.live.feeds import Refused
from dashboard.live.outbox import Outbox
from dashboard.live.protocol import MAX_FEEDS, BadMessage, parse

BAD_MESSAGE, NOT_LOGGED_IN = 4400, 4401
"""Close codes: the page's script tells a bad message and a lost login from a lost network by them."""


class BrowserSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    channel_layer_alias = "none"
    """What is sent goes through the outbox."""

    _sending: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(NOT_LOGGED_IN)
            return
        self.name = str(uuid4())
        outbox = hub.outboxes[self.name] = Outbox(self.send)
        self._sending = asyncio.create_task(outbox.run())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._sending is None:
            # It is being closed.
            return
        try:
            asked = parse(text_data or "")
            feeds = hub.feeds()
            if asked.op == "renew":
                await self._renew()
            elif asked.op == "unsubscribe":
                feeds.subscriptions.unsubscribe(self.name, asked.feed)
            elif len(feeds.subscriptions.keys(self.name)) >= MAX_FEEDS:
                raise BadMessage("too many feeds")
            else:
                await feeds.subscribe(self.name, self.scope["user"], asked.feed, asked.only, asked.query)
        except Refused:
            await hub.feeds().refuse(self.name, asked.feed)
        except BadMessage:
            await self.close(BAD_MESSAGE)

    async def disconnect(self, code: int) -> None:
        if self._sending is None:
            return
        hub.feeds().subscriptions.leave(self.name)
        del hub.outboxes[self.name]
        self._sending.cancel()
        with suppress(asyncio.CancelledError):
            await self._sending

    async def _renew(self) -> None:
        user = await hub.logged_in(self.scope)
        if user is None:
            await self.close(NOT_LOGGED_IN)
            return
        self.scope["user"] = user
        await hub.feeds().renew(self.name, user)
