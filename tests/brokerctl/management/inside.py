"""The running broker in this process, without sockets: for what only an insider can cause or see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from brokerctl.server.config import BrokerConfig
from brokerctl.server.door import NodeDoor
from brokerctl.server.node import Node
from brokerctl.store.memory import MemoryStore


@asynccontextmanager
async def inside() -> AsyncIterator[NodeDoor]:
    node = Node(BrokerConfig(home=Path()), MemoryStore())
    node.restore()
    node.start()
    try:
        yield NodeDoor(node, [])
    finally:
        await node.stop()
