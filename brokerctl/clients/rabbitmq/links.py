"""/api/shovels and /api/federation-links, which plugins add."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.links import FederationLink, Shovel
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def shovels(http: Http) -> list[Shovel]:
    """GET /api/shovels, of the plugin rabbitmq_shovel_management."""
    return [parse_shovel(item) for item in http.get_list("shovels")]


def delete_shovel(http: Http, vhost: str, name: str) -> None:
    """DELETE /api/parameters/shovel/vhost/name: what it is made of, which every broker with shovels has."""
    http.delete("parameters", "shovel", vhost, name)


def restart_shovel(http: Http, vhost: str, name: str) -> None:
    """DELETE /api/shovels/vhost/vhost/name/restart."""
    http.delete("shovels", "vhost", vhost, name, "restart")


def federation_links(http: Http) -> list[FederationLink]:
    """GET /api/federation-links, of the plugin rabbitmq_federation_management."""
    return [parse_link(item) for item in http.get_list("federation-links")]


def parse_shovel(item: Json) -> Shovel:
    return Shovel(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        node=read.text(item, "node"),
        state=read.text(item, "state").lower(),
        is_dynamic=read.text(item, "type", "dynamic") == "dynamic",
        since=read.text(item, "timestamp"),
        reason=read.text(item, "reason") or read.text(item, "error"),
        source=_end(item, "src"),
        source_uri=read.text(item, "src_uri"),
        destination=_end(item, "dest"),
        destination_uri=read.text(item, "dest_uri"),
        remaining=read.optional_number(item, "remaining"),
        forwarded=read.optional_number(item, "forwarded"),
    )


def parse_link(item: Json) -> FederationLink:
    kind = read.text(item, "type")
    return FederationLink(
        vhost=read.text(item, "vhost"),
        upstream=read.text(item, "upstream"),
        type=kind,
        name=read.text(item, kind),
        node=read.text(item, "node"),
        state=read.text(item, "status"),
        since=read.text(item, "timestamp"),
        uri=read.text(item, "uri"),
        reason=read.text(item, "error"),
    )


def _end(item: Json, side: str) -> str:
    """One end of a shovel, in words."""
    if queue := read.text(item, f"{side}_queue"):
        return f"queue {queue}"
    exchange, key = read.text(item, f"{side}_exchange"), read.text(item, f"{side}_exchange_key")
    if exchange:
        return f"exchange {exchange}, key {key}" if key else f"exchange {exchange}"
    return read.text(item, f"{side}_address")
