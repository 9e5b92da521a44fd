"""What is measured, by the names that `--case` takes."""

from __future__ import annotations

from dataclasses import replace

from bench.throughput import Case

WINDOW, PREFETCH = 1000, 1000

THROUGHPUT = (
    Case("transient-16", 16, 200_000),
    Case("transient-256", 256, 200_000),
    Case("transient-4k", 4096, 100_000),
    Case("varied", 256, 150_000, is_varied=True),
    Case("confirm-ack", 256, 150_000, window=WINDOW, prefetch=PREFETCH),
    Case("persistent", 256, 150_000, window=WINDOW, prefetch=PREFETCH, is_persistent=True),
    Case("fanout-10", 256, 40_000, consumers=10, queues=10, copies=10, exchange="bench.fan", exchange_type="fanout"),
    Case(
        "topic-1000",
        256,
        150_000,
        consumers=10,
        queues=10,
        exchange="bench.topic",
        exchange_type="topic",
        bindings=1000,
        keys=5000,
    ),
    Case("many-100", 256, 150_000, producers=100, consumers=100, queues=10),
    Case("backlog", 256, 1_000_000, window=5000, is_backlog=True),
)

DESCRIPTIONS = {
    "transient-16": "transient, 16 B, auto-ack",
    "transient-256": "transient, 256 B, auto-ack",
    "transient-4k": "transient, 4 kB, auto-ack",
    "varied": "transient, 256 B, auto-ack, seven properties, an id of its own in each",
    "confirm-ack": f"confirms ({WINDOW} in flight), one ack each (prefetch {PREFETCH}), 256 B",
    "persistent": "the same, persistent messages in a durable queue",
    "fanout-10": "fan-out to 10 queues, 256 B, counted as delivered",
    "topic-1000": "topic exchange, 1,000 bindings, 5,000 routing keys, 10 queues, 256 B",
    "many-100": "100 producers, 100 consumers, 10 queues, 256 B",
    "backlog": "backlog of 1,000,000 drained, 256 B, auto-ack",
}

OTHERS = ("latency", "memory-connection", "memory-queue", "memory-message", "restart")

SELDOM = ("long-queue",)
"""Only when it is asked for: it writes ten gigabytes."""

QUICK = 10
"""How many times smaller a quick look is."""


def throughput(is_quick: bool) -> list[Case]:
    return [replace(case, messages=case.messages // QUICK) if is_quick else case for case in THROUGHPUT]
