"""The broker in this process, on a loop in a thread of its own, with real sockets: for a hand on its inside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

from brokerctl import ports
from brokerctl.management.app import create_app
from brokerctl.server.api import Api
from brokerctl.server.config import BrokerConfig
from brokerctl.server.door import NodeDoor
from brokerctl.server.listener import Listener
from brokerctl.server.machine import Reading
from brokerctl.server.node import Node
from brokerctl.server.session import Session
from brokerctl.store.base import Store
from brokerctl.store.memory import MemoryStore
from tests.support.waiting import PATIENCE_SECONDS

T = TypeVar("T")
WELL = Reading(memory_used_bytes=100_000_000, disk_free_bytes=10**12)
HOSTS = ("127.0.0.1",)


@dataclass(slots=True)
class Hosted:
    node: Node
    loop: asyncio.AbstractEventLoop
    amqp_port: int
    api_port: int

    def call(self, command: Callable[[], T]) -> T:
        """Run it on the broker's loop."""

        async def run() -> T:
            return command()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(PATIENCE_SECONDS)

    def api(self) -> httpx.Client:
        where = f"http://127.0.0.1:{self.api_port}/api"
        return httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS)


@contextmanager
def hosting(
    read: Callable[[], Reading] = lambda: WELL, config: BrokerConfig | None = None, store: Store | None = None
) -> Iterator[Hosted]:
    """A broker without a disk unless a store is given, whose memory and disk are what `read` says."""
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()
    ready = threading.Event()
    found: list[Hosted] = []

    async def live() -> None:
        node = Node(config or BrokerConfig(home=Path()), store or MemoryStore(), read)
        node.restore()
        node.start()
        (amqp,), (http,) = (ports.listen(HOSTS, 0) for _ in range(2))
        api = Api(create_app(NodeDoor(node, [])), node.tally)
        await api.start()
        listeners = [
            Listener(amqp, node.gate, node.tally, partial(Session, node)),
            Listener(http, node.gate, node.tally, api.accept),
        ]
        found.append(Hosted(node, loop, amqp.getsockname()[1], http.getsockname()[1]))
        ready.set()
        await stopping.wait()
        for listener in listeners:
            listener.close()
        await api.stop()
        await node.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_SECONDS), "the broker did not start"
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE_SECONDS)
        loop.close()
