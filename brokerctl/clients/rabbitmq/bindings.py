"""/api/bindings, and the bindings of one queue or exchange."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Arguments, Binding
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.exchanges import in_path
from brokerctl.clients.rabbitmq.read import Json


def bindings(http: Http, vhost: str | None) -> list[Binding]:
    """GET /api/bindings[/vhost]."""
    found = http.get_list("bindings") if vhost is None else http.get_list("bindings", vhost)
    return [parse(item) for item in found]


def of_queue(http: Http, vhost: str, name: str) -> list[Binding]:
    """GET /api/queues/vhost/name/bindings, the implicit one to the default exchange included."""
    return [parse(item) for item in http.get_list("queues", vhost, name, "bindings")]


def of_exchange(http: Http, vhost: str, name: str) -> tuple[list[Binding], list[Binding]]:
    """GET …/bindings/source and …/bindings/destination."""
    source = http.get_list("exchanges", vhost, in_path(name), "bindings", "source")
    destination = http.get_list("exchanges", vhost, in_path(name), "bindings", "destination")
    return [parse(item) for item in source], [parse(item) for item in destination]


def bind(
    http: Http,
    vhost: str,
    source: str,
    destination_type: str,
    destination: str,
    routing_key: str,
    arguments: Arguments | None,
) -> None:
    """POST /api/bindings/vhost/e/source/{q|e}/destination."""
    path = ("bindings", vhost, "e", in_path(source), destination_type[0], destination)
    http.post(*path, body={"routing_key": routing_key, "arguments": arguments or {}})


def unbind(http: Http, binding: Binding) -> None:
    """DELETE by the properties key of the listing: it is never computed (http_api §13)."""
    kind, source = binding.destination_type[0], in_path(binding.source)
    http.delete("bindings", binding.vhost, "e", source, kind, binding.destination, binding.properties_key)


def parse(item: Json) -> Binding:
    return Binding(
        vhost=read.text(item, "vhost"),
        source=read.text(item, "source"),
        destination=read.text(item, "destination"),
        destination_type=read.text(item, "destination_type", "queue"),
        routing_key=read.text(item, "routing_key"),
        arguments=read.table(item, "arguments"),
        properties_key=read.text(item, "properties_key"),
    )
