"""What the charts of looked-at things show: which numbers, and where the broker keeps their past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brokerctl.clients.base import BrokerClient
from brokerctl.errors import ClientError
from brokerctl.metrics.series import GRAINS, Point, Series, Values
from dashboard.looks.kinds import (
    CHANNEL,
    CONNECTION,
    EXCHANGE,
    NODE,
    NODES,
    VHOST,
    ChannelLook,
    ConnectionLook,
    ExchangeLook,
    NodeLook,
    NodesLook,
    VhostLook,
)
from dashboard.looks.look import Look, Names

TABLE_GRAIN = "10m"
"""What every RabbitMQ keeps of everything."""
TABLE_STEP_SECONDS = round(GRAINS[TABLE_GRAIN].step_seconds)


@dataclass(slots=True, frozen=True)
class Column:
    """`key` is what the broker calls it, `format` 'number', 'rate', 'bytes' or 'speed', which is bytes per second."""

    key: str
    title: str
    format: str

    @property
    def heading(self) -> str:
        """With the unit, so that the numbers below it are bare."""
        return f"{self.title}/s" if self.format in ("rate", "speed") else self.title


@dataclass(slots=True, frozen=True)
class Charted:
    """static/js/chart-kinds.js draws some of the columns, by their places."""

    folder: str
    columns: tuple[Column, ...]
    measure: Callable[[Any], Values]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)


CHURN = (
    Column("connection_created", "Connections opened", "rate"),
    Column("connection_closed", "Connections closed", "rate"),
    Column("channel_created", "Channels opened", "rate"),
    Column("channel_closed", "Channels closed", "rate"),
    Column("queue_declared", "Queues declared", "rate"),
    Column("queue_created", "Queues created", "rate"),
    Column("queue_deleted", "Queues deleted", "rate"),
)
LENGTHS = (
    Column("messages_ready", "Ready", "number"),
    Column("messages_unacknowledged", "Unacked", "number"),
)
TRAFFIC = (Column("recv_oct", "From clients", "speed"), Column("send_oct", "To clients", "speed"))
OF_BROKER = {
    "confirm": "Confirmed",
    "return_unroutable": "Returned",
    "drop_unroutable": "Dropped",
    "get": "Got",
    "get_no_ack": "Got, no ack",
    "get_empty": "Got nothing",
    "redeliver": "Redelivered",
    "disk_reads": "Read from disk",
    "disk_writes": "Written to disk",
}
"""Those rates of a broker that its samples in the database do not have."""


def _messages(**titles: str) -> tuple[Column, ...]:
    """Rates of messages, by what they count."""
    return tuple(Column(f"message_stats.{name}", title, "rate") for name, title in titles.items())


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
    churn = (rates.get(each.key, look.overview.churn.get(each.key)) for each in CHURN)
    return (*gauges, *churn)


def _nodes(look: NodesLook) -> Values:
    return tuple(look.overview.rates.get(name) for name in OF_BROKER)


def _exchange(look: ExchangeLook) -> Values:
    return look.details.rate_in, look.details.rate_out


CHARTED = {
    CONNECTION.name: Charted("connections", TRAFFIC, _connection),
    CHANNEL.name: Charted(
        "channels",
        _messages(publish="Publish", confirm="Confirm", deliver_get="Deliver", ack="Ack", redeliver="Redelivered"),
        _channel,
    ),
    VHOST.name: Charted(
        "vhosts",
        (*LENGTHS, *_messages(publish="In", deliver_get="Out", ack="Ack"), *TRAFFIC),
        _vhost,
    ),
    EXCHANGE.name: Charted("exchanges", _messages(publish_in="In", publish_out="Out"), _exchange),
    NODES.name: Charted("overview", _messages(**OF_BROKER), _nodes),
    NODE.name: Charted(
        "nodes",
        (
            Column("mem_used", "Memory", "bytes"),
            Column("disk_free", "Disk free", "bytes"),
            Column("fd_used", "File descriptors", "number"),
            Column("sockets_used", "Sockets", "number"),
            Column("proc_used", "Erlang processes", "number"),
            *CHURN,
        ),
        _node,
    ),
}


def past(client: BrokerClient, kind: str, names: Names, until: float) -> Series:
    """A series with what the broker kept before second `until`; an empty one where it keeps nothing for our user."""
    charted = CHARTED[kind]
    series = Series(len(charted.columns))
    try:
        moments = client.history((charted.folder, *names), charted.keys)
    except ClientError:
        # The look itself was answered: without a past the chart begins now.
        return series
    for moment in moments:
        if moment.at < until:
            series.add(moment.at, moment.values)
    return series


def table(client: BrokerClient, kind: str, names: Names, seen: Look[Any]) -> list[Point]:
    """The last ten minutes every TABLE_STEP_SECONDS, as far as they are known, oldest first; at least what was seen."""
    at = seen.taken_at.timestamp()
    series = past(client, kind, names, at)
    series.add(at, CHARTED[kind].measure(seen.value))
    return [point for point in series.points(TABLE_GRAIN) if any(value is not None for value in point[1])]
