"""What the map needs beyond the snapshot: bindings, consumers, who publishes where. Asked only while somebody looks.

A broker is asked six lists, and for each of its busiest exchanges who publishes to it, if it counts that at all.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from brokerctl.clients.base import Address, BrokerClient
from brokerctl.clients.models import Binding, Channel, Consumer, Exchange, Policy
from brokerctl.errors import ObjectNotFound, PermissionDenied

EXCHANGES_ASKED = 20
"""For their publishers; those with the most messages since the last time."""

TRIES = 3
"""When this many busy exchanges have no publishers, the broker does not count them, and is not asked on."""

REMEMBERED_BROKERS = 64
LONGEST_GAP_SECONDS = 30.0
"""Two counts further apart than this make no rate of now."""


@dataclass(slots=True, frozen=True)
class Publishing:
    """One channel at one exchange."""

    vhost: str
    exchange: str
    channel: str
    count: int
    rate: float | None = None


@dataclass(slots=True, frozen=True)
class Wires:
    bindings: tuple[Binding, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    channels: tuple[Channel, ...] = ()
    clients: tuple[tuple[str, str], ...] = ()
    """What clients call themselves, by connection."""
    exchanges: tuple[Exchange, ...] = ()
    policies: tuple[Policy, ...] = ()
    """Of exchanges, for their alternates; empty when our user may not see them."""
    publishings: tuple[Publishing, ...] | None = None
    """None: the broker does not count who publishes where, or nobody does."""

    def only(self, vhosts: Set[str] | None) -> Wires:
        if vhosts is None:
            return self
        return replace(
            self,
            bindings=tuple(each for each in self.bindings if each.vhost in vhosts),
            consumers=tuple(each for each in self.consumers if each.vhost in vhosts),
            channels=tuple(each for each in self.channels if each.vhost in vhosts),
            exchanges=tuple(each for each in self.exchanges if each.vhost in vhosts),
            policies=tuple(each for each in self.policies if each.vhost in vhosts),
            publishings=self.publishings and tuple(each for each in self.publishings if each.vhost in vhosts),
        )


@dataclass(slots=True, frozen=True)
class _Counted:
    at: float
    exchanges: dict[tuple[str, str], int]
    publishings: dict[tuple[str, str, str], int]
    channels: dict[str, int]


_before: OrderedDict[Address, _Counted] = OrderedDict()
"""What each broker said the last time."""
_lock = threading.Lock()


def ask(client: BrokerClient) -> Wires:
    """Everything, now. Raises ClientError."""
    exchanges = client.exchanges()
    with _lock:
        before = _before.get(client.address)
    publishings = _publishings(client, exchanges, before)
    channels = client.channels()
    now = time.monotonic()
    with _lock:
        _before[client.address] = _Counted(
            now,
            {(each.vhost, each.name): each.publish_in for each in exchanges},
            {(each.vhost, each.exchange, each.channel): each.count for each in publishings or ()},
            {each.name: each.counters.publish for each in channels},
        )
        _before.move_to_end(client.address)
        while len(_before) > REMEMBERED_BROKERS:
            _before.popitem(last=False)
    return Wires(
        bindings=tuple(client.bindings()),
        consumers=tuple(client.consumers()),
        channels=tuple(_moving(each, before, now) for each in channels),
        clients=tuple((each.name, each.client_name) for each in client.connections()),
        exchanges=tuple(exchanges),
        policies=_policies(client),
        publishings=None if publishings is None else tuple(with_rates(publishings, before, now)),
    )


def _moving(channel: Channel, before: _Counted | None, now: float) -> Channel:
    """With a rate from our two counts where the broker says 0 and yet its count grew: between two of its samples
    RabbitMQ does."""
    known = before.channels.get(channel.name) if before else None
    rate = _rate(known, channel.counters.publish, before, now)
    if channel.rates.publish or not rate:
        return channel
    return replace(channel, rates=replace(channel.rates, publish=rate))


def with_rates(publishings: Iterable[Publishing], before: _Counted | None, now: float) -> list[Publishing]:
    """Rates from this count and the last one, where they are close enough together."""
    known = before.publishings if before else {}
    return [
        replace(each, rate=_rate(known.get((each.vhost, each.exchange, each.channel)), each.count, before, now))
        for each in publishings
    ]


def _rate(known: int | None, count: int, before: _Counted | None, now: float) -> float | None:
    if known is None or known > count or before is None or not 0 < now - before.at < LONGEST_GAP_SECONDS:
        return None
    return (count - known) / (now - before.at)


def _publishings(client: BrokerClient, exchanges: list[Exchange], before: _Counted | None) -> list[Publishing] | None:
    known = before.exchanges if before else {}
    busy = sorted(
        (each for each in exchanges if each.publish_in),
        key=lambda each: (known.get((each.vhost, each.name), 0) - each.publish_in, -each.publish_in),
    )
    found: list[Publishing] = []
    for number, exchange in enumerate(busy[:EXCHANGES_ASKED]):
        if number == TRIES and not found:
            break
        try:
            publishers = client.exchange_publishers(exchange.vhost, exchange.name)
        except ObjectNotFound:
            # Deleted a moment ago.
            continue
        found += [Publishing(exchange.vhost, exchange.name, each.channel_name, each.publish) for each in publishers]
    return found or None


def _policies(client: BrokerClient) -> tuple[Policy, ...]:
    try:
        return tuple(each for each in client.policies() if "alternate-exchange" in each.definition)
    except PermissionDenied:
        # Needs the tag policymaker; then alternates by policy are not drawn.
        return ()
