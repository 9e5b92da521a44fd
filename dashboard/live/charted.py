"""What the charts of looked-at things show: which numbers, and where the broker keeps their past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from brokerctl.metrics.series import Series, Values
from dashboard.looks.kinds import (
    CHANNEL,
    CONNECTION,
    EXCHANGE,
    NODE,
    VHOST,
    ChannelLook,
    ConnectionLook,
    ExchangeLook,
    NodeLook,
    VhostLook,
)
from dashboard.looks.look import Names

CHURN = (
    *("connection_created", "connection_closed", "channel_created", "channel_closed"),
    *("queue_declared", "queue_created", "queue_deleted"),
)


@dataclass(slots=True, frozen=True)
class Charted:
    """`keys` are the columns, as the broker calls them; static/js/elements/rate-chart.js draws some of them."""

    folder: str
    keys: tuple[str, ...]
    measure: Callable[[Any], Values]


def _connection(look: ConnectionLook) -> Values:
    traffic = look.connection.traffic
    return traffic.receive_rate, traffic.send_rate


def _channel(look: ChannelLook) -> Values:
    rates = look.channel.rates
    return rates.publish, rates.confirm, rates.deliver_get, rates.ack, rates.redeliver


def _vhost(look: VhostLook) -> Values:
    vhost = look.vhost
    rates, traffic = vhost.rates, vhost.traffic
    lengths = vhost.messages_ready, vhost.messages_unacknowledged
    return *lengths, rates.publish, rates.deliver_get, rates.ack, traffic.receive_rate, traffic.send_rate


def _node(look: NodeLook) -> Values:
    node, rates = look.details.node, look.details.rates
    gauges = node.memory_used_bytes, node.disk_free_bytes, node.files_used, node.sockets_used, node.processes_used
    churn = (rates.get(name, look.overview.churn.get(name)) for name in CHURN)
    return (*gauges, *churn)


def _exchange(look: ExchangeLook) -> Values:
    return look.details.rate_in, look.details.rate_out


CHARTED = {
    CONNECTION.name: Charted("connections", ("recv_oct", "send_oct"), _connection),
    CHANNEL.name: Charted(
        "channels",
        tuple(f"message_stats.{name}" for name in ("publish", "confirm", "deliver_get", "ack", "redeliver")),
        _channel,
    ),
    VHOST.name: Charted(
        "vhosts",
        (
            *("messages_ready", "messages_unacknowledged"),
            *(f"message_stats.{name}" for name in ("publish", "deliver_get", "ack")),
            *("recv_oct", "send_oct"),
        ),
        _vhost,
    ),
    EXCHANGE.name: Charted("exchanges", ("message_stats.publish_in", "message_stats.publish_out"), _exchange),
    NODE.name: Charted("nodes", ("mem_used", "disk_free", "fd_used", "sockets_used", "proc_used", *CHURN), _node),
}


def past(client: BrokerClient, kind: str, names: Names, until: float) -> Series:
    """A series with what the broker kept before second `until`; an empty one where it keeps nothing for our user."""
    charted = CHARTED[kind]
    series = Series(len(charted.keys))
    try:
        moments = client.history((charted.folder, *names), charted.keys)
    except ClientError:
        # The look itself was answered: without a past the chart begins now.
        return series
    for moment in moments:
        if moment.at < until:
            series.add(moment.at, moment.values)
    return series
