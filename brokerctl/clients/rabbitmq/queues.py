"""/api/queues: list, one, declare, delete, purge."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Arguments, Consumer, Queue
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.consumers import parse as parse_consumer
from brokerctl.clients.rabbitmq.read import Json


def queues(http: Http, vhost: str | None) -> list[Queue]:
    """GET /api/queues[/vhost]."""
    found = http.get_list("queues") if vhost is None else http.get_list("queues", vhost)
    return [parse(item) for item in found]


def queue(http: Http, vhost: str, name: str) -> Queue:
    """GET /api/queues/vhost/name."""
    return parse(http.get_object("queues", vhost, name))


def pause(http: Http, vhost: str, name: str) -> None:
    """PUT /api/queues/vhost/name/pause, of LavinMQ and the embedded broker."""
    http.put("queues", vhost, name, "pause", body={})


def resume(http: Http, vhost: str, name: str) -> None:
    """PUT /api/queues/vhost/name/resume."""
    http.put("queues", vhost, name, "resume", body={})


def consumers(http: Http, vhost: str, name: str) -> list[Consumer]:
    """The consumer_details of GET /api/queues/vhost/name."""
    return [parse_consumer(item) for item in read.items(http.get_object("queues", vhost, name), "consumer_details")]


def declare(
    http: Http, vhost: str, name: str, *, durable: bool, auto_delete: bool, arguments: Arguments | None
) -> None:
    """PUT /api/queues/vhost/name. Always says durable: the API's own default is false."""
    body = {"durable": durable, "auto_delete": auto_delete, "arguments": arguments or {}}
    http.put("queues", vhost, name, body=body)


def delete(http: Http, vhost: str, name: str, *, if_empty: bool, if_unused: bool) -> None:
    """DELETE /api/queues/vhost/name."""
    conditions = {"if-empty": if_empty, "if-unused": if_unused}
    params = {condition: "true" for condition, wanted in conditions.items() if wanted}
    http.delete("queues", vhost, name, params=params)


def purge(http: Http, vhost: str, name: str) -> None:
    """DELETE /api/queues/vhost/name/contents."""
    http.delete("queues", vhost, name, "contents")


def parse(item: Json) -> Queue:
    ready, unacked = read.number(item, "messages_ready"), read.number(item, "messages_unacknowledged")
    utilisation = read.share(item, "consumer_capacity")
    return Queue(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        type=read.text(item, "type", "classic"),
        durable=read.flag(item, "durable"),
        auto_delete=read.flag(item, "auto_delete"),
        exclusive=read.flag(item, "exclusive"),
        arguments=read.table(item, "arguments"),
        state=read.text(item, "state", "running"),
        policy=read.text(item, "policy") or None,
        effective_policy=read.table(item, "effective_policy_definition"),
        messages_ready=ready,
        messages_unacknowledged=unacked,
        consumers=read.number(item, "consumers"),
        consumer_utilisation=read.share(item, "consumer_utilisation") if utilisation is None else utilisation,
        message_bytes=read.optional_number(item, "message_bytes"),
        counters=read.counters(item),
        node=read.text(item, "node"),
        head_message_timestamp=read.seconds(item, "head_message_timestamp"),
        oldest_ready_seconds=read.share(item, "oldest_ready_seconds"),
        messages_persistent=read.optional_number(item, "messages_persistent"),
        messages_in_memory=read.optional_number(item, "messages_ram"),
        bytes_ready=read.optional_number(item, "message_bytes_ready"),
        bytes_unacknowledged=read.optional_number(item, "message_bytes_unacknowledged"),
        bytes_persistent=read.optional_number(item, "message_bytes_persistent"),
        bytes_in_memory=read.optional_number(item, "message_bytes_ram"),
        members=len(members) if isinstance(members := item.get("members"), list) and members else 1,
    )
