"""Who watches what. One stream serves everybody who watches the same thing with the same eyes: what changed is worked
out once, and made into one text.

Pure but for the sender it is given: it knows neither Channels nor brokers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dashboard.live.protocol import Data, encode, merge_patch

Sender = Callable[[str, str], Awaitable[bool]]
"""(socket, text) -> whether it was taken; False when the socket is too far behind."""


@dataclass(slots=True, frozen=True)
class StreamKey:
    """What makes two watchers equal: the feed, the vhosts they may see, the rows they show and why those."""

    feed: str
    scope: frozenset[str] | None = None
    only: frozenset[str] | None = None
    query: str = ""


@dataclass(slots=True)
class Stream:
    key: StreamKey
    data: Data = field(default_factory=dict)
    sequence: int = 0
    sockets: dict[str, bool] = field(default_factory=dict)
    """By name; False: it has missed something and needs a snapshot."""
    order: list[str] = field(default_factory=list)
    """Keys of the rows that stand on the page of its query, as they were at `order_at`."""
    order_at: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while new data are worked out and handed to the sockets."""

    def start_over(self) -> None:
        """There is a past that nobody has: everybody gets everything next time."""
        self.sockets = dict.fromkeys(self.sockets, False)

    def snapshot(self, at: float, extra: Data) -> str:
        return encode("snapshot", feed=self.key.feed, seq=self.sequence, at=at, data=self.data | extra)

    def delta(self, new: Data, at: float) -> str | None:
        """Take new data; the text of what changed, or None."""
        patch = merge_patch(self.data, new)
        self.data = new
        if not patch:
            return None
        self.sequence += 1
        return encode("delta", feed=self.key.feed, seq=self.sequence, at=at, data=patch)


class Subscriptions:
    """Streams, their sockets, and the leases of the sockets."""

    def __init__(self, lease_seconds: float) -> None:
        self._lease_seconds = lease_seconds
        self._streams: dict[StreamKey, Stream] = {}
        self._leases: dict[str, float] = {}
        self._feeds: dict[str, dict[str, StreamKey]] = {}

    def subscribe(self, socket: str, key: StreamKey, now: float) -> Stream:
        """Watch; a second subscription of the same socket to a feed replaces the first."""
        self.unsubscribe(socket, key.feed)
        stream = self._streams.setdefault(key, Stream(key))
        stream.sockets[socket] = False
        self._feeds.setdefault(socket, {})[key.feed] = key
        self.renew(socket, now)
        return stream

    def unsubscribe(self, socket: str, feed: str) -> None:
        key = self._feeds.get(socket, {}).pop(feed, None)
        if key is None:
            return
        stream = self._streams[key]
        stream.sockets.pop(socket, None)
        if not stream.sockets:
            del self._streams[key]

    def leave(self, socket: str) -> None:
        """The socket is closed."""
        for feed in list(self._feeds.get(socket, ())):
            self.unsubscribe(socket, feed)
        self._feeds.pop(socket, None)
        self._leases.pop(socket, None)

    def renew(self, socket: str, now: float) -> None:
        self._leases[socket] = now + self._lease_seconds

    def expire(self, now: float) -> None:
        """Sockets that did not renew are treated as closed."""
        for socket in [socket for socket, until in self._leases.items() if until < now]:
            self.leave(socket)

    def keys(self, socket: str) -> list[StreamKey]:
        """What a socket watches."""
        return list(self._feeds.get(socket, {}).values())

    def streams(self, prefix: str) -> list[Stream]:
        """Streams of feeds that begin so. Also for the collector's threads, while others come and go."""
        return [stream for key, stream in list(self._streams.items()) if key.feed.startswith(prefix)]

    @property
    def sockets(self) -> list[str]:
        """Those that watch something: a hidden tab keeps its socket and is told nothing."""
        return [socket for socket, feeds in self._feeds.items() if feeds]


async def push(stream: Stream, new: Data, extra: Callable[[], Data], at: float, send: Sender) -> None:
    """Send what changed to every socket of a stream; a socket that missed something gets everything.

    `extra` goes with snapshots only: a chart's past.
    """
    delta = stream.delta(new, at)
    snapshot: str | None = None
    for socket, is_current in list(stream.sockets.items()):
        if is_current and delta is None:
            continue
        if is_current:
            text = delta
        else:
            snapshot = snapshot or stream.snapshot(at, extra())
            text = snapshot
        if text is not None:
            taken = await send(socket, text)
            if socket in stream.sockets:
                stream.sockets[socket] = taken
