"""The composition root: settings in, a broker with AMQP and its management API on sockets out."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from functools import partial

import uvloop

from brokerctl import ports
from brokerctl.errors import SettingError, StoreError
from brokerctl.logs import OneLine
from brokerctl.management.app import create_app
from brokerctl.management.door import Listener as ListenerState
from brokerctl.server import startup
from brokerctl.server.api import Api
from brokerctl.server.config import DEFAULT_PORTS, BrokerConfig
from brokerctl.server.door import NodeDoor
from brokerctl.server.gate import Gate
from brokerctl.server.listener import Listener, MakeProtocol
from brokerctl.server.node import Node
from brokerctl.server.session import Session
from brokerctl.server.tls import Tls
from brokerctl.store.disk import FileDisk
from brokerctl.store.durable import DurableStore

log = logging.getLogger(__name__)

COLLECT_AFTER = 10_000
"""New objects before the youngest are looked at: about a tenth off a publish that does not repeat."""

FOLDER = "broker"
"""Below POSTROOM_HOME."""

SCHEMES = {"amqp": "amqp", "http": "http", "amqp/ssl": "amqps", "https": "https"}


def main() -> int:
    """Run until SIGINT or SIGTERM. Returns the exit code; wrong settings are one sentence on stderr and 2."""
    try:
        config = BrokerConfig.from_environment()
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(OneLine())
        logging.basicConfig(level=config.log_level, handlers=[handler])
        startup.check(config)
        startup.warn(config)
        startup.check_memory(config)
        startup.check_folder(config.home / FOLDER)
        uvloop.run(serve(config))
    except (SettingError, StoreError) as error:
        print(f"The broker cannot start: {error}", file=sys.stderr)
        return 2
    return 0


async def serve(config: BrokerConfig) -> None:
    """Start everything, say so on stdout in one line, wait for a signal, stop everything."""
    tls = Tls(config) if config.tls_certificate else None
    states = _listeners(config)
    node = Node(config, DurableStore(FileDisk(config.home / FOLDER), config.segment_bytes))
    node.restore()
    _spare_the_collector()
    node.start()
    try:
        await _answer(node, states, tls)
    finally:
        # Also when it cannot listen: the store's thread would keep the process for ever.
        await node.stop()


def _listeners(config: BrokerConfig) -> list[ListenerState]:
    """Where to listen for what. Raises SettingError when a port is taken."""
    wanted = [("amqp", "amqp_port", config.hosts), ("http", "api_port", config.hosts)]
    if config.tls_certificate:
        wanted += [("amqp/ssl", "amqp_tls_port", config.tls_hosts), ("https", "api_tls_port", config.tls_hosts)]
    chosen: dict[str, int] = {}
    for _, name, hosts in wanted:
        asked: int | None = getattr(config, name)
        chosen[name] = ports.choose(hosts, asked, DEFAULT_PORTS[name], f"POSTROOM_{name.upper()}", chosen.values())
    return [
        ListenerState(protocol, host, chosen[name], is_tls=name.endswith("tls_port"))
        for protocol, name, hosts in wanted
        for host in hosts
    ]


def _spare_the_collector() -> None:
    """Messages are many, short-lived and in no cycles: Python's default looks at all of them after every 700."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


async def _answer(node: Node, states: list[ListenerState], tls: Tls | None) -> None:
    """Listen for clients until a signal comes."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    bound = {protocol: _bound(states, protocol) for protocol in SCHEMES}
    is_open = node.config.metrics_access == "anybody"
    api = Api(create_app(NodeDoor(node, states, tls), metrics_are_open=is_open), node.tally)
    await api.start()
    listeners = _listen(node, bound, api, tls)
    watching = None
    if tls is not None:
        loop.add_signal_handler(signal.SIGHUP, tls.reload)
        watching = loop.create_task(tls.watch())
    print(f"Broker is ready: {' '.join(_urls(states))}", flush=True)
    await stopping.wait()
    log.info("stopping")
    if watching is not None:
        watching.cancel()
    for listener in listeners:
        listener.close()
    await api.stop()


def _listen(node: Node, bound: dict[str, list[socket.socket]], api: Api, tls: Tls | None) -> list[Listener]:
    # A gate of its own: whoever floods the API must not keep AMQP clients out.
    api_gate = Gate(node.config.half_open_max, node.config.half_open_per_address, node.tally)
    amqp, http = (node.gate, partial(Session, node)), (api_gate, api.accept)
    doors: list[tuple[str, Gate, MakeProtocol, Callable[[], ssl.SSLContext] | None]]
    doors = [("amqp", *amqp, None), ("http", *http, None)]
    if tls is not None:
        doors += [("amqp/ssl", *amqp, lambda: tls.amqp), ("https", *http, lambda: tls.api)]
    limit = node.config.tls_handshake_seconds
    return [
        Listener(each, gate, node.tally, make, context, limit)
        for protocol, gate, make, context in doors
        for each in bound[protocol]
    ]


def _bound(states: list[ListenerState], protocol: str) -> list[socket.socket]:
    found = [state for state in states if state.protocol == protocol]
    return ports.listen(tuple(state.host for state in found), found[0].port) if found else []


def _urls(states: list[ListenerState]) -> list[str]:
    """One for each protocol, at its first address."""
    first = {state.protocol: state for state in reversed(states)}
    return [
        f"{scheme}://{f'[{state.host}]' if ':' in state.host else state.host}:{state.port}"
        for protocol, scheme in SCHEMES.items()
        if (state := first.get(protocol)) is not None
    ]
