"""A channel as the broker knows it: its consumers, what it holds unacked, its prefetch, its confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from brokerctl.core.confirms import Confirms
from brokerctl.core.consumers import Consumer
from brokerctl.core.counters import Counters
from brokerctl.core.effects import Effects, Forget
from brokerctl.core.message import Entry
from brokerctl.core.queue import Queue
from brokerctl.errors import PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.core.exchanges import Exchange
    from brokerctl.core.transactions import Transaction

COUNTED_EXCHANGES = 100
"""Of one channel. More come only from who declares and deletes in a circle, and what is counted keeps its exchange."""


class Peer:
    """A connection as the broker knows it: who it is, and how many bytes it may be sent before it has read some.

    `window` is back-pressure: deliveries use it up, the server refills it when the socket took the bytes.
    """

    __slots__ = ("channels", "is_ahead", "name", "stalled", "user", "vhost", "window")

    WINDOW_BYTES = 524_288
    """More than one read of a publisher brings (256 KiB), little enough that a slow reader costs no memory."""

    def __init__(self, name: str, user: str, vhost: str) -> None:
        self.name = name
        self.user = user
        self.vhost = vhost
        self.window = self.WINDOW_BYTES
        self.channels: dict[int, Channel] = {}
        self.stalled: list[Consumer] = []
        self.is_ahead = False
        """What it published waits for the socket of a consumer. The server clears it once the consumer had a moment."""

    def refill(self, effects: Effects) -> None:
        """The socket took what was sent: consumers that waited for it go on."""
        self.window = self.WINDOW_BYTES
        stalled, self.stalled = self.stalled, []
        for consumer in stalled:
            if consumer.is_stalled:
                consumer.is_stalled = False
                consumer.queue.stalled -= 1
                consumer.queue.activate(consumer, effects)


class Delivery(NamedTuple):
    """One message handed out and not yet settled. `consumer` is None for basic.get."""

    entry: Entry
    queue: Queue
    consumer: Consumer | None


class Mark(NamedTuple):
    """How far the delivery tags of a channel had come when. Seconds of brokerctl.core.context.Clock."""

    at: float
    last_tag: int


class Channel:
    """Delivery tags count from 1 on each channel; `unacked` keeps them in order of delivery (§1.8.3.13)."""

    __slots__ = (
        "confirms",
        "consumers",
        "counters",
        "gets_out",
        "global_prefetch",
        "last_tag",
        "marks",
        "number",
        "outlet",
        "peer",
        "prefetch",
        "published",
        "replies",
        "transaction",
        "unacked",
    )

    def __init__(self, number: int, peer: Peer, outlet: Any = None) -> None:
        self.number = number
        self.peer = peer
        self.outlet = outlet
        """The server's own object for this channel; the core never looks inside."""
        self.last_tag = 0
        self.prefetch = 0
        """For consumers to come (RabbitMQ's meaning of qos without global)."""
        self.global_prefetch = 0
        self.unacked: dict[int, Delivery] = {}
        self.consumers: dict[str, Consumer] = {}
        self.confirms: Confirms | None = None
        self.transaction: Transaction | None = None
        """Never beside `confirms` (RabbitMQ)."""
        self.replies: Consumer | None = None
        """Its consumer of direct reply-to, which is not among `consumers` (brokerctl.core.replies)."""
        self.marks: list[Mark] = []
        """Of brokerctl.core.overdue."""
        self.gets_out = 0
        """Unacked messages of basic.get, which no prefetch counts."""
        self.counters = Counters()
        self.published: dict[Exchange, int] = {}
        """How many messages it published where, for at most COUNTED_EXCHANGES."""

    def count_publish(self, exchange: Exchange, count: int) -> None:
        self.counters.publish += count
        published = self.published
        if exchange in published:
            published[exchange] += count
        elif len(published) < COUNTED_EXCHANGES:
            published[exchange] = count

    @property
    def has_credit(self) -> bool:
        """Whether the channel-wide limit and the socket allow one more delivery."""
        return self.peer.window > 0 and (not self.global_prefetch or self.consumed < self.global_prefetch)

    @property
    def consumed(self) -> int:
        """What consumers of this channel got and is not settled; an ack counts once its transaction is committed."""
        held = 0 if self.transaction is None else self.transaction.held
        return len(self.unacked) + held - self.gets_out

    def hand_out(self, entry: Entry, queue: Queue, consumer: Consumer | None) -> int:
        """Remember an unacked delivery; return its tag."""
        self.last_tag += 1
        self.unacked[self.last_tag] = Delivery(entry, queue, consumer)
        if consumer is None:
            self.gets_out += 1
        return self.last_tag

    def hand_out_all(self, entries: list[Entry], queue: Queue, consumer: Consumer) -> None:
        """Remember unacked deliveries in a row."""
        # Without Delivery's own __new__, which takes as long as the rest of this loop.
        new, unacked = tuple.__new__, self.unacked
        for tag, entry in enumerate(entries, self.last_tag + 1):
            unacked[tag] = new(Delivery, (entry, queue, consumer))
        self.last_tag += len(entries)

    def next_tag(self) -> int:
        """A tag for a delivery that needs no ack."""
        self.last_tag += 1
        return self.last_tag

    def acknowledge(self, tag: int, multiple: bool, effects: Effects) -> None:
        """The messages are done with. Raises PreconditionFailed for a tag that is not out."""
        if self.transaction is None:
            self.acknowledged(self._take(tag, multiple), effects)
        else:
            self.transaction.acknowledge(self.withdraw(tag, multiple))

    def acknowledge_each(self, tags: list[int], effects: Effects) -> None:
        """`acknowledge` for single messages, in order; an unknown tag does not undo the ones before it."""
        if self.transaction is not None:
            for tag in tags:
                self.acknowledge(tag, False, effects)
            return
        take, settled = self.unacked.pop, list[Delivery]()
        for tag in tags:
            delivery = take(tag, None)
            if delivery is None:
                self.acknowledged(settled, effects)
                raise PreconditionFailed(f"unknown delivery tag {tag}")
            settled.append(delivery)
        self.acknowledged(settled, effects)

    def acknowledged(self, settled: list[Delivery], effects: Effects) -> None:
        """These are done with; they were taken off the channel before."""
        positions = []
        for entry, queue, _ in settled:
            queue.settle(entry)
            queue.counters.ack += 1
            if entry.is_stored:
                positions.append(entry.position)
        self.counters.ack += len(settled)
        if positions:
            effects.append(Forget(positions))
        self.return_credit(settled, effects)

    def give_back(self, tag: int, multiple: bool, effects: Effects) -> None:
        """Requeue: the messages return to their places and may go to anybody."""
        if self.transaction is None:
            self.requeue(self._take(tag, multiple), effects)
        else:
            self.transaction.requeue(self.withdraw(tag, multiple))

    def reject(self, tag: int, multiple: bool) -> list[Delivery]:
        """Take rejected messages off the channel; `publishing.discard` must follow."""
        return self._take(tag, multiple)

    def recover(self, effects: Effects) -> None:
        """basic.recover: give everything unacked back."""
        settled = list(self.unacked.values())
        self.unacked.clear()
        self.requeue(settled, effects)

    def end_consumers(self, effects: Effects) -> list[Queue]:
        """All consumers go, before anything returns to their queues. Returns the queues they left."""
        leaving = list(self.consumers.values())
        for consumer in leaving:
            # First of all of them: of a single active consumer the next in line may be one that goes with it.
            consumer.is_gone = True
        for consumer in leaving:
            consumer.queue.remove_consumer(consumer, effects)
        self.consumers.clear()
        return [consumer.queue for consumer in leaving]

    def close(self, effects: Effects) -> None:
        """End, after `end_consumers`: what is unacked returns to its queues."""
        if self.transaction is not None:
            self.transaction.rollback(self)
        self.recover(effects)

    def _take(self, tag: int, multiple: bool) -> list[Delivery]:
        if not multiple:
            delivery = self.unacked.pop(tag, None)
            if delivery is None:
                raise PreconditionFailed(f"unknown delivery tag {tag}")
            return [delivery]
        return list(self.withdraw(tag, multiple).values())

    def withdraw(self, tag: int, multiple: bool) -> dict[int, Delivery]:
        """Take deliveries off the channel; a rolled back transaction puts them back under their tags.

        Raises PreconditionFailed for a tag that is not out.
        """
        if tag not in self.unacked and not (multiple and tag == 0):
            raise PreconditionFailed(f"unknown delivery tag {tag}")
        tags = [known for known in self.unacked if not tag or known <= tag] if multiple else [tag]
        return {known: self.unacked.pop(known) for known in tags}

    def requeue(self, settled: list[Delivery], effects: Effects) -> None:
        """These return to their places and may go to anybody; they were taken off the channel before."""
        by_queue: dict[Queue, list[Entry]] = {}
        for delivery in settled:
            by_queue.setdefault(delivery.queue, []).append(delivery.entry)
        for queue, entries in by_queue.items():
            queue.requeue(entries, effects)
        self.return_credit(settled, effects)
        for queue in by_queue:
            queue.pump(effects)

    def return_credit(self, settled: list[Delivery], effects: Effects) -> None:
        """Whoever held these may be given more."""
        waiting: dict[Consumer, None] = {}
        for _, _, consumer in settled:
            if consumer is None:
                self.gets_out -= 1
            else:
                consumer.unacked -= 1
                if not consumer.is_active:
                    waiting[consumer] = None
        for consumer in waiting:
            consumer.queue.activate(consumer, effects)
        if self.global_prefetch:
            for consumer in self.consumers.values():
                if not consumer.is_active:
                    consumer.queue.activate(consumer, effects)
