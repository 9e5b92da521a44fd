"""A look at messages as they pass: what was published and what was delivered, for whoever listens.

Nobody waits for a listener: what it does not read in time is dropped and counted. While there is none, the broker's
`tap` is None, and one look at that is all it costs, once for all neighbours of a publish or a delivery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from brokerctl.core.effects import Deliver, DeliverAll, Effects
from brokerctl.core.message import Entry, Envelope
from brokerctl.core.permissions import Permission, Right
from brokerctl.core.queue import Queue
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS

if TYPE_CHECKING:
    from brokerctl.core.channel import Channel
    from brokerctl.core.context import Context

MOST_WAITING = 1000
"""Events that a listener may be behind."""

MOST_WAITING_BYTES = 4_194_304
"""Of cut bodies, headers and names of queues in them."""


class Kind(StrEnum):
    PUBLISHED = "published"
    DELIVERED = "delivered"


@dataclass(slots=True, frozen=True)
class Event:
    kind: Kind
    envelope: Envelope
    body: bytes
    """Its beginning, as long as the listener wants it."""
    size_bytes: int
    """Of the whole body."""
    queues: tuple[str, ...]
    """Where it went; of a delivery the one queue where it came from."""
    channel: Channel | None
    """Of who published it, or was given it; None for the broker's own publishes."""
    consumer_tag: str = ""
    """Empty for basic.get."""
    is_redelivered: bool = False


@dataclass(slots=True, eq=False)
class Listener:
    """Who wants to see what. `wake` is called when there is something again."""

    vhost: str
    permission: Permission
    """Of the user: published is what it may read from the exchange, delivered what it may read from the queue."""
    wake: Callable[[], None]
    kinds: frozenset[Kind] = frozenset(Kind)
    exchange: str | None = None
    queue: str | None = None
    routing_key: str | None = None
    body_bytes: int = 0
    waiting: deque[Event] = field(default_factory=deque)
    dropped: int = 0
    """Since the listener asked last."""
    _waiting_bytes: int = 0

    def take(self) -> tuple[list[Event], int]:
        """All that waits, and how many were dropped before these."""
        found, dropped = list(self.waiting), self.dropped
        self.waiting.clear()
        self.dropped = self._waiting_bytes = 0
        return found, dropped

    def published(
        self, envelope: Envelope, bodies: Iterable[bytes], names: tuple[str, ...], by: Channel | None
    ) -> None:
        if Kind.PUBLISHED not in self.kinds or not self._wants(envelope):
            return
        if self.queue is not None and self.queue not in names:
            return
        if self.permission.allows(Right.READ, envelope.exchange or DEFAULT_EXCHANGE_IN_PATHS):
            for body in bodies:
                self._offer(Event(Kind.PUBLISHED, envelope, body[: self.body_bytes], len(body), names, by))

    def delivered(
        self, queue: str, envelope: Envelope, body: bytes, channel: Channel, tag: str, is_redelivered: bool
    ) -> None:
        if Kind.DELIVERED not in self.kinds or not self._wants(envelope) or self.queue not in (None, queue):
            return
        if self.permission.allows(Right.READ, queue):
            cut = body[: self.body_bytes]
            event = Event(Kind.DELIVERED, envelope, cut, len(body), (queue,), channel, tag, is_redelivered)
            self._offer(event)

    def _wants(self, envelope: Envelope) -> bool:
        return self.exchange in (None, envelope.exchange) and self.routing_key in (None, envelope.routing_key)

    def _offer(self, event: Event) -> None:
        size = len(event.body) + len(event.envelope.header) + sum(map(len, event.queues))
        if len(self.waiting) >= MOST_WAITING or self._waiting_bytes + size > MOST_WAITING_BYTES:
            # Those that came first stay: what is told has no holes but where it says so.
            self.dropped += 1
            return
        self._waiting_bytes += size
        self.waiting.append(event)
        if len(self.waiting) == 1:
            self.wake()


class Tap:
    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def published(
        self, vhost: str, envelope: Envelope, bodies: Iterable[bytes], queues: Iterable[Queue], by: Channel | None
    ) -> None:
        names = tuple(queue.name for queue in queues)
        for listener in self.listeners:
            if listener.vhost == vhost:
                listener.published(envelope, bodies, names, by)

    def delivered(self, effects: Effects) -> None:
        """Those among the effects of a command that hand out messages."""
        for effect in effects:
            if isinstance(effect, Deliver):
                self._delivered(effect.consumer.queue, effect.entries, effect.consumer.channel, effect.consumer.tag)
            elif isinstance(effect, DeliverAll):
                consumer = effect.consumer
                for listener in self._listening(consumer.queue):
                    for body in effect.bodies:
                        listener.delivered(
                            consumer.queue.name, effect.envelope, body, consumer.channel, consumer.tag, False
                        )

    def got(self, queue: Queue, entry: Entry, channel: Channel) -> None:
        """By basic.get."""
        self._delivered(queue, (entry,), channel, "")

    def _delivered(self, queue: Queue, entries: Sequence[Entry], channel: Channel, tag: str) -> None:
        for listener in self._listening(queue):
            for entry in entries:
                message = entry.message
                listener.delivered(queue.name, message.envelope, message.body, channel, tag, entry.is_redelivered)

    def _listening(self, queue: Queue) -> list[Listener]:
        return [listener for listener in self.listeners if listener.vhost == queue.vhost]


def listen(context: Context, listener: Listener) -> None:
    """From now on the listener is told."""
    if context.tap is None:
        context.tap = Tap()
    context.tap.listeners.append(listener)


def stop_listening(context: Context, listener: Listener) -> None:
    """Again is no error."""
    if context.tap is not None and listener in context.tap.listeners:
        context.tap.listeners.remove(listener)
        if not context.tap.listeners:
            context.tap = None
