"""The running broker in this process, without sockets: for what only an insider can cause or see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from brokerctl.management.door import Door, Listener
from brokerctl.server.config import BrokerConfig
from brokerctl.server.door import NodeDoor
from brokerctl.server.node import Node
from brokerctl.store.memory import MemoryStore


@asynccontextmanager
async def inside(door: Callable[[Node, list[Listener]], Door] = NodeDoor) -> AsyncIterator[Door]:
    node = Node(BrokerConfig(home=Path()), MemoryStore())
    node.restore()
    node.start()
    try:
        yield door(node, [])
    finally:
        await node.stop()
