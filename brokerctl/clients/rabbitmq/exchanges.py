"""/api/exchanges."""

from __future__ import annotations

from brokerctl.clients.details import ExchangeDetails, Publisher
from brokerctl.clients.http import Http
from brokerctl.clients.models import Arguments, Exchange
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.names import DEFAULT_EXCHANGE_IN_PATHS


def in_path(exchange: str) -> str:
    return exchange or DEFAULT_EXCHANGE_IN_PATHS


def exchanges(http: Http, vhost: str | None) -> list[Exchange]:
    """GET /api/exchanges[/vhost]."""
    found = http.get_list("exchanges") if vhost is None else http.get_list("exchanges", vhost)
    return [parse(item) for item in found]


def exchange(http: Http, vhost: str, name: str) -> Exchange:
    """GET /api/exchanges/vhost/name."""
    return parse(http.get_object("exchanges", vhost, in_path(name)))


def publishers(http: Http, vhost: str, name: str) -> list[Publisher]:
    """`incoming` of GET /api/exchanges/vhost/name."""
    shown = http.get_object("exchanges", vhost, in_path(name))
    return [_publisher(item) for item in read.items(shown, "incoming")]


def details(http: Http, vhost: str, name: str) -> ExchangeDetails:
    """GET /api/exchanges/vhost/name, with its rates."""
    item = http.get_object("exchanges", vhost, in_path(name))
    stats = read.table(item, "message_stats")
    return ExchangeDetails(
        exchange=parse(item),
        rate_in=read.message_rate(stats, "publish_in"),
        rate_out=read.message_rate(stats, "publish_out"),
        outgoing=read.flows(item, "outgoing", "queue", "publish"),
    )


def declare(
    http: Http,
    vhost: str,
    name: str,
    kind: str,
    *,
    durable: bool,
    auto_delete: bool,
    internal: bool,
    arguments: Arguments | None,
) -> None:
    """PUT /api/exchanges/vhost/name. Always says durable: the API's own default is false."""
    body = {"type": kind, "durable": durable, "auto_delete": auto_delete, "internal": internal}
    http.put("exchanges", vhost, in_path(name), body={**body, "arguments": arguments or {}})


def delete(http: Http, vhost: str, name: str, *, if_unused: bool) -> None:
    """DELETE /api/exchanges/vhost/name."""
    http.delete("exchanges", vhost, in_path(name), params={"if-unused": "true"} if if_unused else None)


def _publisher(item: Json) -> Publisher:
    channel = read.table(item, "channel_details")
    return Publisher(
        channel_name=read.text(channel, "name"),
        connection_name=read.text(channel, "connection_name"),
        publish=read.number(read.table(item, "stats"), "publish"),
    )


def parse(item: Json) -> Exchange:
    stats = read.table(item, "message_stats")
    return Exchange(
        vhost=read.text(item, "vhost"),
        name=_name(item),
        type=read.text(item, "type"),
        durable=read.flag(item, "durable"),
        auto_delete=read.flag(item, "auto_delete"),
        internal=read.flag(item, "internal"),
        arguments=read.table(item, "arguments"),
        policy=read.text(item, "policy") or None,
        publish_in=read.number(stats, "publish_in"),
        publish_out=read.number(stats, "publish_out"),
    )


def _name(item: Json) -> str:
    """LavinMQ 2.9 lists the default exchange by the name that it has in paths."""
    name = read.text(item, "name")
    return "" if name == DEFAULT_EXCHANGE_IN_PATHS else name
