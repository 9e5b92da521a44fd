"""/api/shovels and /api/federation-links, which plugins add; and the runtime parameters that both are made of.

A refusal may quote the URI that was sent, with its password: `put` cleans it.
"""

from __future__ import annotations

import html

from brokerctl.clients.http import Http
from brokerctl.clients.links import (
    AMQP_091,
    URI_KEYS,
    FederationLink,
    LinkSetup,
    Shovel,
    place_of,
    without_password,
    without_passwords,
)
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import ClientError, RequestRefused

NO_URI = "not a valid URI"
"""In RabbitMQ's refusal, followed by the URI and by pieces of it."""


def shovels(http: Http) -> list[Shovel]:
    """GET /api/shovels, of the plugin rabbitmq_shovel_management."""
    return [parse_shovel(item) for item in http.get_list("shovels")]


def setups(http: Http, component: str) -> list[LinkSetup]:
    """GET /api/parameters/component, without passwords."""
    return [parse_setup(item).shown() for item in http.get_list("parameters", component)]


def setup(http: Http, component: str, vhost: str, name: str) -> LinkSetup:
    """GET /api/parameters/component/vhost/name."""
    return parse_setup(http.get_object("parameters", component, vhost, name))


def put(http: Http, wanted: LinkSetup) -> None:
    """PUT /api/parameters/component/vhost/name."""
    uris: Json = {key: found[0] if len(found) == 1 else list(found) for key, found in wanted.uris.items()}
    value = {**wanted.settings, **uris}
    try:
        http.put("parameters", wanted.component, wanted.vhost, wanted.name, body={"value": value})
    except ClientError as error:
        # Without what it came from: that has the text as it was sent.
        raise _cleaned(error) from None


def delete(http: Http, component: str, vhost: str, name: str) -> None:
    """DELETE /api/parameters/component/vhost/name: every broker with shovels or upstreams has it."""
    http.delete("parameters", component, vhost, name)


def restart_shovel(http: Http, vhost: str, name: str) -> None:
    """DELETE /api/shovels/vhost/vhost/name/restart."""
    http.delete("shovels", "vhost", vhost, name, "restart")


def pause_shovel(http: Http, vhost: str, name: str) -> None:
    """PUT /api/shovels/vhost/name/pause, of LavinMQ."""
    http.put("shovels", vhost, name, "pause")


def resume_shovel(http: Http, vhost: str, name: str) -> None:
    """PUT /api/shovels/vhost/name/resume, of LavinMQ."""
    http.put("shovels", vhost, name, "resume")


def federation_links(http: Http) -> list[FederationLink]:
    """GET /api/federation-links, of the plugin rabbitmq_federation_management."""
    return [parse_link(item) for item in http.get_list("federation-links")]


def restart_link(http: Http, vhost: str, link: str, node: str) -> None:
    """DELETE /api/federation-links/vhost/vhost/id/node/restart."""
    http.delete("federation-links", "vhost", vhost, link, node, "restart")


def parse_shovel(item: Json) -> Shovel:
    return Shovel(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        node=read.text(item, "node"),
        state=read.text(item, "state").lower(),
        is_dynamic=read.text(item, "type", "dynamic") == "dynamic",
        since=read.text(item, "timestamp"),
        reason=without_passwords(read.text(item, "reason") or read.text(item, "error")),
        source=_end(item, "src"),
        source_uri=_uri(item, "src_uri"),
        destination=_end(item, "dest"),
        destination_uri=_uri(item, "dest_uri"),
        remaining=read.optional_number(item, "remaining"),
        forwarded=read.optional_number(item, "forwarded"),
        is_amqp_091=all(read.text(item, key, AMQP_091) == AMQP_091 for key in ("src_protocol", "dest_protocol")),
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
        uri=_uri(item, "uri"),
        reason=without_passwords(read.text(item, "error")),
        id=read.text(item, "id"),
    )


def parse_setup(item: Json) -> LinkSetup:
    component, value = read.text(item, "component"), read.table(item, "value")
    keys = URI_KEYS.get(component, ())
    return LinkSetup(
        component,
        read.text(item, "vhost"),
        read.text(item, "name"),
        {key: _uris(value.get(key)) for key in keys},
        {key: value[key] for key in value if key not in keys},
    )


def _uris(value: object) -> tuple[str, ...]:
    """One as a text, or several as a list."""
    found = value if isinstance(value, list) else [value]
    return tuple(uri for uri in found if isinstance(uri, str) and uri)


def _uri(item: Json, key: str) -> str:
    return " ".join(without_password(uri) for uri in _uris(item.get(key)))


def _cleaned(error: ClientError) -> ClientError:
    """On one line, without its HTML and without passwords."""
    text = " ".join(without_passwords(html.unescape(str(error))).split())
    if NO_URI in text:
        return RequestRefused("the broker takes this for no URI of AMQP: check host, port and what must be escaped")
    return type(error)(text)


def _end(item: Json, side: str) -> str:
    """One end of a shovel, in words."""
    place = place_of(*(read.text(item, f"{side}_{part}") for part in ("queue", "exchange", "exchange_key")))
    return place or read.text(item, f"{side}_address")
