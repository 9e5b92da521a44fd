"""The composition root: settings in, a broker with AMQP and its management API on sockets out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import uvicorn
import uvloop

from brokerctl import ports
from brokerctl.errors import SettingError, StoreError
from brokerctl.management.app import create_app
from brokerctl.management.door import Listener
from brokerctl.server.config import DEFAULT_AMQP_PORT, DEFAULT_API_PORT, BrokerConfig
from brokerctl.server.door import NodeDoor
from brokerctl.server.node import Node
from brokerctl.server.session import Session
from brokerctl.store.sqlite import SqliteStore

log = logging.getLogger(__name__)

FOLDER = "broker"
"""Below POSTROOM_HOME."""


def main() -> int:
    """Run until SIGINT or SIGTERM. Returns the exit code; wrong settings are one sentence on stderr and 2."""
    try:
        config = BrokerConfig.from_environment()
        logging.basicConfig(level=config.log_level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
        uvloop.run(serve(config))
    except (SettingError, StoreError) as error:
        print(f"The broker cannot start: {error}", file=sys.stderr)
        return 2
    return 0


async def serve(config: BrokerConfig) -> None:
    """Start everything, say so on stdout in one line, wait for a signal, stop everything."""
    amqp_port = ports.choose(config.hosts, config.amqp_port, DEFAULT_AMQP_PORT, "POSTROOM_AMQP_PORT")
    api_port = ports.choose(config.hosts, config.api_port, DEFAULT_API_PORT, "POSTROOM_API_PORT")
    node = Node(config, SqliteStore(config.home / FOLDER))
    node.restore()
    node.start()
    try:
        await _answer(config, node, amqp_port, api_port)
    finally:
        # Also when it cannot listen: the store's thread would keep the process for ever.
        await node.stop()


async def _answer(config: BrokerConfig, node: Node, amqp_port: int, api_port: int) -> None:
    """Listen for clients until a signal comes."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    sockets = ports.listen(config.hosts, amqp_port)
    api, serving = _start_api(config, node, amqp_port, api_port)
    await _started(api, serving)
    servers = [await loop.create_server(lambda: Session(node), sock=bound) for bound in sockets]
    host = config.hosts[0] if ":" not in config.hosts[0] else f"[{config.hosts[0]}]"
    print(f"Broker is ready: amqp://{host}:{amqp_port} http://{host}:{api_port}", flush=True)
    await stopping.wait()
    log.info("stopping")
    for server in servers:
        server.close()
    api.should_exit = True
    await serving


def _start_api(
    config: BrokerConfig, node: Node, amqp_port: int, api_port: int
) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    listeners = [Listener("amqp", host, amqp_port) for host in config.hosts]
    listeners += [Listener("http", host, api_port) for host in config.hosts]
    settings = uvicorn.Config(
        create_app(NodeDoor(node, listeners)),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        lifespan="on",
    )
    api = _Api(settings)
    return api, asyncio.get_running_loop().create_task(api.serve(sockets=ports.listen(config.hosts, api_port)))


async def _started(api: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not api.started:
        if serving.done():
            await serving
            raise SettingError("the management API did not start; the log says why")
        await asyncio.sleep(0.01)


class _Api(uvicorn.Server):
    """uvicorn without its own signal handlers: the broker stops it."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()
