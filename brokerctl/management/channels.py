"""Channels: lists, and one channel with its consumers. None can be closed over HTTP, as with RabbitMQ."""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.responses import Response

from brokerctl.core.channel import Channel
from brokerctl.management import auth, connections, paging, readings, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.consumers import row as consumer_row
from brokerctl.management.door import ConnectionState
from brokerctl.management.errors import absent, not_authorised
from brokerctl.management.render import ABSENT, Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json


class Open(NamedTuple):
    """A channel and the connection it is on."""

    channel: Channel
    connection: ConnectionState

    @property
    def name(self) -> str:
        return f"{self.connection.name} ({self.channel.number})"


def _message_stats(found: Open, call: Call) -> Any:
    numbers = readings.of_channel(found.channel)
    return call.rates.both(found.channel, readings.MESSAGES, numbers) if any(numbers) else ABSENT


def _idle_since(found: Open, call: Call) -> Any:
    return call.idle_since(found.channel) or ABSENT


def _unconfirmed(found: Open, call: Call) -> int:
    confirms = found.channel.confirms
    return confirms.unconfirmed if confirms is not None else 0


def _uncommitted(found: Open) -> tuple[int, int]:
    """Publishes and acks that wait for tx.commit."""
    transaction = found.channel.transaction
    return (0, 0) if transaction is None else (len(transaction.published), transaction.acks)


FIELDS: Fields[Open] = {
    "name": lambda found, call: found.name,
    "number": lambda found, call: found.channel.number,
    "node": lambda found, call: call.node,
    "vhost": lambda found, call: found.connection.vhost,
    "user": lambda found, call: found.connection.user,
    "user_who_performed_action": lambda found, call: found.connection.user,
    "state": lambda found, call: "running",
    "connection_details": lambda found, call: {
        "name": found.connection.name,
        "peer_host": found.connection.peer_host,
        "peer_port": found.connection.peer_port,
    },
    "transactional": lambda found, call: found.channel.transaction is not None,
    "messages_uncommitted": lambda found, call: _uncommitted(found)[0],
    "acks_uncommitted": lambda found, call: _uncommitted(found)[1],
    "confirm": lambda found, call: found.channel.confirms is not None,
    "prefetch_count": lambda found, call: found.channel.prefetch,
    "global_prefetch_count": lambda found, call: found.channel.global_prefetch,
    "consumer_count": lambda found, call: len(found.channel.consumers),
    "messages_unacknowledged": lambda found, call: len(found.channel.unacked),
    "messages_unconfirmed": _unconfirmed,
    "message_stats": _message_stats,
    "idle_since": _idle_since,
}

DETAILED_FIELDS: Fields[Open] = {
    **FIELDS,
    "consumer_details": lambda found, call: [
        consumer_row(consumer, call, None) for consumer in found.channel.consumers.values()
    ],
    "publishes": lambda found, call: [
        {"stats": {"publish": count}, "exchange": {"name": exchange.name, "vhost": exchange.vhost}}
        for exchange, count in found.channel.published.items()
    ],
    # Per queue RabbitMQ counts in rates mode "detailed" only; this is its answer in "basic".
    "deliveries": lambda found, call: [],
}

ROW = render.row_of(FIELDS)
DETAILED_ROW = render.row_of(DETAILED_FIELDS)


def details(found: Open) -> Json:
    """How a channel is named beside what it does elsewhere."""
    connection = found.connection
    return {
        "name": found.name,
        "number": found.channel.number,
        "user": connection.user,
        "connection_name": connection.name,
        "peer_host": connection.peer_host,
        "peer_port": connection.peer_port,
    }


def of(found: list[ConnectionState]) -> list[Open]:
    return [
        Open(connection.peer.channels[number], connection)
        for connection in found
        for number in sorted(connection.peer.channels)
    ]


async def list_all(call: Call) -> Response:
    call.require_stats()
    is_of_vhost = "vhost" in call.request.path_params
    found = of(connections.visible(call))
    return await paging.listing(call, found, ROW, None if is_of_vhost else lambda channel: channel.name)


async def list_of_connection(call: Call) -> Response:
    return await paging.listing(call, of([connections.known(call)]), ROW)


async def show(call: Call) -> Response:
    call.require_stats()
    name = call.name("channel")
    found = next((channel for channel in of(call.door.connections()) if channel.name == name), None)
    if found is None:
        raise absent()
    if not auth.is_monitor(call.user) and found.connection.user != call.user.name:
        raise not_authorised("User not authorised to access object")
    return await render.one(call, found, DETAILED_ROW)


RESOURCES = [
    resource("/channels", get=(Level.MANAGEMENT, list_all)),
    resource("/vhosts/{vhost}/channels", get=(Level.VHOST, list_all)),
    resource("/connections/{connection}/channels", get=(Level.MANAGEMENT, list_of_connection)),
    resource("/channels/{channel}", get=(Level.MANAGEMENT, show)),
]
