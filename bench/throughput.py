"""Messages from publish to the last delivery: a fixed number is sent, the clock stops when consumers have them all."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from bench import driver, usage, wire
from bench.driver import Consuming, Done, Producing
from bench.targets import Target, channel
from bench.wire import Content

SETTLE_SECONDS = 0.3
"""For what a broker still does after the last delivery (acks of RabbitMQ reach its queues late)."""


@dataclass(slots=True, frozen=True)
class Case:
    """`messages` are published in all; each lands in `copies` of the `queues`."""

    name: str
    size_bytes: int
    messages: int
    producers: int = 1
    consumers: int = 1
    queues: int = 1
    copies: int = 1
    is_persistent: bool = False
    window: int = 0
    prefetch: int = 0
    exchange: str = ""
    exchange_type: str = ""
    bindings: int = 0
    keys: int = 0
    is_backlog: bool = False
    is_varied: bool = False

    @property
    def content(self) -> Content:
        return Content(self.size_bytes, self.is_persistent, self.is_varied)


@dataclass(slots=True, frozen=True)
class Flow:
    """One run of a case on one broker. Messages are deliveries: a fan-out to ten counts ten."""

    per_second: float
    cpu_us: float
    peak_bytes: int
    driver_share: float
    """Of one core, by the busier of producers and consumers: near 1 would mean that the driver is measured."""


def queue_name(number: int) -> str:
    return f"bench.{number:03d}"


def measure(case: Case, target: Target) -> Flow:
    with channel(target) as setup:
        _declare(case, setup)
        try:
            return _drain(case, target, setup) if case.is_backlog else _flow(case, target)
        finally:
            _delete(case, setup)


def _flow(case: Case, target: Target) -> Flow:
    total = case.messages * case.copies
    with (
        _Running(driver.consume, _consuming(case, target)) as consumers,
        _Running(driver.produce, _producing(case, target)) as producers,
    ):
        usage.forget_peak(target.pid)
        cpu = usage.cpu_seconds(target.pid)
        producers.go()
        consumed, produced = consumers.done(), producers.done()
        time.sleep(SETTLE_SECONDS)
        cpu = usage.cpu_seconds(target.pid) - cpu
        lasted = max(consumed.at, produced.at) - produced.started_at
        driver_share = max(consumed.cpu_seconds, produced.cpu_seconds) / lasted
        return Flow(total / lasted, cpu / total * 1e6, usage.peak_bytes(target.pid), driver_share)


def _drain(case: Case, target: Target, setup: BlockingChannel) -> Flow:
    fill(case, target)
    usage.forget_peak(target.pid)
    cpu, started_at = usage.cpu_seconds(target.pid), time.monotonic()
    with _Running(driver.consume, _consuming(case, target)) as consumers:
        done = consumers.done()
        time.sleep(SETTLE_SECONDS)
        cpu = usage.cpu_seconds(target.pid) - cpu
        lasted = done.at - started_at
        return Flow(
            case.messages / lasted,
            cpu / case.messages * 1e6,
            usage.peak_bytes(target.pid),
            done.cpu_seconds / lasted,
        )


def fill(case: Case, target: Target) -> None:
    """Publish all of a case's messages, confirmed, with nobody consuming."""
    with _Running(driver.produce, _producing(case, target)) as producers:
        producers.go()
        producers.done()


def _producing(case: Case, target: Target) -> Producing:
    keys = [_keys(case, number) for number in range(case.producers)]
    per_connection = case.messages // case.producers
    return Producing(target.port, case.exchange, keys, case.content, per_connection, case.window)


def _consuming(case: Case, target: Target) -> Consuming:
    queues = [queue_name(number % case.queues) for number in range(case.consumers)]
    size = wire.delivery_bytes(case.exchange, _keys(case, 0)[0], case.content)
    return Consuming(target.port, queues, size, case.messages * case.copies, case.prefetch)


def _keys(case: Case, producer: int) -> list[str]:
    """For a topic exchange five keys to each binding; all as long as each other, so deliveries are, too."""
    if case.keys:
        return [f"shop.{number % 5}.item{number // 5:04d}.sold" for number in range(case.keys)]
    return ["" if case.exchange else queue_name(producer % case.queues)]


def _declare(case: Case, setup: BlockingChannel) -> None:
    if case.exchange:
        setup.exchange_declare(case.exchange, case.exchange_type)
    for number in range(case.queues):
        setup.queue_declare(queue_name(number), durable=case.is_persistent)
        if case.exchange and not case.bindings:
            setup.queue_bind(queue_name(number), case.exchange, "")
    for number in range(case.bindings):
        setup.queue_bind(queue_name(number % case.queues), case.exchange, f"shop.*.item{number:04d}.#")


def _delete(case: Case, setup: BlockingChannel) -> None:
    for number in range(case.queues):
        setup.queue_delete(queue_name(number))
    if case.exchange:
        setup.exchange_delete(case.exchange)


class _Running:
    """A driver process from the moment it is ready until it is told that it may go."""

    def __init__(self, run: Callable[[Any, Pipe], None], plan: Producing | Consuming) -> None:
        self._pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=run, args=(plan, other), daemon=True)
        self._process.start()
        other.close()

    def __enter__(self) -> _Running:
        self._said()
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._pipe.send("end")
        else:
            self._process.terminate()
        self._process.join()

    def go(self) -> None:
        self._pipe.send("go")

    def done(self) -> Done:
        answer = self._said()
        assert isinstance(answer, Done)
        return answer

    def _said(self) -> object:
        try:
            return self._pipe.recv()
        except EOFError:
            raise RuntimeError("a driver process ended; its traceback is above") from None
