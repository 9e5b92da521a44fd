"""One vhost of one broker, ours or a real RabbitMQ, for tests that hold for both.

The vhost's name has a slash and is not ASCII, so that every test crosses the places where a name is quoted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import httpx
import pika
from pika.adapters.blocking_connection import BlockingChannel

from brokerctl import names
from brokerctl.clients import content, registry
from brokerctl.clients.base import Address, BrokerClient
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq.client import RabbitMQClient
from brokerctl.operations.browse import Look, browse
from tests.support.waiting import PATIENCE_SECONDS, wait_until

VHOST = "tests/größe"
PERSISTENT = content.encode({"delivery_mode": 2}, {})
_numbers = itertools.count(1)


class Running(Protocol):
    """An EmbeddedBroker or a RabbitMQ."""

    amqp_port: int
    api_port: int

    def connect(self, vhost: str = "/", user: str = "guest", password: str = "guest") -> pika.BlockingConnection: ...


@dataclass(slots=True, frozen=True)
class Place:
    """The vhost. `client` is the client under test; `channel` is pika as anybody uses it."""

    running: Running
    client: BrokerClient

    @property
    def address(self) -> Address:
        return self.client.address

    @property
    def is_embedded(self) -> bool:
        return self.client.overview().product == "Postroom"

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        connection = self.running.connect(VHOST)
        try:
            yield connection.channel()
        finally:
            if connection.is_open:
                connection.close()

    def queue(self, name: str = "", **arguments: object) -> str:
        """Declare a durable queue; a name of its own unless given. Arguments as x_max_length=3."""
        chosen = name or f"queue/ö {next(_numbers)}"
        given = {key.replace("_", "-"): value for key, value in arguments.items()}
        with self.channel() as channel:
            channel.queue_delete(chosen)
            channel.queue_declare(chosen, durable=True, arguments=given)
        return chosen

    def fill(self, queue: str, bodies: list[bytes], header: bytes = PERSISTENT) -> None:
        """Publish by the default exchange; return when all are in the queue."""
        with self.client.messages(VHOST) as session:
            results = session.publish_many([("", queue, header, body) for body in bodies])
        assert all(result.confirmed and result.routed for result in results)

    def count(self, queue: str) -> int:
        with self.client.messages(VHOST) as session:
            return session.count(queue)

    def settled(self, queue: str, count: int) -> None:
        """Wait until that many are ready: RabbitMQ dead-letters, and counts what a channel held, a moment later.

        Of a quorum queue it says 0 when that does not answer it in a quarter of a second.
        """
        wait_until(lambda: self.count(queue) == count)

    def look(self, queue: str, count: int = 10_000) -> Look:
        return browse(self.client, VHOST, queue, count)

    def bodies(self, queue: str) -> list[bytes]:
        """What is ready, head first; all of it stays."""
        return [each.message.body for each in self.look(queue).seen]

    def api(self) -> httpx.Client:
        where = f"http://127.0.0.1:{self.address.api_port}/api"
        return httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS)


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [f"message {number}".encode() for number in range(start, start + count)]


def address_of(running: Running) -> Address:
    return Address("127.0.0.1", running.amqp_port, running.api_port, "guest", "guest", timeout_seconds=PATIENCE_SECONDS)


@contextmanager
def place_on(running: Running) -> Iterator[Place]:
    """The broker's VHOST, made when it is not there."""
    client = registry.connect(address_of(running))
    place = Place(running, client)
    with place.api() as api:
        api.put(names.path("vhosts", VHOST)).raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        api.put(names.path("permissions", VHOST, "guest"), json=rights).raise_for_status()
    try:
        yield place
    finally:
        client.close()


@contextmanager
def client_at(address: Address, **changes: Any) -> Iterator[BrokerClient]:
    """A client for this address with some parts of it changed, which asks nothing before the test does."""
    changed = replace(address, **changes)
    client = RabbitMQClient(changed, Http(changed))
    try:
        yield client
    finally:
        client.close()
