"""Who holds messages that are not acknowledged: told exactly where the broker can, else estimated from what it counts.

An estimate rests on two things that every broker tells: how many unacked messages a channel has, and which queues its
consumers read. A channel with consumers of one queue holds messages of that queue, unless it also used basic.get.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.details import Held
from brokerctl.clients.models import Channel, Connection, Consumer, Queue

QUEUES_ASKED = 50
"""Of a broker that tells exactly each queue is a request: those with the most unacked messages are asked."""


@dataclass(slots=True, frozen=True)
class Holder:
    """One consumer, or one channel that took messages by basic.get."""

    vhost: str
    queue: str
    """Empty when the broker does not tell whose they are; `queues` are then those that they may be of."""
    queues: tuple[str, ...]
    consumer_tag: str
    channel_name: str
    connection_name: str
    client_name: str
    """What the client calls itself."""
    user: str
    messages: int
    message_bytes: int | None = None
    since: datetime | None = None
    """None: the broker does not tell."""


@dataclass(slots=True, frozen=True)
class Holders:
    holders: tuple[Holder, ...]
    """Most messages first."""
    unacked: int
    """As the queues count them."""
    is_exact: bool
    """False: worked out from what channels and consumers tell."""
    queues_asked: int = 0
    queues_left: int = 0
    """With unacked messages, whose holders were not asked for."""

    @property
    def known(self) -> int:
        """Messages whose holder is known."""
        return sum(holder.messages for holder in self.holders)


def of_queue(client: BrokerClient, vhost: str, name: str) -> Holders:
    """Who holds messages of one queue. Raises ClientError."""
    queue = client.queue(vhost, name)
    clients = client.connections()
    if client.overview().capabilities.unacked:
        return _exact([queue], client, clients, left=0)
    found = estimated(client.channels(), client.consumers(vhost), clients)
    mine = tuple(each for each in found if each.vhost == vhost and name in each.queues)
    return Holders(mine, queue.messages_unacknowledged, is_exact=False)


def of_broker(client: BrokerClient) -> Holders:
    """Who holds messages of any queue. Raises ClientError."""
    queues = sorted(client.queues(), key=lambda queue: -queue.messages_unacknowledged)
    holding = [queue for queue in queues if queue.messages_unacknowledged]
    clients = client.connections()
    if client.overview().capabilities.unacked:
        return _exact(holding[:QUEUES_ASKED], client, clients, left=max(0, len(holding) - QUEUES_ASKED))
    unacked = sum(queue.messages_unacknowledged for queue in holding)
    return Holders(tuple(estimated(client.channels(), client.consumers(), clients)), unacked, is_exact=False)


def estimated(
    channels: Iterable[Channel], consumers: Iterable[Consumer], connections: Iterable[Connection]
) -> list[Holder]:
    """One row for each channel that has unacked messages, as the broker tells only those."""
    names = {each.name: each.client_name for each in connections}
    reading: dict[str, list[Consumer]] = defaultdict(list)
    for consumer in consumers:
        if consumer.ack_required:
            reading[consumer.channel_name].append(consumer)
    found = [
        _of_channel(channel, reading.get(channel.name, ()), names.get(channel.connection_name, ""))
        for channel in channels
        if channel.messages_unacknowledged
    ]
    return sorted(found, key=lambda holder: -holder.messages)


def _of_channel(channel: Channel, consumers: Sequence[Consumer], client_name: str) -> Holder:
    queues = tuple(sorted({consumer.queue for consumer in consumers}))
    return Holder(
        vhost=channel.vhost,
        queue=queues[0] if len(queues) == 1 else "",
        queues=queues,
        consumer_tag=consumers[0].tag if len(consumers) == 1 else "",
        channel_name=channel.name,
        connection_name=channel.connection_name,
        client_name=client_name,
        user=channel.user,
        messages=channel.messages_unacknowledged,
    )


def _exact(queues: Sequence[Queue], client: BrokerClient, connections: Iterable[Connection], left: int) -> Holders:
    names = {each.name: each for each in connections}
    found = [
        _holder(held, names)
        for queue in queues
        if queue.messages_unacknowledged
        for held in client.unacked(queue.vhost, queue.name)
    ]
    found.sort(key=lambda holder: -holder.messages)
    unacked = sum(queue.messages_unacknowledged for queue in queues)
    return Holders(tuple(found), unacked, is_exact=True, queues_asked=len(queues), queues_left=left)


def _holder(held: Held, connections: dict[str, Connection]) -> Holder:
    connection = connections.get(held.connection_name)
    return Holder(
        vhost=held.vhost,
        queue=held.queue,
        queues=(held.queue,),
        consumer_tag=held.consumer_tag,
        channel_name=held.channel_name,
        connection_name=held.connection_name,
        client_name=connection.client_name if connection else "",
        user=held.user or (connection.user if connection else ""),
        messages=held.messages,
        message_bytes=held.message_bytes,
        since=held.since,
    )
