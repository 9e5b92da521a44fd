"""What closing connections would do, before anybody does it: which messages return to which queues, what goes away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.models import Channel, Connection, Consumer, Queue
from brokerctl.errors import ClientError, ObjectNotFound
from brokerctl.operations.progress import ItemResult, Outcome
from dashboard.looks.holders import QUEUES_ASKED, estimated


@dataclass(slots=True, frozen=True)
class Returned:
    """Unacked messages that go back to where they were, marked redelivered."""

    vhost: str
    queues: tuple[str, ...]
    """One, or those that they may be of; none: the broker does not tell."""
    messages: int


@dataclass(slots=True, frozen=True)
class Deleted:
    """A queue that goes with the connection."""

    queue: Queue
    reason: str


@dataclass(slots=True, frozen=True)
class Effect:
    connections: int
    channels: int
    consumers: int
    unacked: int
    returned: tuple[Returned, ...]
    """Most messages first."""
    deleted: tuple[Deleted, ...]
    is_exact: bool
    """False: worked out from what the broker counts per channel."""


def effect(client: BrokerClient, names: Collection[str], queues: Sequence[Queue]) -> Effect:
    """Of closing these connections. `queues` are those of their vhosts, as last known. Raises ClientError."""
    wanted = frozenset(names)
    if len(wanted) == 1:
        channels = client.connection_channels(*wanted)
    else:
        channels = [each for each in client.channels() if each.connection_name in wanted]
    vhosts = {channel.vhost for channel in channels}
    consumers = [each for vhost in vhosts for each in client.consumers(vhost) if each.connection_name in wanted]
    is_exact = client.overview().capabilities.unacked
    returned = _told(client, wanted, channels, consumers, queues) if is_exact else _estimated(channels, consumers)
    return Effect(
        connections=len(wanted),
        channels=len(channels),
        consumers=len(consumers),
        unacked=sum(channel.messages_unacknowledged for channel in channels),
        returned=tuple(sorted(returned, key=lambda each: -each.messages)),
        deleted=tuple(_deleted(client, wanted, consumers, queues)),
        is_exact=is_exact,
    )


def close(client: BrokerClient, found: Iterable[Connection], reason: str) -> list[ItemResult]:
    """Close them one by one. One that has gone meanwhile is missing; a refusal does not keep the others open.

    The items' `queue` is the name of the connection.
    """
    return [ItemResult(each.vhost, each.name, *_closed(client, each.name, reason)) for each in found]


def _closed(client: BrokerClient, name: str, reason: str) -> tuple[Outcome, None, str]:
    try:
        client.close_connection(name, reason)
    except ObjectNotFound:
        return Outcome.MISSING, None, "gone before it was closed"
    except ClientError as error:
        return Outcome.FAILED, None, str(error)
    return Outcome.DONE, None, ""


def _told(
    client: BrokerClient,
    wanted: Collection[str],
    channels: Sequence[Channel],
    consumers: Sequence[Consumer],
    queues: Sequence[Queue],
) -> list[Returned]:
    """Queue by queue, those that they consume first, until all of their unacked messages are found."""
    left = sum(channel.messages_unacknowledged for channel in channels)
    vhosts = {channel.vhost for channel in channels}
    read = {(consumer.vhost, consumer.queue) for consumer in consumers}
    others = sorted((each for each in queues if each.vhost in vhosts), key=lambda each: -each.messages_unacknowledged)
    asked = [*sorted(read), *((each.vhost, each.name) for each in others if each.messages_unacknowledged)]
    found: list[Returned] = []
    for vhost, name in list(dict.fromkeys(asked))[:QUEUES_ASKED]:
        if left <= 0:
            break
        messages = sum(held.messages for held in client.unacked(vhost, name) if held.connection_name in wanted)
        if messages:
            found.append(Returned(vhost, (name,), messages))
            left -= messages
    return found


def _estimated(channels: Sequence[Channel], consumers: Sequence[Consumer]) -> list[Returned]:
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for holder in estimated(channels, consumers, ()):
        found[holder.vhost, holder.queues] += holder.messages
    return [Returned(vhost, queues, messages) for (vhost, queues), messages in found.items()]


def _deleted(
    client: BrokerClient, wanted: Collection[str], consumers: Sequence[Consumer], queues: Sequence[Queue]
) -> list[Deleted]:
    reading = Counter((consumer.vhost, consumer.queue) for consumer in consumers)
    found = [
        Deleted(queue, "its last consumers go")
        for queue in queues
        if queue.auto_delete and queue.consumers and reading[queue.vhost, queue.name] >= queue.consumers
    ]
    exclusive = [queue for queue in queues if queue.exclusive][:QUEUES_ASKED]
    owned = [each for each in exclusive if _owns(client, wanted, each)]
    return [*(Deleted(each, "it is exclusive to the connection") for each in owned), *found]


def _owns(client: BrokerClient, wanted: Collection[str], queue: Queue) -> bool:
    try:
        return client.queue_details(queue.vhost, queue.name).owner in wanted
    except ObjectNotFound:
        return False
