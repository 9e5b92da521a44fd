"""/api/channels."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Channel
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def channels(http: Http) -> list[Channel]:
    """GET /api/channels."""
    return [parse(item) for item in http.get_list("channels")]


def channel(http: Http, name: str) -> Channel:
    """GET /api/channels/name."""
    return parse(http.get_object("channels", name))


def connection_channels(http: Http, connection: str) -> list[Channel]:
    """GET /api/connections/name/channels."""
    return [parse(item) for item in http.get_list("connections", connection, "channels")]


def parse(item: Json) -> Channel:
    return Channel(
        name=read.text(item, "name"),
        number=read.number(item, "number"),
        vhost=read.text(item, "vhost"),
        user=read.text(item, "user"),
        connection_name=read.text(read.table(item, "connection_details"), "name"),
        consumers=read.number(item, "consumer_count"),
        messages_unacknowledged=read.number(item, "messages_unacknowledged"),
        prefetch=read.number(item, "prefetch_count"),
        confirm=read.flag(item, "confirm"),
    )
