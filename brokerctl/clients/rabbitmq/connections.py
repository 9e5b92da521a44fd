"""/api/connections."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Connection
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json


def connections(http: Http) -> list[Connection]:
    """GET /api/connections."""
    return [parse(item) for item in http.get_list("connections")]


def connection(http: Http, name: str) -> Connection:
    """GET /api/connections/name."""
    return parse(http.get_object("connections", name))


def close(http: Http, name: str, reason: str) -> None:
    """DELETE /api/connections/name. The reason travels in a header, so it is one line; the client gets its bytes."""
    http.delete("connections", name, headers={"X-Reason": " ".join(reason.split()).encode()})


def parse(item: Json) -> Connection:
    return Connection(
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
        node=read.text(item, "node"),
        host=read.text(item, "host"),
        port=read.number(item, "port"),
        auth_mechanism=read.text(item, "auth_mechanism"),
        channel_max=read.number(item, "channel_max"),
        frame_max=read.number(item, "frame_max"),
        heartbeat_seconds=read.number(item, "timeout"),
        container_id=read.text(item, "container_id"),
        client_properties=read.table(item, "client_properties"),
        traffic=read.traffic(item),
        tls_details={name: found for name, key in _TLS.items() if (found := read.text(item, key))},
    )


_TLS = {
    "protocol": "ssl_protocol",
    "key_exchange": "ssl_key_exchange",
    "cipher": "ssl_cipher",
    "hash": "ssl_hash",
    "subject": "peer_cert_subject",
    "issuer": "peer_cert_issuer",
    "serial": "peer_cert_serial_number",
    "validity": "peer_cert_validity",
}


def _client_name(properties: Json) -> str:
    return read.text(properties, "connection_name") or read.text(properties, "product")
