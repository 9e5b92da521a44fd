"""/api/queues/vhost/name/unacked, of the embedded broker and of LavinMQ."""

from __future__ import annotations

from datetime import UTC, datetime

from brokerctl.clients.details import Held
from brokerctl.clients.http import Http
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def of_queue(http: Http, vhost: str, name: str) -> list[Held]:
    """Per consumer. LavinMQ does not know the parameter and answers a row for each message: they are put together."""
    found: dict[tuple[str, str], Held] = {}
    now = datetime.now(UTC)
    for item in http.get_list("queues", vhost, name, "unacked", params={"group_by": "consumer"}):
        held = _parse(item, vhost, name, now)
        key = held.channel_name, held.consumer_tag
        found[key] = _together(found[key], held) if key in found else held
    return sorted(found.values(), key=lambda held: -held.messages)


def _parse(item: Json, vhost: str, name: str, now: datetime) -> Held:
    return Held(
        vhost=vhost,
        queue=name,
        consumer_tag=read.text(item, "consumer_tag"),
        channel_name=read.text(item, "channel_name"),
        connection_name=read.text(item, "connection_name"),
        user=read.text(item, "user"),
        messages=read.number(item, "messages", 1),
        message_bytes=read.optional_number(item, "message_bytes"),
        since=read.since(item, "unacked_for_seconds", now),
    )


def _together(one: Held, other: Held) -> Held:
    moments = [held.since for held in (one, other) if held.since is not None]
    return Held(
        one.vhost,
        one.queue,
        one.consumer_tag,
        one.channel_name,
        one.connection_name,
        one.user,
        one.messages + other.messages,
        since=min(moments, default=None),
    )
