"""/api/consumers."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Consumer
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def consumers(http: Http, vhost: str | None) -> list[Consumer]:
    """GET /api/consumers[/vhost]."""
    found = http.get_list("consumers") if vhost is None else http.get_list("consumers", vhost)
    return [parse(item) for item in found]


def cancel(http: Http, consumer: Consumer) -> None:
    """DELETE /api/consumers/vhost/connection/channel/tag, of LavinMQ only."""
    path = (consumer.vhost, consumer.connection_name, str(consumer.channel_number), consumer.tag)
    http.delete("consumers", *path)


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
        activity=read.text(item, "activity_status"),
        channel_number=read.number(channel, "number"),
        arguments=read.table(item, "arguments"),
        timeout_ms=read.optional_number(item, "consumer_timeout"),
    )
