"""Mutated frames: only our own errors leave the decoder, in bounded time and memory."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import time
import tracemalloc
from decimal import Decimal

import pytest

from brokerctl.errors import AmqpError
from brokerctl.wire import fields, methods, properties
from brokerctl.wire.fields import Timestamp
from tests.support.mutations import mutated
from tests.support.reliability import SEED, evidence, runs

MOST_MEMORY = 32
"""Times the size of a frame: a small integer of one byte takes 32 in Python, and its key as much."""
FLOOR_BYTES = 65_536
"""What any decoding may take, however small the frame: names of types in error texts, the frames of the stack."""

TABLE = {
    "text": "größe", "bytes": b"\xff\x00", "true": True, "byte": 5, "long": 2**40, "double": 1.5, "void": None,
    "decimal": Decimal("3.14"), "time": Timestamp(1_700_000_000), "list": [1, "two", [3, None], {"four": 4}],
    "table": {"deep": {"deeper": {"deepest": [b"\xfe", 2.5]}}},
    "x-death": [{"count": 1, "queue": "q", "reason": "expired"}],
}  # fmt: skip
SAMPLES = {"shortstr": "größe", "longstr": b"\x00guest\x00guest", "table": TABLE, "bit": True}
VALUES = {"shortstr": "60000", "table": TABLE, "octet": 2, "timestamp": 1_700_000_000}


def corpus() -> list[bytes]:
    """The payload of every method there is, and of content headers with each property and with all."""
    found = []
    for cls in methods.METHODS.values():
        arguments = [SAMPLES.get(each.metadata["kind"], 7) for each in dataclasses.fields(cls)]  # type: ignore[arg-type]
        found.append(methods.encode(cls(*arguments)))
    every = {name: VALUES[kind] for name, kind in properties.PROPERTIES}
    found += [properties.encode({name: value}, 5) for name, value in every.items()]
    return [*found, properties.encode(every, 5), fields.encode_table(TABLE)]


def read(payload: bytes) -> None:
    """Everything that the broker reads from a stranger's bytes."""
    with contextlib.suppress(AmqpError):
        methods.decode(payload)
    with contextlib.suppress(AmqpError):
        fields.table(payload, 0)
    for decode in (properties.decode, properties.facts, properties.split, properties.body_size):
        with contextlib.suppress(AmqpError):
            decode(payload)
    with contextlib.suppress(AmqpError):
        properties.decode(properties.amend(payload, {"x-death": [{"count": 2}]}, drop_expiration=True))


@pytest.mark.reliability("c1")
def test_mutated_frames_raise_our_own_errors_only() -> None:
    chance, seeds = random.Random(SEED), corpus()  # noqa: S311
    frames, slowest = runs(15_000, 1_000_000), 0.0
    required = "1,000,000 frames: our errors only, slowest at most 5 ms, memory at most 32 times the frame"
    with evidence("C1 fuzz_decoder", required) as figures:
        for number in range(frames):
            payload = mutated(chance, seeds)
            started = time.process_time()
            read(payload)
            slowest = max(slowest, time.process_time() - started)
            if number % 500 == 0:
                assert peak_bytes(payload) < FLOOR_BYTES + MOST_MEMORY * len(payload)
        figures.update(frames=frames, slowest_ms=round(slowest * 1000, 2))


def peak_bytes(payload: bytes) -> int:
    """How much more memory reading it takes at most."""
    tracemalloc.start()
    try:
        read(payload)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
