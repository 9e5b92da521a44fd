"""What idle things weigh: the broker's resident memory before and after there are many of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pika.adapters.blocking_connection import BlockingChannel

from bench import driver, throughput, usage
from bench.targets import Target, channel
from bench.throughput import Case
from tests.support.raw import RawClient

SETTLE_SECONDS = 2.0
"""RabbitMQ's processes collect their garbage when they go to sleep."""


def per_connection(target: Target, count: int) -> float:
    """Bytes for one connection with one open channel."""
    clients: list[RawClient] = []
    with _fresh(target):
        before = _settled(target)
        try:
            clients += [driver.connected(target.port) for _ in range(count)]
            return (_settled(target) - before) / count
        finally:
            for client in clients:
                client.socket.close()


def per_queue(target: Target, count: int) -> float:
    """Bytes for one empty queue without consumers."""
    with _fresh(target) as setup:
        before = _settled(target)
        try:
            for number in range(count):
                setup.queue_declare(f"bench.idle.{number:05d}")
            return (_settled(target) - before) / count
        finally:
            for number in range(count):
                setup.queue_delete(f"bench.idle.{number:05d}")


def per_message(target: Target, count: int) -> float:
    """Bytes for one transient message of 256 B that waits in a queue."""
    case = Case("queued", 256, count, window=5000)
    name = throughput.queue_name(0)
    with _fresh(target) as setup:
        setup.queue_declare(name)
        before = _settled(target)
        try:
            throughput.fill(case, target)
            return (_settled(target) - before) / count
        finally:
            setup.queue_delete(name)


def long_queue(target: Target, count: int) -> float:
    """Bytes resident in all with this many persistent messages of 1 kB waiting in a durable queue."""
    case = Case("long", 1000, count, window=5000, is_persistent=True)
    name = throughput.queue_name(0)
    with _fresh(target) as setup:
        setup.queue_declare(name, durable=True)
        try:
            throughput.fill(case, target)
            return _settled(target)
        finally:
            setup.queue_delete(name)


@contextmanager
def _fresh(target: Target) -> Iterator[BlockingChannel]:
    """A broker just started, so that nothing finds room in what an earlier case left, with its first connection open:
    that one loads code, which is not what a connection weighs."""
    target.stop()
    target.start()
    with channel(target) as opened:
        yield opened


def _settled(target: Target) -> int:
    time.sleep(SETTLE_SECONDS)
    return usage.resident_bytes(target.pid)
