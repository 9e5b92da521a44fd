"""The load: publishers with many unconfirmed messages on their way, a consumer that acks, and churn around them.

They speak by py-amqp, Celery's library; the drain at the end is pika's or py-amqp's in turn, so no bug of one library
hides a bug of the broker. Each notes what it knows for certain; nobody reads that before the thread has ended.
"""

from __future__ import annotations

import hashlib
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import amqp
from amqp.exceptions import ConnectionError

from tests.reliability.ledger import Copy
from tests.support.brokers import Running
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

EXCHANGE = "reliability"
QUEUES = ("reliability.kept", "reliability.taken", "reliability.half")
"""The first is read by nobody before the drain; the consumer reads the others."""
ROUTES = {"one": QUEUES[:1], "two": QUEUES[:2], "three": QUEUES}

SIZES = (0, 1, 100, 5_000, 70_000, 1_048_576)
"""Bytes: none, within a page of the disk, over several, over several of the log, and over several frames."""
SIZE_WEIGHTS = (10, 10, 40, 20, 5, 1)
ON_THE_WAY = 64
"""Unconfirmed messages of a publisher."""
PREFETCH = 30

Delivery = tuple[Copy, bool, bool]
"""What came, whether it is whole, whether it says that it came before."""


def connected(broker: Running) -> amqp.Connection:
    where = f"127.0.0.1:{broker.amqp_port}"
    connection = amqp.Connection(where, read_timeout=PATIENCE_SECONDS, write_timeout=PATIENCE_SECONDS)
    connection.connect()
    return connection


def declare(broker: EmbeddedBroker) -> None:
    with connected(broker) as connection:
        channel = connection.channel()
        channel.exchange_declare(EXCHANGE, "direct", durable=True, auto_delete=False)
        for queue in QUEUES:
            channel.queue_declare(queue, durable=True, auto_delete=False)
        for key, queues in ROUTES.items():
            for queue in queues:
                channel.queue_bind(queue, EXCHANGE, key)


class Worker(threading.Thread, ABC):
    """Works until the broker dies under it, as the test wants. What the broker refuses is no death: the test fails."""

    DEATHS: tuple[type[Exception], ...] = (ConnectionError, OSError)

    def __init__(self, broker: Running, name: str, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self.broker = broker
        self.random = random.Random(f"{seed} {name}")  # noqa: S311 (to repeat, not to keep secret)

    def run(self) -> None:
        try:
            with suppress(*self.DEATHS):
                self.work()
        finally:
            self.close()

    @abstractmethod
    def work(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class Client(Worker):
    """Has a connection of its own."""

    def __init__(self, broker: Running, name: str, seed: int) -> None:
        super().__init__(broker, name, seed)
        self.connection = connected(broker)

    def close(self) -> None:
        self.connection.collect()


class Publisher(Client):
    """Numbered persistent messages of all sizes to one, two or three queues."""

    def __init__(self, broker: Running, name: str, seed: int) -> None:
        super().__init__(broker, name, seed)
        self.attempted: list[Copy] = []
        self.confirmed: list[Copy] = []
        self.refused = self.returned = 0
        self._waiting: dict[int, list[Copy]] = {}

    def work(self) -> None:
        channel = self.connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._acked)  # type: ignore[attr-defined]
        channel.events["basic_nack"].add(self._nacked)  # type: ignore[attr-defined]
        channel.events["basic_return"].add(self._returned)  # type: ignore[attr-defined]
        counter = 0
        while True:
            self._publish(channel, counter)
            counter += 1
            while len(self._waiting) >= ON_THE_WAY:
                self.connection.drain_events()

    def _publish(self, channel: amqp.Channel, counter: int) -> None:
        key = self.random.choice(tuple(ROUTES))
        body = self.random.randbytes(self.random.choices(SIZES, SIZE_WEIGHTS)[0])
        copies = [Copy(queue, self.name, counter) for queue in ROUTES[key]]
        self.attempted += copies
        self._waiting[counter + 1] = copies
        headers = {"counter": counter, "sha256": hashlib.sha256(body).hexdigest()}
        message = amqp.Message(body, delivery_mode=2, message_id=self.name, application_headers=headers)
        channel.basic_publish(message, EXCHANGE, key, mandatory=True)

    def _acked(self, tag: int, multiple: bool) -> None:
        for sequence in self._answered(tag, multiple):
            self.confirmed += self._waiting.pop(sequence)

    def _nacked(self, tag: int, multiple: bool) -> None:
        for sequence in self._answered(tag, multiple):
            del self._waiting[sequence]
            self.refused += 1

    def _returned(self, *_: object) -> None:
        """A binding was lost. The confirm that follows makes the message one of the lost, too."""
        self.returned += 1

    def _answered(self, tag: int, multiple: bool) -> Iterable[int]:
        return [sequence for sequence in self._waiting if sequence <= tag] if multiple else [tag]


class Consumer(Client):
    """Takes some messages, acks most of them one by one or together, closes the channel, and begins again."""

    def __init__(self, broker: Running, name: str, seed: int) -> None:
        super().__init__(broker, name, seed)
        self.delivered: list[Delivery] = []
        self.acked: list[Copy] = []
        self.acked_for_good: list[Copy] = []

    def work(self) -> None:
        while True:
            channel = self.connection.channel()
            channel.basic_qos(0, PREFETCH, False)
            held: dict[int, Copy] = {}

            def take(message: amqp.Message, held: dict[int, Copy] = held) -> None:
                delivery = delivered(message)
                self.delivered.append(delivery)
                held[tag_of(message)] = delivery[0]

            for queue in QUEUES[1:]:
                channel.basic_consume(queue, consumer_tag=queue, callback=take)
            for _ in range(self.random.randint(1, 8)):
                self._some(held)
                self._ack(channel, held)
            for queue in QUEUES[1:]:
                channel.basic_cancel(queue)
            channel.close()
            self.acked_for_good = self.acked.copy()

    def _some(self, held: dict[int, Copy]) -> None:
        wanted = self.random.randint(1, PREFETCH)
        while len(held) < wanted:
            self.connection.drain_events()

    def _ack(self, channel: amqp.Channel, held: dict[int, Copy]) -> None:
        tag = self.random.choice(list(held))
        multiple = self.random.random() < 0.5
        done = [each for each in sorted(held) if each <= tag] if multiple else [tag]
        # Noted before it is sent: it may arrive although the sending fails.
        self.acked += [held.pop(each) for each in done]
        channel.basic_ack(tag, multiple=multiple)


class Churn(Client):
    """Durable queues, bindings and their ends, beside the messages."""

    def work(self) -> None:
        channel = self.connection.channel()
        while True:
            name = f"churn.{self.random.randint(0, 20)}"
            match self.random.randint(0, 3):
                case 0 | 1:
                    channel.queue_declare(name, durable=True, auto_delete=False)
                    channel.queue_bind(name, "amq.topic", f"churn.{self.random.randint(0, 9)}.#")
                case 2:
                    channel.queue_declare(name, durable=True, auto_delete=False)
                    channel.basic_publish(amqp.Message(b"x" * 1000, delivery_mode=2), "", name)
                case _:
                    channel.queue_delete(name)


def delivered(message: amqp.Message) -> Delivery:
    """From py-amqp's message, whose consumer is named as its queue."""
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    info = message.delivery_info
    return read(info["consumer_tag"], message.properties["message_id"], message.headers, body, info["redelivered"])


def tag_of(message: amqp.Message) -> int:
    assert message.delivery_tag is not None
    return message.delivery_tag


def read(queue: str, writer: str | None, headers: Mapping[str, Any] | None, body: bytes, redelivered: bool) -> Delivery:
    """What a message says it is, and whether its body is the one it was sent with."""
    said = headers or {}
    copy = Copy(queue, str(writer), int(said.get("counter", -1)))
    return copy, said.get("sha256") == hashlib.sha256(body).hexdigest(), redelivered
