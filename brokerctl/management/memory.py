"""Where the memory of the node is, as far as a Python process can tell: the messages of its queues, and all else."""

from __future__ import annotations

import asyncio

from brokerctl.management import render
from brokerctl.management.call import Call
from brokerctl.management.values import Json

KEYS = {"classic": "queue_procs", "quorum": "quorum_queue_procs"}
"""RabbitMQ's names for the memory of queues, by their type."""

REST = "other_system"


async def breakdown(call: Call) -> Json:
    """Bytes by RabbitMQ's names. What belongs to the Erlang machine is not among them, and the rest is one number."""
    found = dict.fromkeys(KEYS.values(), 0)
    for vhost in list(call.broker.vhosts.values()):
        for batch in render.batches(list(vhost.queues.values())):
            for queue in batch:
                in_memory = queue.ready_bytes + queue.unacked_bytes - queue.backlog.paged_bytes
                found[KEYS[queue.rules.type]] += in_memory
            await asyncio.sleep(0)
    used = call.door.node().memory_used_bytes
    found[REST] = max(0, used - sum(found.values()))
    return {**found, "strategy": "rss", "total": {"rss": used}}


def relative(breakdown: Json) -> Json:
    """The same in percent of all, rounded up, so that what is there is at least 1."""
    used = breakdown["total"]["rss"]
    shares = {name: -(-100 * breakdown[name] // used) if used else 0 for name in (*KEYS.values(), REST)}
    return {**shares, "total": 100}
