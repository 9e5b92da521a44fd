"""What is looked at as the plain values that travel to browsers: numbers raw, words as they are shown."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from brokerctl.clients.models import Channel, Connection, Node, Vhost
from dashboard.live.protocol import Data
from dashboard.looks import shapes
from dashboard.looks.holders import Holders
from dashboard.looks.kinds import (
    ChannelLook,
    ConnectionLook,
    ConsumersLook,
    ExchangeLook,
    NodeLook,
    NodesLook,
    QueueLook,
    VhostLook,
    VhostsLook,
)
from dashboard.looks.shapes import within

Scope = Set[str] | None


def connections(found: tuple[Connection, ...], scope: Scope) -> Data:
    mine = within(found, scope)
    return {
        "shape": shapes.of_list(mine),
        "count": len(mine),
        "rows": {shapes.key(each.name): _connection(each) for each in mine},
    }


def _connection(each: Connection) -> Data:
    traffic = each.traffic
    return {
        "connection_state": each.state,
        "channels": each.channels,
        "received": traffic.received_bytes,
        "sent": traffic.sent_bytes,
        "from": _round(traffic.receive_rate),
        "to": _round(traffic.send_rate),
    }


def connection(found: ConnectionLook, scope: Scope) -> Data | None:
    if not _is_seen(found.connection.vhost, scope):
        return None
    own = _connection(found.connection)
    rows = {shapes.key(each.name): _channel(each) for each in found.channels}
    unacked = sum(each.messages_unacknowledged for each in found.channels)
    return {"shape": shapes.of_connection(found), **own, "unacked": unacked, "rows": rows}


def channels(found: tuple[Channel, ...], scope: Scope) -> Data:
    mine = within(found, scope)
    return {
        "shape": shapes.of_list(mine),
        "count": len(mine),
        "unacked": sum(each.messages_unacknowledged for each in mine),
        "rows": {shapes.key(each.name): _channel(each) for each in mine},
    }


def _channel(each: Channel) -> Data:
    rates = each.rates
    return {
        "channel_state": each.state,
        "consumers": each.consumers,
        "prefetch": each.prefetch,
        "unacked": each.messages_unacknowledged,
        "unconfirmed": each.messages_unconfirmed,
        "uncommitted": each.messages_uncommitted,
        "acks_uncommitted": each.acks_uncommitted,
        "publish": _round(rates.publish),
        "confirm": _round(rates.confirm),
        "deliver": _round(rates.deliver_get),
        "ack": _round(rates.ack),
        "redeliver": _round(rates.redeliver),
        "returned": _round(rates.return_unroutable),
        "dropped": _round(rates.drop_unroutable),
    }


def channel(found: ChannelLook, scope: Scope) -> Data | None:
    if not _is_seen(found.channel.vhost, scope):
        return None
    return {"shape": shapes.of_channel(found), **_channel(found.channel)}


def consumers(found: ConsumersLook, scope: Scope) -> Data:
    mine = within(found.consumers, scope)
    rows = {shapes.consumer_key(each): {"activity": each.activity, "prefetch": each.prefetch} for each in mine}
    return {"shape": shapes.of_list(mine), "count": len(mine), "rows": rows}


def bindings(found: tuple[Any, ...], scope: Scope) -> Data:
    mine = within(found, scope)
    return {"shape": shapes.of_list(mine), "count": len(mine), "rows": {shapes.binding_key(each): {} for each in mine}}


def vhosts(found: VhostsLook, scope: Scope) -> Data:
    mine = [each for each in found.vhosts if _is_seen(each.name, scope)]
    return {
        "shape": shapes.of_list(mine),
        "count": len(mine),
        "rows": {shapes.key(each.name): _vhost(each) for each in mine},
    }


def vhost(found: VhostLook, scope: Scope) -> Data:
    return {"shape": shapes.of_vhost(found), **_vhost(found.vhost)}


def _vhost(each: Vhost) -> Data:
    rates, traffic = each.rates, each.traffic
    return {
        "ready": each.messages_ready,
        "unacked": each.messages_unacknowledged,
        "total": each.messages_ready + each.messages_unacknowledged,
        "publish": _round(rates.publish),
        "deliver": _round(rates.deliver_get),
        "ack": _round(rates.ack),
        "from": _round(traffic.receive_rate),
        "to": _round(traffic.send_rate),
    }


def nodes(found: NodesLook, scope: Scope) -> Data:
    return {
        "shape": shapes.of_nodes(found),
        "count": len(found.nodes),
        "rows": {shapes.key(each.name): _node(each) for each in found.nodes},
        "of_connections": found.overview.connections,
        "of_channels": found.overview.channels,
        "of_consumers": found.overview.consumers,
        "of_queues": found.overview.queues,
        "of_exchanges": found.overview.exchanges,
        "from": found.traffic.receive_rate,
        "to": found.traffic.send_rate,
        **{f"of_{name}": value for name, value in found.overview.rates.items()},
    }


def node(found: NodeLook, scope: Scope) -> Data:
    return {"shape": shapes.of_node(found), **_node(found.details.node)}


def _node(each: Node) -> Data:
    return {
        "memory": each.memory_used_bytes,
        "disk": each.disk_free_bytes,
        "files": each.files_used,
        "sockets": each.sockets_used,
        "processes": each.processes_used,
        "run_queue": each.run_queue,
        "processor": each.processor_share,
        "uptime": each.uptime_seconds and int(each.uptime_seconds),
    }


def unacked(found: Holders, scope: Scope) -> Data:
    mine = within(found.holders, scope)
    return {
        "shape": shapes.of_holders(found, mine),
        "held": sum(each.messages for each in mine),
        "rows": {
            shapes.holder_key(each): {
                "messages": each.messages,
                "bytes": each.message_bytes,
                "since": each.since and round(each.since.timestamp()),
            }
            for each in mine
        },
    }


def queue(found: QueueLook, scope: Scope) -> Data:
    details = found.details
    counts = {f"messages_{name}": count for name, count in details.messages.items()}
    sizes = {f"bytes_{name}": count for name, count in details.message_bytes.items()}
    return {
        "shape": shapes.of_queue(found),
        **counts,
        **sizes,
        "memory": details.memory_bytes,
        "oldest_ready": details.oldest_ready_seconds,
        "oldest_unacked": details.oldest_unacked_seconds,
        "publishers": details.publishers,
        "segments": details.segments,
    }


def exchange(found: ExchangeLook, scope: Scope) -> Data:
    details = found.details
    return {
        "shape": shapes.of_exchange(found),
        "outgoing": len(found.outgoing),
        "incoming": len(found.incoming),
        "in": _round(details.rate_in),
        "out": _round(details.rate_out),
    }


def _is_seen(vhost: str, scope: Scope) -> bool:
    return scope is None or vhost in scope


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
