"""/api/consumers, /api/channels, /api/connections."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Channel, Connection, Consumer
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def consumers(http: Http, vhost: str | None) -> list[Consumer]:
    """GET /api/consumers[/vhost]."""
    found = http.get_list("consumers") if vhost is None else http.get_list("consumers", vhost)
    return [parse(item) for item in found]


def channels(http: Http) -> list[Channel]:
    """GET /api/channels."""
    return [
        Channel(
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
        for item in http.get_list("channels")
    ]


def connections(http: Http) -> list[Connection]:
    """GET /api/connections."""
    return [
        Connection(
            name=read.text(item, "name"),
            vhost=read.text(item, "vhost"),
            user=read.text(item, "user"),
            state=read.text(item, "state"),
            channels=read.number(item, "channels"),
            peer_host=read.text(item, "peer_host"),
            peer_port=read.number(item, "peer_port"),
            client_name=_client_name(read.table(item, "client_properties")),
            connected_at=read.milliseconds(item, "connected_at"),
            tls=read.flag(item, "ssl"),
            protocol=read.text(item, "protocol"),
        )
        for item in http.get_list("connections")
    ]


def close_connection(http: Http, name: str, reason: str) -> None:
    """DELETE /api/connections/name. The reason travels in a header, so it is kept to one line of Latin-1."""
    line = " ".join(reason.split()).encode("latin-1", "replace").decode("latin-1")
    http.delete("connections", name, headers={"X-Reason": line})


def parse(item: Json) -> Consumer:
    queue, channel = read.table(item, "queue"), read.table(item, "channel_details")
    return Consumer(
        vhost=read.text(queue, "vhost"),
        queue=read.text(queue, "name"),
        tag=read.text(item, "consumer_tag"),
        ack_required=read.flag(item, "ack_required"),
        exclusive=read.flag(item, "exclusive"),
        prefetch=read.number(item, "prefetch_count"),
        active=item.get("active", True) is True,
        channel_name=read.text(channel, "name"),
        connection_name=read.text(channel, "connection_name"),
        peer_host=read.text(channel, "peer_host"),
        user=read.text(channel, "user"),
    )


def _client_name(properties: Json) -> str:
    return read.text(properties, "connection_name") or read.text(properties, "product")
