"""Consumers: who reads which queue. None can be cancelled over HTTP, as with RabbitMQ."""

from __future__ import annotations

from starlette.responses import Response

from brokerctl.core.consumers import Consumer
from brokerctl.management import auth, paging, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json, to_json

WAITING = "waiting"


def _channel_details(consumer: Consumer, call: Call) -> Json:
    channel = consumer.channel
    peer = channel.peer
    # A connection's name is "peer host:port -> our host:port" (door.ConnectionState).
    host, _, port = peer.name.partition(" -> ")[0].rpartition(":")
    return {
        "name": f"{peer.name} ({channel.number})",
        "number": channel.number,
        "connection_name": peer.name,
        "node": call.node,
        "peer_host": host,
        "peer_port": int(port) if port.isdecimal() else 0,
        "user": peer.user,
    }


def _status(consumer: Consumer) -> str:
    queue = consumer.queue
    if not queue.rules.is_single_active:
        return "up"
    return "single_active" if queue.consumers[0] is consumer else WAITING


FIELDS: Fields[Consumer] = {
    "consumer_tag": lambda consumer, call: consumer.tag,
    "queue": lambda consumer, call: {"name": consumer.queue.name, "vhost": consumer.queue.vhost},
    "channel_details": _channel_details,
    "ack_required": lambda consumer, call: consumer.needs_ack,
    "exclusive": lambda consumer, call: consumer.is_exclusive,
    "prefetch_count": lambda consumer, call: consumer.prefetch,
    "active": lambda consumer, call: _status(consumer) != WAITING,
    "activity_status": lambda consumer, call: _status(consumer),
    "arguments": lambda consumer, call: to_json(consumer.arguments),
}

row = render.row_of(FIELDS)


async def list_all(call: Call) -> Response:
    call.require_stats()
    sees_all = auth.is_monitor(call.user)
    found = [
        consumer
        for vhost in call.listed_vhosts()
        for name in sorted(vhost.queues)
        for consumer in vhost.queues[name].consumers
        if sees_all or consumer.channel.peer.user == call.user.name
    ]
    return await paging.listing(call, found, row)


RESOURCES = [
    resource("/consumers", get=(Level.MANAGEMENT, list_all)),
    resource("/consumers/{vhost}", get=(Level.VHOST, list_all)),
]
