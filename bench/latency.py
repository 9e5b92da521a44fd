"""How long a message takes from the publisher's send to the consumer's receive, at a rate both brokers can bear."""

from __future__ import annotations

import multiprocessing
import struct
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

from bench import driver, usage, wire
from bench.targets import Target, channel
from brokerctl.wire.methods import basic

PER_SECOND = 2000
WARM_UP = 500
"""Messages not counted at the start."""
QUEUE = "bench.latency"
CONTENT = wire.Content(256)
TIME = struct.Struct(">d")


@dataclass(slots=True, frozen=True)
class Latency:
    p50_ms: float
    p99_ms: float
    cpu_us: float


def measure(target: Target, messages: int) -> Latency:
    with channel(target) as setup:
        setup.queue_declare(QUEUE)
        try:
            return _measure(target, messages)
        finally:
            setup.queue_delete(QUEUE)


def _measure(target: Target, messages: int) -> Latency:
    mine, other = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=_receive, args=(target.port, messages, other), daemon=True)
    receiver.start()
    other.close()
    mine.recv()
    cpu = usage.cpu_seconds(target.pid)
    _send(target.port, messages)
    waits: list[float] = sorted(mine.recv()[WARM_UP:])
    cpu = usage.cpu_seconds(target.pid) - cpu
    receiver.join()
    return Latency(waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000, cpu / messages * 1e6)


def _send(port: int, messages: int) -> None:
    client = driver.connected(port)
    whole = wire.publish("", QUEUE, CONTENT)
    before, after = whole[: -TIME.size - 1], whole[-1:]
    step, due = 1 / PER_SECOND, time.monotonic()
    for _ in range(messages):
        due += step
        if (left := due - time.monotonic()) > 0:
            time.sleep(left)
        client.socket.sendall(before + TIME.pack(time.monotonic()) + after)
    client.socket.close()


def _receive(port: int, messages: int, parent: Pipe) -> None:
    client = driver.connected(port)
    client.call(wire.CHANNEL, basic.Consume(queue=QUEUE, consumer_tag=wire.CONSUMER_TAG, no_ack=True))
    client.expect(basic.ConsumeOk)
    parent.send("ready")
    size, data = wire.delivery_bytes("", QUEUE, CONTENT), client.received
    waits: list[float] = []
    while len(waits) < messages:
        data += client.socket.recv(driver.RECEIVE_BYTES)
        now = time.monotonic()
        whole = len(data) - len(data) % size
        # The time of sending is the last thing in a body, before the frame's end.
        waits += [now - TIME.unpack_from(data, at - TIME.size - 1)[0] for at in range(size, whole + 1, size)]
        data = data[whole:]
    parent.send(waits)
