"""SIGKILL under load: what was confirmed is there, what was acked for good does not come back.

A killed process leaves the page cache, so this proves the order of writes and the recovery, not that bytes reached the
disk: that is the store's `synchronous=FULL`, which tests/brokerctl/store checks.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from tests.support import embedded
from tests.support.embedded import EmbeddedBroker

ROUNDS = 10
PUBLISHERS = 3
MESSAGES_BEFORE_KILL = 15
SIZES = (0, 1, 100, 5_000, 70_000)
"""Bytes: none, within a page, over several, over several pages of the log."""

PERSISTENT = pika.BasicProperties(delivery_mode=2)
TAKEN_BEFORE_KILL = 6
WHOLE, TAKEN = "crash.whole", "crash.taken"
RECEIPTS = "crash.receipts"


@dataclass(slots=True)
class Ledger:
    """What clients know for certain, over all lives of the broker."""

    confirmed: set[bytes] = field(default_factory=set)
    acked_for_good: set[bytes] = field(default_factory=set)
    """Acked before a message that was confirmed on the same channel. An ack itself has no answer in AMQP, and the
    broker does not promise that one without such a confirm behind it survives: then the message comes again."""
    sent: set[bytes] = field(default_factory=set)


class Client(threading.Thread):
    """Works on a channel of its own until the broker dies under it, as the test wants."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        super().__init__()
        self.connection: BlockingConnection = broker.connect()
        self.has_begun = threading.Event()

    def run(self) -> None:
        # The broker is killed under it, as the test wants; too few messages before that fail the test.
        with contextlib.suppress(pika.exceptions.AMQPError, OSError):
            self.work(self.connection.channel())
        self.has_begun.set()

    def work(self, channel: BlockingChannel) -> None:
        raise NotImplementedError


class Publisher(Client):
    """Numbered persistent messages to both queues at once, each confirmed before the next."""

    def __init__(self, broker: EmbeddedBroker, label: str) -> None:
        super().__init__(broker)
        self.label = label
        self.sent: list[bytes] = []
        self.confirmed: list[bytes] = []

    def work(self, channel: BlockingChannel) -> None:
        channel.confirm_delivery()
        number = 0
        while True:
            body = f"{self.label}-{number}-".encode() + b"x" * SIZES[number % len(SIZES)]
            self.sent.append(body)
            channel.basic_publish("crash", "", body, PERSISTENT, mandatory=True)
            self.confirmed.append(body)
            number += 1
            if number == MESSAGES_BEFORE_KILL:
                self.has_begun.set()


class Taker(Client):
    """Takes messages of one queue, acks them, and has a message confirmed after every few acks."""

    def __init__(self, broker: EmbeddedBroker, queue: str) -> None:
        super().__init__(broker)
        self.queue = queue
        self.acked_for_good: list[bytes] = []

    def work(self, channel: BlockingChannel) -> None:
        channel.confirm_delivery()
        while True:
            acked = [body for _ in range(3) if (body := self._take(channel)) is not None]
            channel.basic_publish("", RECEIPTS, b"", PERSISTENT, mandatory=True)
            self.acked_for_good += acked
            if len(self.acked_for_good) >= TAKEN_BEFORE_KILL:
                self.has_begun.set()

    def _take(self, channel: BlockingChannel) -> bytes | None:
        method, _, body = channel.basic_get(self.queue)
        if method is None or method.delivery_tag is None:
            return None
        channel.basic_ack(method.delivery_tag)
        return body


def live_and_die(home: Path, ledger: Ledger, label: str) -> None:
    """One life of the broker: three publishers and a taker at work, then SIGKILL in the middle of it."""
    broker = embedded.start(home)
    publishers = [Publisher(broker, f"{label}.{number}") for number in range(PUBLISHERS)]
    taker = Taker(broker, TAKEN)
    clients: list[Client] = [*publishers, taker]
    for client in clients:
        client.start()
    for client in clients:
        assert client.has_begun.wait(30)
    broker.kill()
    for client in clients:
        client.join(30)
        assert not client.is_alive()
    for publisher in publishers:
        ledger.sent.update(publisher.sent)
        ledger.confirmed.update(publisher.confirmed)
    ledger.acked_for_good.update(taker.acked_for_good)


def drained(broker: EmbeddedBroker, queue: str) -> list[bytes]:
    """Everything in it; all of it must count as redelivered after a crash."""
    found = []
    with broker.connect() as connection:
        channel = connection.channel()
        for method, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=0.5):
            if method is None or body is None:
                break
            assert method.redelivered
            found.append(body)
        assert channel.queue_declare(queue, passive=True).method.message_count == 0
    return found


def set_up(home: Path) -> None:
    with embedded.running(home) as broker, broker.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare("crash", "fanout", durable=True)
        channel.queue_declare(RECEIPTS, durable=True)
        for queue in (WHOLE, TAKEN):
            channel.queue_declare(queue, durable=True)
            channel.queue_bind(queue, "crash")


def test_confirmed_messages_survive_kill_9_and_the_kill_after_it(home: Path) -> None:
    """Ten rounds of two lives: each writes again after the recovery, because a recovery that wrote its end in the
    wrong place is found out by the next one only."""
    ledger = Ledger()
    set_up(home)

    for number in range(ROUNDS):
        for life in ("first", "second"):
            live_and_die(home, ledger, f"{number}.{life}")

    with embedded.running(home) as broker:
        whole, taken = drained(broker, WHOLE), drained(broker, TAKEN)
    assert len(ledger.confirmed) >= ROUNDS * 2 * PUBLISHERS * MESSAGES_BEFORE_KILL
    assert len(ledger.acked_for_good) >= ROUNDS * 2 * TAKEN_BEFORE_KILL
    # Nothing confirmed is missing, nothing is there that nobody sent (a changed body would be), nothing is there twice.
    assert ledger.confirmed - set(whole) == set()
    assert set(whole) | set(taken) <= ledger.sent
    assert twice(whole) == twice(taken) == []
    assert ledger.acked_for_good & set(taken) == set()


def twice(bodies: list[bytes]) -> list[bytes]:
    return [body for body, count in Counter(bodies).items() if count > 1]
