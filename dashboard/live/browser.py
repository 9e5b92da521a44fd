"""The websocket of one tab. It only forwards: asking brokers and working out what changed happens elsewhere.

Channels' own words (consumer, channel) stay in this file.
"""

from __future__ import annotations

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from dashboard.live import hub
from dashboard.live.feeds import Refused
from dashboard.live.protocol import MAX_FEEDS, BadMessage, encode, parse

BAD_MESSAGE, NOT_LOGGED_IN = 4400, 4401
"""Close codes: the page's script tells a bad message and a lost login from a lost network by them."""


class BrowserSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(NOT_LOGGED_IN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            asked = parse(text_data or "")
            feeds = hub.feeds()
            if asked.op == "renew":
                await self._renew()
            elif asked.op == "unsubscribe":
                feeds.subscriptions.unsubscribe(self.channel_name, asked.feed)
            elif len(feeds.subscriptions.keys(self.channel_name)) >= MAX_FEEDS:
                raise BadMessage("too many feeds")
            else:
                await feeds.subscribe(self.channel_name, self.scope["user"], asked.feed, asked.only, asked.query)
        except Refused:
            await self._refuse(asked.feed)
        except BadMessage:
            await self.close(BAD_MESSAGE)

    async def disconnect(self, code: int) -> None:
        hub.feeds().subscriptions.leave(self.channel_name)

    async def live_text(self, event: dict[str, Any]) -> None:
        """From the channel layer: a text that is ready to go."""
        await self.send(text_data=event["text"])

    async def _renew(self) -> None:
        user = await hub.logged_in(self.scope)
        if user is None:
            await self.close(NOT_LOGGED_IN)
            return
        self.scope["user"] = user
        for feed in await hub.feeds().renew(self.channel_name, user):
            await self._refuse(feed)

    async def _refuse(self, feed: str) -> None:
        await self.send(text_data=encode("refused", feed=feed, reason="no such feed"))
