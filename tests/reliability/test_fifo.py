"""A10: messages of one publisher come in its order, whatever is requeued and whichever channels close meanwhile."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import amqp
import pytest

from tests.reliability.clients import Client, connected, tag_of
from tests.support.brokers import Running
from tests.support.reliability import SEED, evidence, runs

PUBLISHERS = 4
SHORT = 8_000
MESSAGES = {"embedded_broker": runs(SHORT, 1_000_000), "rabbitmq": SHORT}
PREFETCH = 50
QUEUE = "reliability.fifo"

Number = tuple[str, int]
"""Publisher and counter."""


class Numbered(Client):
    """Publishes `count` messages, as fast as it can; every other one is persistent."""

    def __init__(self, broker: Running, name: str, count: int) -> None:
        super().__init__(broker, name, SEED)
        self.count = count

    def work(self) -> None:
        channel = self.connection.channel()
        for counter in range(self.count):
            message = amqp.Message(f"{self.name} {counter}", delivery_mode=1 + counter % 2)
            channel.basic_publish(message, "", QUEUE)
        # Answered when all of them were read.
        channel.close()


class Reader:
    """One consumer, which gives some messages back, and now and then all that it holds by closing its channel."""

    def __init__(self, connection: amqp.Connection, count: int) -> None:
        self.connection = connection
        self.count = count
        self.random = random.Random(SEED)  # noqa: S311 (to repeat, not to keep secret)
        self.acked: Counter[Number] = Counter()
        self.inversions: list[Number] = []
        self.requeued = self.closed = 0

    def read(self) -> None:
        while len(self.acked) < self.count:
            channel = self.connection.channel()
            self._on(channel)
            # What was delivered and not settled goes back to its places.
            channel.close()
            self.closed += 1

    def _on(self, channel: amqp.Channel) -> None:
        """Until it is closed. In this time each publisher's messages come in order, but for those given back in it."""
        held: dict[int, Number] = {}
        given_back: set[Number] = set()
        last: dict[str, int] = defaultdict(lambda: -1)

        def take(message: amqp.Message) -> None:
            publisher, counter = str(message.body).split()
            number = publisher, int(counter)
            held[tag_of(message)] = number
            if number not in given_back:
                if number[1] <= last[publisher]:
                    self.inversions.append(number)
                last[publisher] = number[1]

        channel.basic_qos(0, PREFETCH, False)
        channel.basic_consume(QUEUE, callback=take)
        left = self.random.randrange(1, 2_000)
        while left > 0 and len(self.acked) < self.count:
            while not held:
                self.connection.drain_events(timeout=60)
            left -= self._settle(channel, held, given_back)

    def _settle(self, channel: amqp.Channel, held: dict[int, Number], given_back: set[Number]) -> int:
        """Ack one or several, or give one back. Returns how many."""
        tag = self.random.choice(list(held))
        if self.random.random() < 0.05:
            given_back.add(held.pop(tag))
            channel.basic_reject(tag, requeue=True)
            self.requeued += 1
            return 1
        multiple = self.random.random() < 0.3
        meant = [held.pop(each) for each in ([each for each in held if each <= tag] if multiple else [tag])]
        channel.basic_ack(tag, multiple=multiple)
        self.acked.update(meant)
        return len(meant)


@pytest.mark.reliability("a10")
@pytest.mark.parametrize("kind", ["embedded_broker", pytest.param("rabbitmq", marks=[pytest.mark.rabbitmq])])
def test_each_publishers_messages_come_in_order_and_once(kind: str, request: pytest.FixtureRequest) -> None:
    broker: Running = request.getfixturevalue(kind)
    count = MESSAGES[kind]
    with connected(broker) as connection:
        connection.channel().queue_declare(QUEUE, durable=True, auto_delete=False)
        publishers = [Numbered(broker, f"p{number}", count // PUBLISHERS) for number in range(PUBLISHERS)]
        reader = Reader(connection, count)
        with evidence(f"A10 fifo {kind}", f"{count} messages, 0 inversions, each acked once") as figures:
            for publisher in publishers:
                publisher.start()
            reader.read()
            for publisher in publishers:
                publisher.join(60)
            figures |= {"acked": reader.acked.total(), "requeued": reader.requeued, "channels closed": reader.closed}
            figures["inversions"] = len(reader.inversions)
            assert reader.inversions == []
        connection.channel().queue_delete(QUEUE)

    assert set(reader.acked.values()) == {1}
    assert reader.requeued > count // 200
