"""Lives of one broker: started, put under load, killed with SIGKILL in the middle; and the drain that judges them.

The page cache survives a killed process, so this proves the order of writes, of answers, and the recovery. That bytes
reached the disk is the business of the crash images in tests/brokerctl/store.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.clients import QUEUES, Churn, Client, Consumer, Publisher, declare
from tests.reliability.drain import DRAINS
from tests.reliability.ledger import Ledger
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker

PUBLISHERS = 2
JOIN_SECONDS = 60


@dataclass(slots=True)
class Lives:
    """A home whose broker dies again and again. `life_seconds` are the shortest and the longest time under load."""

    home: Path
    seed: int
    life_seconds: tuple[float, float]
    command: tuple[str, ...] = embedded.SERVE
    settings: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    figures: Counter[str] = field(default_factory=Counter)
    slowest_start: float = 0.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 (to repeat, not to keep secret)
        broker = embedded.start(self.home)
        try:
            declare(broker)
        finally:
            broker.kill()

    def cycle(self, number: int) -> None:
        """Two lives: the second writes again after the recovery, because a recovery that took the end of a file for
        somewhere else is found out by the next one only."""
        self._random.seed(self.seed + number)
        self._live(f"{number}a")
        self._live(f"{number}b")

    def drain(self, number: int) -> None:
        """Judge: everything out of every queue, by another library each time."""
        drain = DRAINS[number % len(DRAINS)]
        broker = self._started()
        try:
            for queue in QUEUES:
                found = drain(broker, queue)
                for delivery in found:
                    self.ledger.deliver(*delivery)
                self.ledger.drain(queue, [copy for copy, _, _ in found])
                self.figures["drained"] += len(found)
        finally:
            broker.kill()

    def summary(self) -> dict[str, float]:
        """The figures so far, for the report."""
        ledger = self.ledger
        return {
            **self.figures,
            "attempted": len(ledger.attempted),
            "confirmed": len(ledger.confirmed),
            "acked for good": len(ledger.acked_for_good),
            "recovered": ledger.recovered,
            "delivered again": ledger.duplicated,
            "slowest start, s": round(self.slowest_start, 2),
            **{name: len(getattr(ledger.verdict, name)) for name in ledger.verdict.__slots__},
        }

    def _started(self) -> EmbeddedBroker:
        began = time.monotonic()
        broker = embedded.start(self.home, self.command, **self.settings)
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)
        return broker

    def _live(self, label: str) -> None:
        broker = self._started()
        seed = self._random.randrange(2**32)
        publishers = [Publisher(broker, f"{self.seed}.{label}.{number}", seed) for number in range(PUBLISHERS)]
        consumer = Consumer(broker, f"consumer {label}", seed)
        clients: list[Client] = [*publishers, consumer, Churn(broker, f"churn {label}", seed)]
        for client in clients:
            client.start()
        die(broker, self._random.uniform(*self.life_seconds))
        for client in clients:
            client.join(JOIN_SECONDS)
            assert not client.is_alive(), f"{client.name} hangs after its broker was killed"
        self._note(publishers, consumer)

    def _note(self, publishers: list[Publisher], consumer: Consumer) -> None:
        ledger = self.ledger
        for publisher in publishers:
            ledger.attempted.update(publisher.attempted)
            ledger.confirmed.update(publisher.confirmed)
            self.figures["refused"] += publisher.refused
            self.figures["returned"] += publisher.returned
        for delivery in consumer.delivered:
            ledger.deliver(*delivery)
        ledger.acked.update(consumer.acked)
        ledger.acked_for_good.update(consumer.acked_for_good)
        self.figures["lives"] += 1


def die(broker: EmbeddedBroker, seconds: float) -> None:
    """After that time, as a power switch for the process. A broker that ends by itself before fails the test."""
    try:
        code = broker.process.wait(seconds)
    except subprocess.TimeoutExpired:
        broker.kill()
        return
    raise AssertionError(f"the broker ended by itself with {code}; its log says why: {broker.home / 'broker.log'}")
