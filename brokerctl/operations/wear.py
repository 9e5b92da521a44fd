"""What taking messages and giving them back costs where a queue counts that: one that came back too often is given up.

RabbitMQ and the embedded broker count on quorum queues, LavinMQ on every queue with a limit. A message tells how often
it was delivered before only when it is taken, so what is to come back is taken one by one, and a run ends at the first
message that could be near its end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Message, Taken
from brokerctl.clients.models import Overview, Queue
from brokerctl.errors import RequestRefused

DEFAULT_SINCE_4 = 20
"""RabbitMQ 4.0 gave every quorum queue this limit; the embedded broker does the same."""

MARGIN = 2
"""Deliveries that must be left: the run at hand uses one, and another process may not know of it."""

Mark = tuple[str, int, str, str, int]

_worn: set[Mark] = set()
_worn_lock = threading.Lock()


@dataclass(slots=True, frozen=True)
class Wear:
    """Of one queue. `limit` is None where a look costs nothing."""

    queue: str
    limit: int | None
    mark: Mark

    def is_near_the_end(self, message: Message | Taken) -> bool:
        """Whether it should not come back often. Of what was taken, ask for each before the next is taken."""
        if self.limit is None:
            return False
        headers = message.headers if isinstance(message, Message) else message.decoded().headers
        return content.delivery_count(headers) + MARGIN >= self.limit

    def left(self, messages: Iterable[Message]) -> int | None:
        """After these were taken once more: the fewest deliveries that one of them has left. None: no limit."""
        counts = [content.delivery_count(message.headers) for message in messages]
        if self.limit is None or not counts:
            return None
        left = self.limit - 1 - max(counts)
        if left < MARGIN:
            self.remember()
        return left

    def remember(self) -> None:
        """Refuse from now on, as long as the limit is the same."""
        with _worn_lock:
            _worn.add(self.mark)

    @property
    def refusal(self) -> RequestRefused:
        return RequestRefused(
            f"the messages at the head of {self.queue} have nearly used their {self.limit} deliveries: taking them "
            "again could make the queue give them up. Raise the delivery limit by policy, or move them all"
        )


def careful(client: BrokerClient, vhost: str, queue: str) -> Wear:
    """To be asked before messages are taken that shall come back. Raises RequestRefused when that would harm."""
    described, overview = client.queue(vhost, queue), client.overview()
    refuse_paused(described, overview)
    if described.exclusive:
        raise RequestRefused(f"{queue} is exclusive to the connection that declared it: nobody else can read it")
    is_single = described.arguments.get("x-single-active-consumer") is True
    if is_single and described.type == "quorum" and described.consumers:
        raise RequestRefused(f"{queue} has a single active consumer: the broker lets nobody else take its messages")
    limit = delivery_limit(described, overview)
    found = Wear(queue, limit, (client.address.host, client.address.amqp_port, vhost, queue, limit or 0))
    with _worn_lock:
        if found.mark in _worn:
            raise found.refusal
    return found


def refuse_paused(queue: Queue, overview: Overview) -> None:
    """LavinMQ gives nobody anything of a paused queue, as if it were empty. Raises RequestRefused."""
    if overview.product == "LavinMQ" and queue.state == "paused":
        raise RequestRefused(f"{queue.name} is paused, and LavinMQ gives nothing out of it: resume it first")


def delivery_limit(queue: Queue, overview: Overview | None) -> int | None:
    """How many deliveries a message of this queue survives; None when only acks end it, as far as is known."""
    set_here = queue.effective_policy.get("delivery-limit"), queue.arguments.get("x-delivery-limit")
    limits = [each for each in set_here if isinstance(each, int)]
    if overview is not None and overview.product == "LavinMQ":
        return None if queue.type == "stream" else min(limits, default=None)
    if queue.type != "quorum":
        return None
    if limits:
        return None if limits[0] < 0 else limits[0]
    if overview is None:
        return None
    major = overview.version.partition(".")[0]
    has_default = overview.product == "Postroom" or (major.isdecimal() and int(major) >= 4)
    return DEFAULT_SINCE_4 if has_default else None
