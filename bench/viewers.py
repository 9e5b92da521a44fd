"""Many tabs without a browser: each opens the websocket, subscribes as a page does, and notes when which text came.

A process of its own, started by bench/live.py: it reads what to do from stdin as JSON and writes what it saw to stdout.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

AT_ONCE = 20
"""Sockets that are opened at the same moment."""

RENEW_SECONDS = 15.0


@dataclass(slots=True, frozen=True)
class Viewer:
    session: str
    feed: str
    only: list[str]
    is_stalled: bool = False
    """It subscribes and then reads no more."""


@dataclass(slots=True)
class Seen:
    """What one process of viewers saw. `texts` has the rows' ready counts of every distinct text, by its digest."""

    texts: dict[str, dict[str, int]] = field(default_factory=dict)
    arrivals: list[tuple[int, str, float]] = field(default_factory=list)
    """(viewer, digest, second since 1970)."""
    out_of_order: int = 0
    """Deltas that did not follow their predecessor, and were no new snapshot."""
    received_bytes: int = 0
    lost: list[tuple[int, int | None]] = field(default_factory=list)
    """(viewer, close code) where the server ended it."""


@dataclass(slots=True)
class Parsed:
    kind: str
    feed: str
    sequence: int
    digest: str


class Crowd:
    def __init__(self, origin: str, viewers: list[Viewer]) -> None:
        self._origin = origin
        self._viewers = viewers
        self._known: dict[str, Parsed] = {}
        self.seen = Seen()

    async def run(self, seconds: float) -> None:
        opening = asyncio.Semaphore(AT_ONCE)
        sockets = await asyncio.gather(*(self._open(viewer, opening) for viewer in self._viewers))
        print("ready", file=sys.stderr, flush=True)
        reading = [asyncio.create_task(self._read(at, socket)) for at, socket in enumerate(sockets)]
        renewing = asyncio.create_task(self._renew(sockets))
        await asyncio.sleep(seconds)
        for task in (*reading, renewing):
            task.cancel()
        await asyncio.gather(*reading, renewing, return_exceptions=True)
        for socket in sockets:
            socket.transport.abort()

    async def _open(self, viewer: Viewer, opening: asyncio.Semaphore) -> ClientConnection:
        async with opening:
            socket = await connect(
                f"{self._origin.replace('http', 'ws', 1)}/live/",
                origin=self._origin,  # type: ignore[arg-type]  # a NewType of str
                additional_headers={"Cookie": f"sessionid={viewer.session}"},
                compression=None,
                max_size=None,
                proxy=None,
                open_timeout=60,
                ping_interval=None,
            )
            for feed, only in (("frame", None), (viewer.feed, viewer.only)):
                await socket.send(json.dumps({"op": "subscribe", "feed": feed, "only": only}))
            return socket

    async def _read(self, at: int, socket: ClientConnection) -> None:
        if self._viewers[at].is_stalled:
            socket.transport.pause_reading()
            return
        expected: dict[str, int] = {}
        try:
            async for message in socket:
                text = str(message)
                now = time.time()
                self.seen.received_bytes += len(text)
                parsed = self._known.get(text) or self._parse(text)
                if parsed.kind not in ("snapshot", "delta"):
                    continue
                if parsed.kind == "delta" and parsed.sequence != expected.get(parsed.feed, -1) + 1:
                    self.seen.out_of_order += 1
                expected[parsed.feed] = parsed.sequence
                if parsed.digest in self.seen.texts:
                    self.seen.arrivals.append((at, parsed.digest, now))
        except ConnectionClosed:
            pass
        self.seen.lost.append((at, socket.close_code))

    def _parse(self, text: str) -> Parsed:
        """Once for all who get the same text: the viewers' own work must not be what is measured."""
        message: dict[str, Any] = json.loads(text)
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        parsed = Parsed(message["type"], message.get("feed", ""), message.get("seq", 0), digest)
        rows = (message.get("data") or {}).get("rows") or {}
        ready = {key: row["ready"] for key, row in rows.items() if row and "ready" in row}
        if ready:
            self.seen.texts[digest] = ready
        if len(self._known) > 1_000:
            self._known.clear()
        self._known[text] = parsed
        return parsed

    async def _renew(self, sockets: list[ClientConnection]) -> None:
        """Spread over the time, as tabs that were opened at different moments do it."""
        while True:
            for socket in sockets:
                await asyncio.sleep(RENEW_SECONDS / len(sockets))
                try:
                    await socket.send('{"op":"renew"}')
                except ConnectionClosed:
                    continue


def main() -> None:
    asked = json.load(sys.stdin)
    crowd = Crowd(asked["origin"], [Viewer(**each) for each in asked["viewers"]])
    uvloop.run(crowd.run(asked["seconds"]))
    json.dump(asdict(crowd.seen), sys.stdout)


if __name__ == "__main__":
    main()
