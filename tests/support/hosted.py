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

T = TypeVar("T")
WELL = Reading(memory_used_bytes=100_000_000, disk_free_bytes=10**12)
HOSTS = ("127.0.0.1",)
SECONDS = 20


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

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(SECONDS)

    def api(self) -> httpx.Client:
        where = f"http://127.0.0.1:{self.api_port}/api"
        return httpx.Client(base_url=where, auth=("guest", "guest"), timeout=SECONDS)


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
        amqp_port, api_port = (ports.choose(HOSTS, 0, 0, "") for _ in range(2))
        (bound,) = ports.listen(HOSTS, amqp_port)
        api = Api(create_app(NodeDoor(node, [])), node.tally)
        await api.start()
        listeners = [Listener(bound, node.gate, node.tally, partial(Session, node))]
        (bound,) = ports.listen(HOSTS, api_port)
        listeners.append(Listener(bound, node.gate, node.tally, api.accept))
        found.append(Hosted(node, loop, amqp_port, api_port))
        ready.set()
        await stopping.wait()
        for listener in listeners:
            listener.close()
        await api.stop()
        await node.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),), daemon=True)
    thread.start()
    assert ready.wait(SECONDS), "the broker did not start"
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(SECONDS)
        loop.close()
