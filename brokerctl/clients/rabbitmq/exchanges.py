"""/api/exchanges and /api/bindings."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Arguments, Binding, Exchange
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


def exchange_bindings(http: Http, vhost: str, name: str) -> tuple[list[Binding], list[Binding]]:
    """GET …/bindings/source and …/bindings/destination."""
    source = http.get_list("exchanges", vhost, in_path(name), "bindings", "source")
    destination = http.get_list("exchanges", vhost, in_path(name), "bindings", "destination")
    return [parse_binding(item) for item in source], [parse_binding(item) for item in destination]


def queue_bindings(http: Http, vhost: str, name: str) -> list[Binding]:
    """GET /api/queues/vhost/name/bindings, the implicit one to the default exchange included."""
    return [parse_binding(item) for item in http.get_list("queues", vhost, name, "bindings")]


def bindings(http: Http, vhost: str | None) -> list[Binding]:
    """GET /api/bindings[/vhost]."""
    found = http.get_list("bindings") if vhost is None else http.get_list("bindings", vhost)
    return [parse_binding(item) for item in found]


def declare(http: Http, vhost: str, name: str, kind: str, *, durable: bool, arguments: Arguments | None) -> None:
    """PUT /api/exchanges/vhost/name."""
    http.put("exchanges", vhost, name, body={"type": kind, "durable": durable, "arguments": arguments or {}})


def delete(http: Http, vhost: str, name: str) -> None:
    http.delete("exchanges", vhost, name)


def bind(http: Http, vhost: str, source: str, destination_type: str, destination: str, routing_key: str) -> None:
    """POST /api/bindings/vhost/e/source/{q|e}/destination."""
    path = ("bindings", vhost, "e", source, destination_type[0], destination)
    http.post(*path, body={"routing_key": routing_key, "arguments": {}})


def unbind(http: Http, binding: Binding) -> None:
    """DELETE by the properties key of the listing: it is never computed (http_api §13)."""
    kind = binding.destination_type[0]
    path = ("bindings", binding.vhost, "e", binding.source, kind, binding.destination, binding.properties_key)
    http.delete(*path)


def parse(item: Json) -> Exchange:
    stats = read.table(item, "message_stats")
    return Exchange(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        type=read.text(item, "type"),
        durable=read.flag(item, "durable"),
        auto_delete=read.flag(item, "auto_delete"),
        internal=read.flag(item, "internal"),
        arguments=read.table(item, "arguments"),
        policy=read.text(item, "policy") or None,
        publish_in=read.number(stats, "publish_in"),
        publish_out=read.number(stats, "publish_out"),
    )


def parse_binding(item: Json) -> Binding:
    return Binding(
        vhost=read.text(item, "vhost"),
        source=read.text(item, "source"),
        destination=read.text(item, "destination"),
        destination_type=read.text(item, "destination_type", "queue"),
        routing_key=read.text(item, "routing_key"),
        arguments=read.table(item, "arguments"),
        properties_key=read.text(item, "properties_key"),
    )
