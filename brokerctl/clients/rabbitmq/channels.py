"""/api/channels."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Channel, Consumer
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.consumers import parse as parse_consumer
from brokerctl.clients.rabbitmq.read import Json


def channels(http: Http) -> list[Channel]:
    """GET /api/channels."""
    return [parse(item) for item in http.get_list("channels")]


def channel(http: Http, name: str) -> Channel:
    """GET /api/channels/name."""
    return parse(http.get_object("channels", name))


def channel_with_consumers(http: Http, name: str) -> tuple[Channel, list[Consumer]]:
    """GET /api/channels/name, with its consumer_details."""
    item = http.get_object("channels", name)
    return parse(item), [parse_consumer(each) for each in read.items(item, "consumer_details")]


def connection_channels(http: Http, connection: str) -> list[Channel]:
    """GET /api/connections/name/channels."""
    return [parse(item) for item in http.get_list("connections", connection, "channels")]


def parse(item: Json) -> Channel:
    name, connection = read.text(item, "name"), read.table(item, "connection_details")
    return Channel(
        name=name,
        number=read.number(item, "number"),
        vhost=read.text(item, "vhost"),
        user=read.text(item, "user"),
        # RabbitMQ tells of a channel, "127.0.0.1:5000 -> 127.0.0.1:5672 (1)", a moment before it tells whose it is.
        connection_name=read.text(connection, "name") or name.rpartition(" (")[0],
        consumers=read.number(item, "consumer_count"),
        messages_unacknowledged=read.number(item, "messages_unacknowledged"),
        prefetch=read.number(item, "prefetch_count"),
        confirm=read.flag(item, "confirm"),
        node=read.text(item, "node"),
        state=read.text(item, "state"),
        transactional=read.flag(item, "transactional"),
        global_prefetch=read.number(item, "global_prefetch_count"),
        messages_unconfirmed=read.number(item, "messages_unconfirmed"),
        messages_uncommitted=read.number(item, "messages_uncommitted"),
        acks_uncommitted=read.number(item, "acks_uncommitted"),
        pending_raft_commands=read.optional_number(item, "pending_raft_commands"),
        cached_segments=read.optional_number(item, "cached_segments"),
        peer_host=read.text(connection, "peer_host"),
        peer_port=read.number(connection, "peer_port"),
        counters=read.counters(item),
        rates=read.rates(item),
    )
