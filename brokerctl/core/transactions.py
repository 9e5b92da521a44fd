"""Transactions of a channel: what it publishes and settles waits for the commit (§1.9; RabbitMQ, docs/semantics).

A message is routed when it is published, as RabbitMQ does, and enqueued by the commit. What was acked or rejected
comes back to its channel by a rollback, and to its queue when the channel ends without a commit.
"""

from __future__ import annotations

from collections.abc import Sequence as Queues
from enum import Enum, auto

from brokerctl.core import publishing
from brokerctl.core.channel import Channel, Delivery
from brokerctl.core.effects import Effects
from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.vhost import Vhost
from brokerctl.errors import PreconditionFailed

Published = tuple[Exchange, Message, Queues[Queue], bool]
"""..., the queues it was routed to, whether it is mandatory."""


class Settlement(Enum):
    ACK = auto()
    REJECT = auto()
    REQUEUE = auto()


class Transaction:
    """What waits. Nothing of it has happened yet, but its deliveries are off the channel: no tag is settled twice."""

    __slots__ = ("held", "published", "settled")

    def __init__(self) -> None:
        self.published: list[Published] = []
        self.settled: list[tuple[Settlement, dict[int, Delivery]]] = []
        self.held = 0
        """How many deliveries in `settled` still count against the channel's prefetch."""

    @property
    def acks(self) -> int:
        return sum(len(taken) for settlement, taken in self.settled if settlement is Settlement.ACK)

    def publish(self, exchange: Exchange, message: Message, queues: Queues[Queue], is_mandatory: bool) -> None:
        self.published.append((exchange, message, queues, is_mandatory))

    def acknowledge(self, taken: dict[int, Delivery]) -> None:
        self._settle(Settlement.ACK, taken)

    def reject(self, taken: dict[int, Delivery]) -> None:
        self._settle(Settlement.REJECT, taken)

    def requeue(self, taken: dict[int, Delivery]) -> None:
        self._settle(Settlement.REQUEUE, taken)

    def rollback(self, channel: Channel) -> None:
        """Forget what was published; what was settled is unacked again, in order of delivery."""
        back = dict(channel.unacked)
        for _, taken in self.settled:
            back.update(taken)
        channel.unacked.clear()
        channel.unacked.update(sorted(back.items()))
        self.published, self.settled, self.held = [], [], 0

    def commit(self, vhost: Vhost, channel: Channel, effects: Effects) -> bool:
        """Do it all, publishes first. False when a queue without room refused one; all others are done even so."""
        published, settled = self.published, self.settled
        self.published, self.settled = [], []
        is_whole = True
        for exchange, message, queues, is_mandatory in published:
            left = [queue for queue in queues if not queue.is_deleted]
            is_whole &= publishing.deliver(vhost, channel, exchange, message, left, is_mandatory, effects)
        for settlement, taken in settled:
            deliveries = list(taken.values())
            self.held -= len(deliveries)
            if settlement is Settlement.ACK:
                channel.acknowledged(deliveries, effects)
            elif settlement is Settlement.REQUEUE:
                channel.requeue(deliveries, effects)
            else:
                publishing.discard(vhost, deliveries, Reason.REJECTED, effects)
                channel.return_credit(deliveries, effects)
        return is_whole

    def _settle(self, settlement: Settlement, taken: dict[int, Delivery]) -> None:
        self.settled.append((settlement, taken))
        self.held += len(taken)


def select(channel: Channel) -> None:
    """From now on the channel is transactional, until it ends. Again is no error."""
    if channel.confirms is not None:
        raise PreconditionFailed("cannot switch from confirm to tx mode")
    if channel.transaction is None:
        channel.transaction = Transaction()


def commit(vhost: Vhost, channel: Channel, effects: Effects) -> None:
    """Do what waited; the next transaction begins. What was stored is safe once the effects are on disk.

    Raises PreconditionFailed when the channel has no transaction, or a queue refused one of its messages.
    """
    if not _of(channel).commit(vhost, channel, effects):
        raise PreconditionFailed("partial tx completion")


def rollback(channel: Channel) -> None:
    _of(channel).rollback(channel)


def _of(channel: Channel) -> Transaction:
    if channel.transaction is None:
        raise PreconditionFailed("channel is not transactional")
    return channel.transaction
