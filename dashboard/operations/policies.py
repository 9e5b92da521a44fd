"""A policy for chosen queues: brokers know no list of queues, so its pattern names each of them.

RabbitMQ searches a policy's pattern in names, and gives each queue the one matching policy of the highest priority.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Policy
from brokerctl.operations import many
from brokerctl.operations.progress import Control
from dashboard.operations.parameters import ManyParameters

MAX_QUEUES = 200
"""In one pattern, which the broker tries on every name: more are for a pattern that a person thinks of."""

SPECIAL = re.compile(r"([\\.^$|?*+()\[\]{}])")


def pattern(names: Iterable[str]) -> str:
    """Matches these names and no others, in Erlang's, Crystal's and Python's regular expressions alike."""
    escaped = [SPECIAL.sub(r"\\\1", name) for name in sorted(names)]
    return f"^{escaped[0]}$" if len(escaped) == 1 else f"^(?:{'|'.join(escaped)})$"


def put(client: BrokerClient, asked: ManyParameters) -> many.Act:
    """Puts the policy of a vhost when its first queue's turn comes; the others are dealt with by it."""
    names: dict[str, list[str]] = defaultdict(list)
    for vhost, queue in asked.names():
        names[vhost].append(queue)
    settled: set[str] = set()
    policy = asked.policy or {}

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        if vhost not in settled:
            client.put_policy(
                Policy(
                    vhost=vhost,
                    name=str(policy["name"]),
                    pattern=pattern(names[vhost]),
                    definition=dict(policy["definition"]),
                    priority=int(policy["priority"]),
                    apply_to="queues",
                )
            )
            settled.add(vhost)
        return None, ""

    return act
