"""Moves and copies waiting messages inside the broker.

What a call of `relocate` does goes to disk as one batch: after a crash each message is where it was or where it went.

A message is published first and taken out of its queue only when that was accepted, so nothing can be lost between the
two, and what no queue takes has never left its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from brokerctl.core import publishing
from brokerctl.core.authorized import AuthorizedVhost
from brokerctl.core.channel import Channel
from brokerctl.core.confirms import Confirms
from brokerctl.core.effects import Effects
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.permissions import Right
from brokerctl.core.queue import Queue
from brokerctl.errors import AmqpError

DELIVERY_COUNT = "x-delivery-count"
COPY_HEADERS = ("CC", "BCC")


class Outcome(StrEnum):
    """What became of one message, in the words of brokerctl.operations.progress."""

    MOVED = "moved"
    COPIED = "copied"
    DELETED = "deleted"
    MISSING = "missing"
    UNROUTABLE = "unroutable"
    REFUSED = "refused"


class Fate(NamedTuple):
    outcome: Outcome
    reason: str = ""


@dataclass(slots=True, frozen=True)
class Route:
    """Where to; None: as the message was published."""

    exchange: str | None
    routing_key: str | None

    def of(self, message: Message) -> tuple[str, str]:
        exchange = message.exchange if self.exchange is None else self.exchange
        return exchange, message.routing_key if self.routing_key is None else self.routing_key


Objection = Callable[[Message], str]
"""Why this message may not be published by this user; empty when it may."""


class Relocation:
    """From one queue, as one user, through a channel of its own."""

    def __init__(
        self,
        source: Queue,
        destination: AuthorizedVhost,
        channel: Channel,
        route: Route,
        objection: Objection,
        *,
        keeps: bool,
    ) -> None:
        """`keeps`: copies. Raises AmqpError when nothing can go there: no such exchange, or no right to write."""
        self._source = source
        self._destination = destination
        self._channel = channel
        self._route = route
        self._objection = objection
        self._keeps = keeps
        self._known: tuple[Envelope, Envelope] | None = None
        if route.exchange is not None:
            destination.require(Right.WRITE, "exchange", route.exchange)
            destination.vhost.exchange(route.exchange)

    def relocate(self, entries: Sequence[Entry], effects: Effects) -> list[Fate]:
        """One slice, at once. The entries wait in the source."""
        begin = len(effects)
        self._channel.confirms = Confirms()
        try:
            fates = [fate for alike in self._alike(entries) for fate in self._together(alike, effects)]
        finally:
            self._channel.confirms = None
            effects[begin:] = publishing.without_answers(self._channel, effects[begin:])
        if not self._keeps:
            moved = [entry for entry, fate in zip(entries, fates, strict=True) if fate.outcome is Outcome.MOVED]
            self._source.remove(moved, effects)
        return fates

    def _alike(self, entries: Sequence[Entry]) -> Iterator[list[Entry]]:
        """Runs of neighbours that share their envelope and are of one size: what is published at once."""

        def kind(entry: Entry) -> tuple[int, int, bool]:
            return id(entry.message.envelope), len(entry.message.body), self._is_over(entry)

        for _, run in groupby(entries, kind):
            yield list(run)

    def _is_over(self, entry: Entry) -> bool:
        return entry.expires_at is not None and entry.expires_at < self._destination.vhost.context.clock.now

    def _together(self, alike: Sequence[Entry], effects: Effects) -> list[Fate]:
        """Neighbours of one envelope share their fate, but where a full queue may take some of them only."""
        if self._is_over(alike[0]):
            # Its queue gives it up when its turn comes; nobody may have it any more.
            return [Fate(Outcome.MISSING, "its time to live is over")] * len(alike)
        if self._destination.vhost.has_refusing_queues:
            return [self._publish(entry.message, (entry.message.body,), effects) for entry in alike]
        bodies = [entry.message.body for entry in alike]
        return [self._publish(alike[0].message, bodies, effects)] * len(alike)

    def _publish(self, message: Message, bodies: Sequence[bytes], effects: Effects) -> Fate:
        """These bodies, each as `message` was published."""
        reason = self._objection(message) or self._copies(message)
        if reason:
            return Fate(Outcome.REFUSED, reason)
        confirms = self._channel.confirms
        assert confirms is not None
        try:
            envelope = self._envelope(message)
            reached = self._destination.publish_all(self._channel, envelope, bodies, True, effects)
        except AmqpError as error:
            return Fate(Outcome.REFUSED, error.reply_text)
        if not all(told.is_positive for told in confirms.take()):
            return Fate(Outcome.REFUSED, "the broker refused it (basic.nack): a full queue, or an internal error")
        if not reached:
            return Fate(Outcome.UNROUTABLE, "NO_ROUTE: no queue is bound for it")
        return Fate(Outcome.COPIED if self._keeps else Outcome.MOVED)

    def _copies(self, message: Message) -> str:
        """A CC or BCC header would send copies to more queues than anybody asked for."""
        if self._route.exchange != "" or not any(name.encode() in message.header for name in COPY_HEADERS):
            return ""
        headers = self._destination.vhost.context.codec.read(message.header)
        copies = [name for name in COPY_HEADERS if name in headers]
        return f"its {' and '.join(copies)} header would send copies to other queues as well" if copies else ""

    def _envelope(self, message: Message) -> Envelope:
        """As it is published again. Neighbours mostly share theirs, and go on sharing."""
        envelope = message.envelope
        if self._known is not None and self._known[0] is envelope:
            return self._known[1]
        exchange, routing_key = self._route.of(message)
        header = envelope.header
        if DELIVERY_COUNT.encode() in header:
            header = self._destination.vhost.context.codec.amend(header, {}, drop=(DELIVERY_COUNT,))
        found = Envelope(
            exchange, routing_key, header, envelope.is_persistent, envelope.priority, envelope.expiration_ms
        )
        self._known = envelope, found
        return found


def delete(source: Queue, entries: Sequence[Entry], effects: Effects) -> list[Fate]:
    """Drop these as a purge does: nothing is dead-lettered."""
    source.remove(entries, effects)
    return [Fate(Outcome.DELETED)] * len(entries)
