"""Producers and consumers over plain sockets: frames are encoded beforehand, deliveries counted by their bytes.

Each runs as a process with as many connections as its plan says, and answers its parent through a pipe: `ready`, and
when it is done the time and its own CPU seconds. So the driver costs the machine little, and both brokers the same.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

from bench import wire
from brokerctl.wire.methods import basic, confirm
from tests.support.raw import RawClient

RECEIVE_BYTES = 1_048_576
TIMEOUT_SECONDS = 120


@dataclass(slots=True)
class Producing:
    port: int
    exchange: str
    routing_keys: list[list[str]]
    """For each connection the keys it takes in turn."""
    content: wire.Content
    per_connection: int
    window: int = 0
    """Unconfirmed publishes allowed; 0: no confirms."""


@dataclass(slots=True)
class Consuming:
    port: int
    queues: list[str]
    """One connection each."""
    delivery_bytes: int
    total: int
    prefetch: int = 0
    """0: without acks."""


@dataclass(slots=True)
class Done:
    """Said at the end: when (monotonic), and what the driver itself needed."""

    at: float
    cpu_seconds: float
    started_at: float = 0.0


@dataclass(slots=True)
class _Sender:
    socket: socket.socket
    blocks: list[tuple[bytes, int]]
    left: int
    window: int
    next_block: int = 0
    rest: memoryview = field(default_factory=lambda: memoryview(b""))
    sent: int = 0
    confirmed: int = 0
    received: bytes = b""
    alone: set[int] = field(default_factory=set)

    @property
    def has_more(self) -> bool:
        return self.left > 0 or bool(self.rest)

    @property
    def is_done(self) -> bool:
        return not self.has_more and (not self.window or self.confirmed + len(self.alone) >= self.sent)

    @property
    def may_send(self) -> bool:
        if self.rest or not self.window:
            return self.has_more
        in_flight = self.sent - self.confirmed - len(self.alone)
        return self.left > 0 and in_flight + self.blocks[self.next_block][1] <= self.window

    def send(self) -> None:
        if not self.rest:
            block, count = self.blocks[self.next_block]
            self.next_block = (self.next_block + 1) % len(self.blocks)
            if count > self.left:
                block, count = block[: len(block) // count * self.left], self.left
            self.rest = memoryview(block)
            self.left -= count
            self.sent += count
        try:
            self.rest = self.rest[self.socket.send(self.rest) :]
        except BlockingIOError:
            return

    def receive(self) -> None:
        data = self.received + self.socket.recv(RECEIVE_BYTES)
        whole = len(data) - len(data) % wire.ACK.size
        self.received = data[whole:]
        for _, _, size, _, method, tag, is_multiple, _ in wire.ACK.iter_unpack(data[:whole]):
            if (size, method) != (13, 80):
                raise RuntimeError(f"the producer heard something else than basic.ack: {data[:200]!r}")
            if is_multiple:
                self.confirmed = tag
                self.alone = {each for each in self.alone if each > tag}
            elif tag == self.confirmed + 1:
                self.confirmed = tag
            else:
                self.alone.add(tag)
        while self.confirmed + 1 in self.alone:
            self.confirmed += 1
            self.alone.discard(self.confirmed)


def produce(plan: Producing, parent: Pipe) -> None:
    """Connect, say ready, wait to be told, send everything; with confirms, wait for all of them."""
    senders = []
    for keys in plan.routing_keys:
        client = connected(plan.port)
        if plan.window:
            client.call(wire.CHANNEL, confirm.Select())
            client.expect(confirm.SelectOk)
        client.socket.setblocking(False)
        made = wire.blocks(plan.exchange, keys, plan.content)
        senders.append(_Sender(client.socket, made, plan.per_connection, plan.window))
    parent.send("ready")
    parent.recv()
    started_at = time.monotonic()
    _send_all(senders)
    parent.send(Done(time.monotonic(), time.process_time(), started_at))
    parent.recv()


def _send_all(senders: list[_Sender]) -> None:
    with selectors.DefaultSelector() as selector:
        for each in senders:
            selector.register(each.socket, _wanted(each), each)
        busy = len(senders)
        while busy:
            for key, events in selector.select(TIMEOUT_SECONDS):
                sender: _Sender = key.data
                if events & selectors.EVENT_READ:
                    sender.receive()
                if events & selectors.EVENT_WRITE and sender.may_send:
                    sender.send()
                if sender.is_done:
                    selector.unregister(sender.socket)
                    busy -= 1
                elif key.events != _wanted(sender):
                    selector.modify(sender.socket, _wanted(sender), sender)


def _wanted(sender: _Sender) -> int:
    return selectors.EVENT_READ | (selectors.EVENT_WRITE if sender.may_send else 0)


def consume(plan: Consuming, parent: Pipe) -> None:
    """Start the consumers, say ready, count deliveries until all are there, say done; close when told."""
    clients, received = [], []
    for queue in plan.queues:
        client = connected(plan.port)
        if plan.prefetch:
            client.call(wire.CHANNEL, basic.Qos(prefetch_count=plan.prefetch))
            client.expect(basic.QosOk)
        no_ack = not plan.prefetch
        client.call(wire.CHANNEL, basic.Consume(queue=queue, consumer_tag=wire.CONSUMER_TAG, no_ack=no_ack))
        client.expect(basic.ConsumeOk)
        clients.append(client)
        received.append(len(client.received))
    acks = wire.acks(plan.total) if plan.prefetch else b""
    parent.send("ready")
    _count_all(plan, [client.socket for client in clients], received, acks)
    parent.send(Done(time.monotonic(), time.process_time()))
    parent.recv()


def _count_all(plan: Consuming, sockets: list[socket.socket], received: list[int], acks: bytes) -> None:
    size, buffer, acked = plan.delivery_bytes, bytearray(RECEIVE_BYTES), [0] * len(sockets)
    wanted = plan.total * size
    total = sum(received)
    with selectors.DefaultSelector() as selector:
        for index, each in enumerate(sockets):
            selector.register(each, selectors.EVENT_READ, index)
        while total < wanted:
            ready = selector.select(TIMEOUT_SECONDS)
            if not ready:
                raise RuntimeError(f"no delivery for {TIMEOUT_SECONDS} s; {total / size:.1f} of {plan.total} came")
            for key, _ in ready:
                index = key.data
                count = sockets[index].recv_into(buffer)
                if not count:
                    raise RuntimeError("the broker closed a consumer's connection")
                total += count
                received[index] += count
                whole = received[index] // size
                if acks and whole > acked[index]:
                    sockets[index].sendall(acks[acked[index] * wire.ACK.size : whole * wire.ACK.size])
                    acked[index] = whole


def connected(port: int) -> RawClient:
    """A client with one open channel."""
    client = RawClient(port, timeout=TIMEOUT_SECONDS).__enter__().open().open_channel(wire.CHANNEL)
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client
