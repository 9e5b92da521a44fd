"""What survives a stop, and what survives a kill."""

from __future__ import annotations

import threading
from pathlib import Path

import pika
import pika.exceptions
import pytest

from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

PERSISTENT = pika.BasicProperties(delivery_mode=2)
ROUNDS = 10


def test_durable_things_survive_a_restart_and_others_do_not(home: Path) -> None:
    with embedded.running(home) as broker, broker.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare("kept", "topic", durable=True)
        channel.queue_declare("kept", durable=True, arguments={"x-dead-letter-exchange": "kept"})
        channel.queue_bind("kept", "kept", "a.#")
        channel.queue_declare("lost")
        channel.confirm_delivery()
        channel.basic_publish("kept", "a.b", b"persistent", PERSISTENT)
        channel.basic_publish("kept", "a.b", b"transient")
        channel.basic_publish("kept", "a.c", b"acked", PERSISTENT)
        channel.basic_get("kept")
        channel.basic_get("kept")
        third, _, _ = channel.basic_get("kept")
        assert third is not None
        assert third.delivery_tag is not None
        channel.basic_ack(third.delivery_tag)

    with embedded.running(home) as broker, broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("kept", durable=True, arguments={"x-dead-letter-exchange": "kept"})
        method, _, body = channel.basic_get("kept")
        assert method is not None
        assert (body, method.redelivered, method.message_count) == (b"persistent", True, 0)
        channel.confirm_delivery()
        channel.basic_publish("kept", "a.b", b"still bound", mandatory=True)
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="no queue 'lost'"):
            channel.queue_declare("lost", passive=True)


def test_deleted_queue_does_not_come_back_with_its_messages(home: Path) -> None:
    broker = embedded.start(home)
    with broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("gone", durable=True)
        channel.confirm_delivery()
        channel.basic_publish("", "gone", b"x", PERSISTENT)
        channel.queue_delete("gone")
    broker.kill()

    with embedded.running(home) as broker, broker.connect() as connection:
        assert connection.channel().queue_declare("gone", durable=True).method.message_count == 0


class Publisher(threading.Thread):
    """Publishes numbered persistent messages with confirms until its broker dies; remembers what was confirmed."""

    def __init__(self, broker: EmbeddedBroker, round_number: int) -> None:
        super().__init__()
        self.connection = broker.connect()
        self.round_number = round_number
        self.confirmed: list[bytes] = []
        self.has_begun = threading.Event()

    def run(self) -> None:
        channel = self.connection.channel()
        channel.confirm_delivery()
        number = 0
        try:
            while True:
                body = f"{self.round_number}-{number}-".encode() + b"x" * (number % 3000)
                channel.basic_publish("", "crash", body, PERSISTENT, mandatory=True)
                self.confirmed.append(body)
                number += 1
                if number == 20:
                    self.has_begun.set()
        except (pika.exceptions.AMQPError, OSError):
            # The broker was killed under us, as the test wants.
            self.has_begun.set()


def publish_until_killed(broker: EmbeddedBroker, round_number: int) -> list[bytes]:
    publishers = [Publisher(broker, round_number * 10 + number) for number in range(2)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        assert publisher.has_begun.wait(PATIENCE_SECONDS)
    broker.kill()
    for publisher in publishers:
        publisher.join(PATIENCE_SECONDS)
        assert not publisher.is_alive()
    return [body for publisher in publishers for body in publisher.confirmed]


def test_no_confirmed_message_is_missing_after_kill_9(home: Path) -> None:
    """Each round kills, writes again after the restart, and kills again: the second start finds other bugs."""
    confirmed: list[bytes] = []
    with embedded.running(home) as broker, broker.connect() as connection:
        connection.channel().queue_declare("crash", durable=True)

    for round_number in range(ROUNDS):
        for life in range(2):
            broker = embedded.start(home)
            confirmed += publish_until_killed(broker, round_number * 2 + life)

    found: list[bytes] = []
    with embedded.running(home) as broker, broker.connect() as connection:
        channel = connection.channel()
        count = channel.queue_declare("crash", passive=True).method.message_count
        for _ in range(count):
            method, _, body = channel.basic_get("crash", auto_ack=True)
            assert method is not None
            assert body is not None
            assert method.redelivered
            found.append(body)
    assert len(confirmed) >= ROUNDS * 2 * 40
    assert set(confirmed) - set(found) == set()
    assert len(found) == len(set(found))
