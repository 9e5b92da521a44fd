"""Looking into a queue: take messages, read them, give them back in order. AMQP knows no other way; a broker may
(inside.py).

What that does: the messages are unacked while we hold them, and marked redelivered afterwards; a quorum queue counts a
delivery. They go back with nack + requeue before the channel closes, in the order they came: never with reject, which
counts as a failure everywhere, and never by closing, which leaves the order to the broker.
"""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.base import BrokerClient, Message, MessageSession
from brokerctl.operations import inside
from brokerctl.operations.fingerprint import Fingerprints
from brokerctl.operations.wear import Wear, careful

MAX_BYTES = 64 * 1024 * 1024
"""Bodies held at once; a look stops there and says how far it came."""


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
    wear = careful(client, vhost, queue)
    with client.messages(vhost) as session:
        ready = session.count(queue)
        taken: list[Message] = []
        try:
            _take(session, min(count, ready), wear, taken)
        finally:
            session.give_back(queue, len(taken))
    return Look(_seen(taken), ready, wear.left(taken))


def _seen(messages: list[Message]) -> tuple[Seen, ...]:
    fingerprints = Fingerprints()
    return tuple(Seen(fingerprints.of(message), message) for message in messages)


def _take(session: MessageSession, count: int, wear: Wear, taken: list[Message]) -> None:
    size = 0
    while len(taken) < count and size < MAX_BYTES:
        message = session.get(wear.queue)
        if message is None:
            return
        taken.append(message)
        size += len(message.body)
        if wear.is_near_the_end(message):
            # Take no other that may be as worn.
            return
