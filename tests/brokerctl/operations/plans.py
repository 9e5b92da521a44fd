"""Plans of moves within the tests' vhost, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brokerctl.clients.base import BrokerClient
from brokerctl.operations.move import Destination, Plan
from brokerctl.operations.progress import Control, Tally
from tests.support.brokers import VHOST, Place

MANY = 450
"""Several windows of the tests (conftest.py)."""


def to_queue(place: Place, source: str, target: str, **more: Any) -> Plan:
    """By the default exchange, as the dashboard does it."""
    return to_exchange(place, source, "", target, **more)


def to_exchange(
    place: Place,
    source: str,
    exchange: str | None,
    routing_key: str | None = None,
    *,
    client: BrokerClient | None = None,
    **more: Any,
) -> Plan:
    return Plan(place.client, VHOST, source, Destination(client or place.client, VHOST, exchange, routing_key), **more)


def after_first_batch(act: Callable[[], object]) -> Control:
    """Does this once, when the first batch is settled."""
    done: list[int] = []

    def report(tally: Tally) -> None:
        if tally.done and not done:
            done.append(tally.done)
            act()

    return Control(report=report)


def fingerprints(place: Place, queue: str, *numbers: int) -> list[str]:
    """Of the messages at these places of the queue, head is 0."""
    seen = place.look(queue).seen
    return [seen[number].fingerprint for number in numbers]
