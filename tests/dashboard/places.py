"""A registered broker with its queues, and a look of the collector at it."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from pika.spec import BasicProperties

from dashboard import brokers, secrets
from dashboard.live.collector import Watcher
from dashboard.live.feeds import Feeds
from dashboard.models import Broker
from dashboard.snapshot import Snapshot
from tests.support.brokers import Running
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until

OTHER_VHOST = "other"
_numbers = itertools.count(1)
_keys = itertools.count(1001)
"""Of rows: a database that was emptied begins again, and a running collector must not take a new broker for an old."""


def register(real: Running, slug: str = "bench", **columns: Any) -> Broker:
    """Its row, with the password encrypted as the form does it."""
    given = {
        "pk": next(_keys),
        "name": slug,
        "host": "127.0.0.1",
        "amqp_port": real.amqp_port,
        "api_port": real.api_port,
        "username": "guest",
        "password_encrypted": secrets.encrypt("guest"),
        **columns,
    }
    return Broker.objects.create(slug=slug, **given)


def api(real: EmbeddedBroker) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{real.api_port}/api", auth=("guest", "guest"), timeout=30)


def declare(
    real: EmbeddedBroker,
    name: str = "",
    *,
    vhost: str = "/",
    bodies: tuple[bytes, ...] = (),
    arguments: dict[str, Any] | None = None,
) -> str:
    """A queue with these messages, under a name of its own."""
    name = name or f"made-{next(_numbers)}"
    with real.connect(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare(name, durable=True, arguments=arguments)
        channel.queue_purge(name)
        channel.confirm_delivery()
        for body in bodies:
            channel.basic_publish("", name, body, BasicProperties(delivery_mode=2))
    return name


def ready(real: EmbeddedBroker, queue: str, vhost: str = "/") -> int:
    with real.connect(vhost) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


async def nobody(socket: str, text: str) -> bool:
    """A sender for feeds without sockets."""
    return True


def look(row: Broker) -> Snapshot:
    """Let the collector look at the broker once; return what it learned."""

    async def once() -> None:
        before = brokers.snapshot(row)
        with ThreadPoolExecutor(1) as threads:
            watcher = Watcher(row, Feeds(nobody), threads)
            await asyncio.to_thread(wait_until, lambda: brokers.snapshot(row) != before)
            watcher.task.cancel()
            await asyncio.gather(watcher.task, return_exceptions=True)

    asyncio.run(once())
    return brokers.snapshot(row)
