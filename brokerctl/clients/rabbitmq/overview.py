"""/api/overview."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Capabilities, Listener, Overview
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import UnexpectedReply

CHURN = (
    *("connection_created", "connection_closed", "channel_created", "channel_closed"),
    *("queue_declared", "queue_created", "queue_deleted"),
)
RATES = (
    *("publish", "confirm", "return_unroutable", "drop_unroutable", "deliver", "deliver_no_ack", "get", "get_no_ack"),
    *("get_empty", "ack", "redeliver", "disk_reads", "disk_writes"),
)
"""Of all messages of the broker. One that never moved is left out by the broker."""


def overview(http: Http) -> Overview:
    """GET /api/overview."""
    item = http.get_object("overview")
    if not (item.get("rabbitmq_version") or item.get("lavinmq_version") or item.get("product_version")):
        raise UnexpectedReply(
            f"{http.address.host}:{http.address.api_port} is not the management API of a broker I know"
        )
    return parse_overview(item)


def rename_cluster(http: Http, name: str) -> None:
    """PUT /api/cluster-name."""
    http.put("cluster-name", body={"name": name})


def reset_statistics(http: Http) -> None:
    """DELETE /api/reset."""
    http.delete("reset")


def parse_overview(item: Json) -> Overview:
    totals, queues = read.table(item, "object_totals"), read.table(item, "queue_totals")
    churn = read.table(item, "churn_rates")
    product, version = product_of(item)
    return Overview(
        product=product,
        version=version,
        cluster_name=read.text(item, "cluster_name"),
        node=read.text(item, "node"),
        messages_ready=read.number(queues, "messages_ready"),
        messages_unacknowledged=read.number(queues, "messages_unacknowledged"),
        counters=read.counters(item),
        connections=read.number(totals, "connections"),
        channels=read.number(totals, "channels"),
        exchanges=read.number(totals, "exchanges"),
        queues=read.number(totals, "queues"),
        consumers=read.number(totals, "consumers"),
        capabilities=Capabilities(),
        listeners=tuple(_listener(each) for each in read.items(item, "listeners")),
        churn=_rates(churn, CHURN),
        rates=_rates(read.table(item, "message_stats"), RATES),
        has_statistics=not read.flag(item, "disable_stats"),
        rates_mode=read.text(item, "rates_mode"),
    )


def _rates(of: Json, names: tuple[str, ...]) -> dict[str, float]:
    return {name: found for name in names if (found := read.rate(of, name)) is not None}


def _listener(item: Json) -> Listener:
    return Listener(
        read.text(item, "node"),
        read.text(item, "protocol"),
        read.text(item, "ip_address"),
        read.number(item, "port"),
        # Older versions tell by the name of the protocol only.
        read.flag(item, "tls") or read.text(item, "protocol").endswith(("/ssl", "https")),
    )


def product_of(item: Json) -> tuple[str, str]:
    """(product, version). LavinMQ also reports a rabbitmq_version, so it is asked first."""
    if lavinmq := read.text(item, "lavinmq_version"):
        return "LavinMQ", lavinmq
    product = read.text(item, "product_name", "RabbitMQ")
    return product, read.text(item, "product_version") or read.text(item, "rabbitmq_version")
