"""Producers and consumers: each a thread with a connection of its own, whose name people see in the dashboard."""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from dashboard.demo.letters import Letter, is_spoiled
from dashboard.demo.pace import Capacity, Pace
from dashboard.demo.topology import declare

TICK_SECONDS = 0.05
AGAIN_SECONDS = 1.0
HEARTBEAT_SECONDS = 30
PREFETCH = 20

Say = Callable[[str], None]


@dataclass(slots=True, frozen=True)
class Line:
    """One kind of message of a producer, and how many of it."""

    make: Callable[[], Letter]
    pace: Pace


@contextmanager
def connected(parameters: pika.URLParameters, name: str) -> Iterator[BlockingConnection]:
    """A connection that shows `name`; closed at the end, unless it broke."""
    # pika's parameters are of one connection: a copy for each.
    own = pika.ConnectionParameters(
        host=parameters.host,
        port=parameters.port,
        virtual_host=parameters.virtual_host,
        credentials=parameters.credentials,
        ssl_options=parameters.ssl_options,
        heartbeat=HEARTBEAT_SECONDS,
        client_properties={"connection_name": name, "product": "Postroom demo"},
    )
    connection = BlockingConnection(own)
    try:
        yield connection
    finally:
        if connection.is_open:
            connection.close()


class Client(threading.Thread, ABC):
    """Does its work until told to stop; connects again when the broker went away."""

    def __init__(self, name: str, parameters: pika.URLParameters, say: Say) -> None:
        super().__init__(name=name)
        self.done = 0
        """Messages published or taken so far."""
        self._parameters = parameters
        self._say = say
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        is_lost = False
        while not self._stopping.is_set():
            try:
                with connected(self._parameters, self.name) as connection:
                    channel = connection.channel()
                    declare(channel)
                    if is_lost:
                        self._say(f"{self.name} is back.")
                        is_lost = False
                    self.work(connection, channel)
            except (pika.exceptions.AMQPError, OSError) as error:
                if not is_lost and not self._stopping.is_set():
                    self._say(f"{self.name} lost its connection ({_cause(error)}); it tries until it is back.")
                    is_lost = True
            self._stopping.wait(AGAIN_SECONDS)

    @abstractmethod
    def work(self, connection: BlockingConnection, channel: BlockingChannel) -> None:
        """Return when told to stop, or when there is nothing more to do on this channel."""


class Producer(Client):
    """Publishes with confirms, one after the other: the rate it reaches is what the broker lets it reach."""

    def __init__(self, name: str, parameters: pika.URLParameters, say: Say, lines: list[Line]) -> None:
        super().__init__(name, parameters, say)
        self._lines = lines
        self._dice = random.Random()  # noqa: S311 (no secrets: the jitter of a rate)

    def work(self, connection: BlockingConnection, channel: BlockingChannel) -> None:
        channel.confirm_delivery()
        owed = [0.0 for _ in self._lines]
        started = before = time.monotonic()
        while not self._stopping.wait(TICK_SECONDS):
            now = time.monotonic()
            for index, line in enumerate(self._lines):
                rate = line.pace.at(now - started, self._dice.uniform(-1, 1))
                # What a slow broker kept us from sending is not made up for later: no burst after a pause.
                owed[index] = min(owed[index] + rate * (now - before), rate)
                while owed[index] >= 1 and not self._stopping.is_set():
                    self._publish(channel, line.make())
                    owed[index] -= 1
            before = now
            connection.process_data_events(0)

    def _publish(self, channel: BlockingChannel, letter: Letter) -> None:
        channel.basic_publish(letter.exchange, letter.routing_key, letter.body, letter.properties)
        self.done += 1


class Consumer(Client):
    """Takes messages of one queue no faster than it can; rejects what is spoiled."""

    def __init__(
        self,
        name: str,
        parameters: pika.URLParameters,
        say: Say,
        queue: str,
        capacity: Capacity,
        leaves_after_seconds: float | None = None,
    ) -> None:
        super().__init__(name, parameters, say)
        self._queue = queue
        self._capacity = capacity
        self._leaves_after = leaves_after_seconds

    def work(self, connection: BlockingConnection, channel: BlockingChannel) -> None:
        channel.basic_qos(prefetch_count=PREFETCH)
        started = due = time.monotonic()
        for method, _, body in channel.consume(self._queue, inactivity_timeout=TICK_SECONDS):
            now = time.monotonic()
            if self._leaves_after is not None and now - started > self._leaves_after:
                self._say(f"{self.name} has gone: {self._queue} fills.")
                self._stopping.set()
            if self._stopping.is_set():
                # Gives back what it holds.
                channel.cancel()
                return
            if method is None or body is None:
                continue
            due = max(due, now - TICK_SECONDS) + 1 / self._capacity.at(now - started)
            self._stopping.wait(max(0.0, due - now))
            assert method.delivery_tag is not None
            if is_spoiled(body):
                channel.basic_reject(method.delivery_tag, requeue=False)
            else:
                channel.basic_ack(method.delivery_tag)
            self.done += 1


def _cause(error: BaseException) -> str:
    if isinstance(error, pika.exceptions.ConnectionClosed | pika.exceptions.ChannelClosed):
        return error.reply_text
    return str(error) or type(error).__name__
