"""Queues longer than their memory: everything comes, in order, whatever else happens to the queue meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS, wait_until

SMALL = {"POSTROOM_QUEUE_MEMORY_BYTES": "65536", "POSTROOM_SEGMENT_BYTES": "65536"}
"""Room for a hundred messages of 200 bytes."""

MESSAGES = 1000
TRANSIENT, PERSISTENT = pika.DeliveryMode.Transient, pika.DeliveryMode.Persistent


@pytest.fixture
def broker(home: Path) -> Iterator[EmbeddedBroker]:
    with embedded.running(home, **SMALL) as running:
        yield running


def fill(channel: BlockingChannel, queue: str, mode: pika.DeliveryMode, expiration: str | None = None) -> None:
    properties = pika.BasicProperties(delivery_mode=mode, expiration=expiration)
    for number in range(MESSAGES):
        channel.basic_publish("", queue, f"{number:04d}".encode() * 50, properties)


def shown(broker: EmbeddedBroker, queue: str) -> dict[str, int]:
    url = f"http://127.0.0.1:{broker.api_port}/api/queues/%2F/{queue}"
    found: dict[str, int] = httpx.get(url, auth=("guest", "guest"), timeout=PATIENCE_SECONDS).json()
    return found


def paged(broker: EmbeddedBroker, queue: str) -> bool:
    """Whether most of it has left memory."""
    found = shown(broker, queue)
    return found["messages"] == MESSAGES and found["messages_ram"] < 200


def drained(channel: BlockingChannel, queue: str) -> list[int]:
    numbers = []
    while (got := channel.basic_get(queue, auto_ack=True))[2] is not None:
        assert got[2] == got[2][:4] * 50
        numbers.append(int(got[2][:4]))
    return numbers


@pytest.mark.parametrize(("mode", "is_durable"), [(PERSISTENT, True), (TRANSIENT, True), (TRANSIENT, False)])
def test_a_long_queue_leaves_memory_and_comes_back_in_order(
    mode: pika.DeliveryMode, is_durable: bool, broker: EmbeddedBroker
) -> None:
    with broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("long", durable=is_durable)
        fill(channel, "long", mode)
        wait_until(lambda: paged(broker, "long"))

        first, _, body = channel.basic_get("long")
        assert (first is not None, body) == (True, b"0000" * 50)
        channel.basic_nack(0, multiple=True)

        assert drained(channel, "long") == list(range(MESSAGES))
        assert shown(broker, "long")["message_bytes"] == 0


def test_after_a_restart_persistent_messages_are_there_and_transient_ones_are_not(home: Path) -> None:
    with embedded.running(home, **SMALL) as broker, broker.connect() as connection:
        channel = connection.channel()
        for queue, mode in (("kept", PERSISTENT), ("lost", TRANSIENT)):
            channel.queue_declare(queue, durable=True)
            fill(channel, queue, mode)
            wait_until(lambda name=queue: paged(broker, name))  # type: ignore[misc]

    with embedded.running(home, **SMALL) as broker, broker.connect() as connection:
        channel = connection.channel()
        assert shown(broker, "lost")["messages"] == 0
        assert shown(broker, "kept")["messages_ram"] < 200
        assert drained(channel, "kept") == list(range(MESSAGES))


def test_what_expires_at_the_head_of_a_long_queue_is_dead_lettered_with_its_body(broker: EmbeddedBroker) -> None:
    with broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("dead", durable=True)
        dead_letters = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
        channel.queue_declare("long", durable=True, arguments=dead_letters)
        fill(channel, "long", PERSISTENT, expiration="500")

        wait_until(lambda: paged(broker, "dead"))

        assert drained(channel, "dead") == list(range(MESSAGES))


def test_purge_of_a_long_queue_gives_its_space_back(broker: EmbeddedBroker) -> None:
    with broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("long", durable=True)
        fill(channel, "long", PERSISTENT)
        wait_until(lambda: paged(broker, "long"))

        assert channel.queue_purge("long").method.message_count == MESSAGES

        fill(channel, "long", PERSISTENT)
        wait_until(lambda: paged(broker, "long"))
        assert drained(channel, "long") == list(range(MESSAGES))
