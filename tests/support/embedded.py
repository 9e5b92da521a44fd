"""The embedded broker as its own process: free ports, a folder of its own, killed by pid.

Forked, as most tests start one; that `python -m brokerctl serve` is the same is tested with it (server/test_main.py).
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pika

from tests.support.forked import Forked
from tests.support.freeports import free_ports
from tests.support.waiting import PATIENCE_SECONDS

HERE = r"://127\.0\.0\.1:(\d+)"
READY = re.compile(rf"Broker is ready: amqp{HERE} http{HERE}(?: amqps{HERE} https{HERE})?$")
SERVE = ("brokerctl", "serve")
START_SECONDS = 120
"""On the busiest machine, with a store that must be repaired."""

PATIENT = {"POSTROOM_HANDSHAKE_SECONDS": "60", "POSTROOM_TLS_HANDSHAKE_SECONDS": "60"}
"""A machine that runs other work, too, may stop a client in the middle of its handshake."""

ANY = "0"
TAKEN = (" is in use", ": Address already in use")
"""What a broker says of a port that was taken before it looked, and of one that was taken before it listened."""


@dataclass(slots=True)
class EmbeddedBroker:
    process: Forked
    home: Path
    amqp_port: int
    api_port: int
    amqp_tls_port: int = 0
    api_tls_port: int = 0
    """0: it was started without a certificate."""

    def connect(self, vhost: str = "/", user: str = "guest", password: str = "guest") -> pika.BlockingConnection:
        credentials = pika.PlainCredentials(user, password)
        parameters = pika.ConnectionParameters(
            "127.0.0.1",
            self.amqp_port,
            vhost,
            credentials,
            heartbeat=0,
            socket_timeout=PATIENCE_SECONDS,
            stack_timeout=PATIENCE_SECONDS,
        )
        return pika.BlockingConnection(parameters)

    def kill(self) -> None:
        """As a power switch for the process: no handler runs. Safe to call again."""
        self.process.kill()
        self.process.end()

    def stop(self, within: float = PATIENCE_SECONDS) -> None:
        """As a person would: SIGTERM, and wait until it is gone."""
        self.process.terminate()
        try:
            self.process.end(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def start(home: Path, command: Sequence[str] = SERVE, **settings: str) -> EmbeddedBroker:
    """Start a broker on free ports with its data in `home`; return when it accepts connections."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    wanted = {"POSTROOM_AMQP_PORT": ANY, "POSTROOM_API_PORT": ANY, **settings}
    open_names = [name for name, value in wanted.items() if name.endswith("_PORT") and value == ANY]
    chosen = dict(zip(open_names, map(str, free_ports(len(open_names))), strict=True))
    environment |= {"POSTROOM_HOME": str(home), **PATIENT, **wanted, **chosen}
    log = home / "broker.log"
    log.touch()
    was = log.stat().st_size
    process = Forked(command, environment, log)
    # One that never gets ready is killed, and then its output ends.
    patience = threading.Timer(START_SECONDS, process.kill)
    patience.start()
    line = process.stdout.readline()
    patience.cancel()
    found = READY.match(line)
    if found is None:
        process.kill()
        process.end()
        said = log.read_bytes()[was:].decode()
        if any(f"port {port}{why}" in said for port in chosen.values() for why in TAKEN):
            # By another test that chose the same in this moment.
            return start(home, command, **settings)
        raise RuntimeError(f"the broker did not start: {line!r}\n{said}")
    return EmbeddedBroker(process, home, *(int(port or 0) for port in found.groups()))


@contextmanager
def running(home: Path, **settings: str) -> Iterator[EmbeddedBroker]:
    broker = start(home, **settings)
    try:
        yield broker
    finally:
        broker.stop()
