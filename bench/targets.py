"""The two brokers of a run: started once, measured in turn, each with its data in a temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pika
from pika.adapters.blocking_connection import BlockingChannel

import brokerctl
from tests.support import embedded, rabbitmq
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ

OURS, THEIRS = "Postroom", "RabbitMQ"
STATISTICS_MS = 5000
"""RabbitMQ's own default; the server of the tests counts more often, which costs it CPU."""


class Target(Protocol):
    name: str

    @property
    def pid(self) -> int: ...

    @property
    def port(self) -> int: ...

    @property
    def api_port(self) -> int: ...

    def connect(self) -> pika.BlockingConnection: ...

    def versions(self) -> str: ...

    def stop(self) -> None:
        """As an operator would."""
        ...

    def start(self) -> None:
        """Again, with the same data; return when clients can connect."""
        ...


class Ours:
    name = OURS

    def __init__(self, broker: EmbeddedBroker) -> None:
        self.broker = broker

    @property
    def pid(self) -> int:
        return self.broker.process.pid

    @property
    def port(self) -> int:
        return self.broker.amqp_port

    @property
    def api_port(self) -> int:
        return self.broker.api_port

    def connect(self) -> pika.BlockingConnection:
        return self.broker.connect()

    def versions(self) -> str:
        return f"{OURS} {brokerctl.__version__}"

    def stop(self) -> None:
        self.broker.stop(within=60)

    def start(self) -> None:
        self.broker = embedded.start(self.broker.home, POSTROOM_LOG_LEVEL="WARNING")


class Theirs:
    name = THEIRS

    def __init__(self, broker: RabbitMQ) -> None:
        self.broker = broker

    @property
    def pid(self) -> int:
        return self.broker.process.pid

    @property
    def port(self) -> int:
        return self.broker.amqp_port

    @property
    def api_port(self) -> int:
        return self.broker.api_port

    def connect(self) -> pika.BlockingConnection:
        return self.broker.connect()

    def versions(self) -> str:
        with self.broker.api() as api:
            found = api.get("/overview").json()
        return f"{THEIRS} {found['rabbitmq_version']}, Erlang {found['erlang_version']}"

    def stop(self) -> None:
        self.broker.stop()

    def start(self) -> None:
        self.broker.start()
        self.broker.wait()


@contextmanager
def both(only: str = "") -> Iterator[list[Target]]:
    """Ours and, where the machine has one, RabbitMQ; `only` leaves the other out."""
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / name for name in (OURS, THEIRS)]
        for home in homes:
            home.mkdir()
        found: list[Target] = []
        ours = None
        try:
            if only != THEIRS:
                ours = Ours(embedded.start(homes[0], POSTROOM_LOG_LEVEL="WARNING"))
                found.append(ours)
            if only == OURS:
                yield found
                return
            with rabbitmq.running(homes[1], statistics_ms=STATISTICS_MS) as broker:
                yield [*found, Theirs(broker)]
        finally:
            if ours is not None:
                ours.stop()


@contextmanager
def channel(target: Target) -> Iterator[BlockingChannel]:
    connection = target.connect()
    try:
        yield connection.channel()
    finally:
        connection.close()
