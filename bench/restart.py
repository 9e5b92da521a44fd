"""From the start of the process until a client finds all of its persistent messages again."""

from __future__ import annotations

import time

from bench import throughput
from bench.targets import Target, channel
from bench.throughput import Case


def measure(target: Target, messages: int) -> float:
    """Seconds, after an orderly stop."""
    case = Case("restart", 256, messages, is_persistent=True, window=5000)
    name = throughput.queue_name(0)
    with channel(target) as setup:
        setup.queue_declare(name, durable=True)
    throughput.fill(case, target)
    target.stop()
    started_at = time.monotonic()
    target.start()
    with channel(target) as setup:
        found = setup.queue_declare(name, durable=True, passive=True).method.message_count
        lasted = time.monotonic() - started_at
        setup.queue_delete(name)
    if found != messages:
        raise RuntimeError(f"{target.name} has {found} of {messages} confirmed messages after a restart")
    return lasted
