"""A log under random work, beside what it must hold: a batch is there whole or not at all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from brokerctl.store.base import Batch
from brokerctl.store.label import Label
from brokerctl.store.recovery import Recovery
from brokerctl.store.segments import SegmentLog

SEGMENT_BYTES = 4096
"""Small, so that a short workload begins, deletes and copies many."""

QUEUES = (101, 102, 103)
SIZES = (0, 1, 40, 40, 300, 300, 700, 3000, 9000)


@dataclass(slots=True)
class State:
    """What the log must hold."""

    messages: dict[int, bytes] = field(default_factory=dict)
    """position → body; transient ones are no part of it."""
    definitions: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.messages), dict(self.definitions))


class Workload:
    """One life of a log. `before` is what is safe; while a job is performed, `after` is what may be there instead."""

    def __init__(
        self,
        log: SegmentLog,
        state: State,
        last: int,
        chance: random.Random,
        settled_at_most: int = 6,
        sizes: Sequence[int] = SIZES,
    ) -> None:
        self.log = log
        self.sizes = sizes
        self.settled_at_most = settled_at_most
        self.before = self.after = state
        self.position = last
        self.chance = chance
        self.transient: set[int] = set()
        self.bodies: dict[int, bytes] = {}
        """Of all messages there ever were."""

    def run(self, batches: int) -> None:
        for _ in range(batches):
            self.step()
        if self.chance.random() < 0.3:
            self.close()

    def close(self) -> None:
        job = self.log.encode_close(self.position, {})
        self.log.perform(job)
        Label(self.log.secret, job.end).write(self.log.disk)

    def step(self) -> None:
        batch, after = Batch(), self.before.copy()
        self.fill(batch, after)
        if not batch.has_writes:
            return
        job = self.log.encode(batch)
        self.after = after
        self.log.perform(job)
        self.before = after
        self.log.finish(job)

    def fill(self, batch: Batch, after: State) -> None:
        """Put some work into the batch, and what it comes to into the state."""
        self._settle(batch, after)
        self._publish(batch, after)
        self._define(batch, after)

    def _publish(self, batch: Batch, after: State) -> None:
        for _ in range(self.chance.randrange(6)):
            self.position += 1
            body = self.bodies[self.position] = self.chance.randbytes(self.chance.choice(self.sizes))
            is_transient = self.chance.random() < 0.1
            queue = QUEUES[self.position % len(QUEUES)]
            batch.add((self.position, queue, "exchange", "key", b"header", body, None, 0, is_transient))
            if is_transient:
                self.transient.add(self.position)
            else:
                after.messages[self.position] = body

    def _settle(self, batch: Batch, after: State) -> None:
        """Mostly the oldest, so that segments die; every eleventh waits long and has to be copied."""
        waiting = [
            position
            for position in sorted({*after.messages, *self.transient})
            if position % 11 or self.chance.random() < 0.05
        ]
        for position in waiting[: self.chance.randint(0, self.settled_at_most)]:
            batch.settle([position])
            after.messages.pop(position, None)
            self.transient.discard(position)

    def _define(self, batch: Batch, after: State) -> None:
        for _ in range(self.chance.randrange(3)):
            key = ("queue", ("/", f"q{self.chance.randrange(8)}"))
            value = None if self.chance.random() < 0.3 else {"n": self.chance.randrange(1000)}
            batch.define(*key, value)
            if value is None:
                after.definitions.pop(key, None)
            else:
                after.definitions[key] = value


def held(log: SegmentLog, recovery: Recovery) -> State:
    """What a log holds after recovery, every body read back."""
    state = State()
    for queue_id, kept in recovery.recovered.queues.items():
        positions = list(kept.positions)
        assert positions == sorted(set(positions))
        at = 0
        while at < len(positions):
            for message in (found := log.read(positions[at:])):
                assert message is not None
                assert queue_id == QUEUES[message.position % len(QUEUES)]
                assert (message.exchange, message.routing_key, message.header) == ("exchange", "key", b"header")
                state.messages[message.position] = message.body
            at += len(found)
    state.definitions = {(kind, key): value for kind, key, value in recovery.recovered.definitions}
    assert recovery.recovered.last >= max(state.messages, default=0)
    return state
