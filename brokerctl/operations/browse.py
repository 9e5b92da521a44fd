"""Looking into a queue: take messages, read them, give them back in order. AMQP knows no other way; a broker may
(inside.py).

What that does: the messages are unacked while we hold them, and marked redelivered afterwards; a quorum queue counts a
delivery. They go back with nack + requeue before the channel closes, in the order they came: never with reject, which
counts as a failure everywhere, and never by closing, which leaves the order to the broker.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, Message, MessageSession
from brokerctl.clients.models import Queue
from brokerctl.errors import RequestRefused
from brokerctl.operations import inside
from brokerctl.operations.fingerprint import Fingerprints

MAX_BYTES = 64 * 1024 * 1024
"""Bodies held at once; a look stops there and says how far it came."""

_worn: set[tuple[str, int, str, str]] = set()
_worn_lock = threading.Lock()


@dataclass(slots=True, frozen=True)
class Seen:
    fingerprint: str
    message: Message


@dataclass(slots=True, frozen=True)
class Look:
    """What was in the queue, head first. The messages are back in it."""

    seen: tuple[Seen, ...]
    ready: int
    """How many were ready when the look began."""
    deliveries_left: int | None = None
    """The fewest deliveries any of these has left before its queue gives it up; None: no limit."""
    is_traceless: bool = False
    """Whether nothing was taken: the broker let us look."""


def browse(client: BrokerClient, vhost: str, queue: str, count: int) -> Look:
    """Read up to `count` messages from the head; where the broker can, without taking them.

    Raises RequestRefused when the look would harm: an exclusive queue, a single active consumer on a quorum queue, or a
    message whose next delivery could be its last.
    """
    within = client.inside()
    if within is not None:
        messages, ready = inside.look(within, vhost, queue, count, MAX_BYTES)
        return Look(_seen(messages), ready, is_traceless=True)
    described = client.queue(vhost, queue)
    limit = delivery_limit(described, client)
    mark = (client.address.host, client.address.amqp_port, vhost, queue)
    refuse_harm(described, limit, mark)
    with client.messages(vhost) as session:
        ready = session.count(queue)
        taken: list[Message] = []
        try:
            _take(session, queue, min(count, ready), limit, taken)
        finally:
            session.give_back(queue, len(taken))
    left = None
    if limit is not None and taken:
        left = limit - 1 - max(content.delivery_count(message.headers) for message in taken)
        if left <= 1:
            with _worn_lock:
                _worn.add(mark)
    return Look(_seen(taken), ready, left)


def _seen(messages: list[Message]) -> tuple[Seen, ...]:
    fingerprints = Fingerprints()
    return tuple(Seen(fingerprints.of(message), message) for message in messages)


def delivery_limit(queue: Queue, client: BrokerClient) -> int | None:
    """How many deliveries a message of this queue survives; None when only acks end it."""
    if queue.type != "quorum":
        return None
    for source, name in ((queue.effective_policy, "delivery-limit"), (queue.arguments, "x-delivery-limit")):
        limit = source.get(name)
        if isinstance(limit, int):
            return None if limit < 0 else limit
    overview = client.overview()
    # RabbitMQ 4.0 gave quorum queues a limit of 20; the embedded broker does the same.
    major = overview.version.split(".")[0]
    has_default = overview.product == "Postroom" or (major.isdecimal() and int(major) >= 4)
    return 20 if has_default else None


def _take(session: MessageSession, queue: str, count: int, limit: int | None, taken: list[Message]) -> None:
    size = 0
    while len(taken) < count and size < MAX_BYTES:
        message = session.get(queue)
        if message is None:
            return
        taken.append(message)
        size += len(message.body)
        if limit is not None and content.delivery_count(message.headers) + 2 >= limit:
            # One more look after this would be its last: take no other that may be as worn.
            return


def refuse_harm(queue: Queue, limit: int | None, mark: tuple[str, int, str, str]) -> None:
    if queue.exclusive:
        raise RequestRefused(f"{queue.name} is exclusive to the connection that declared it: nobody else can read it")
    is_single = queue.arguments.get("x-single-active-consumer") is True
    if is_single and queue.type == "quorum" and queue.consumers:
        raise RequestRefused(
            f"{queue.name} has a single active consumer: the broker lets nobody else take its messages"
        )
    with _worn_lock:
        if limit is not None and mark in _worn:
            raise RequestRefused(
                f"the messages at the head of {queue.name} have nearly used their {limit} deliveries: another look "
                "could make the queue give them up. Raise the delivery limit by policy, or move them"
            )
