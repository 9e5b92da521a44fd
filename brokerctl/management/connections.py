"""AMQP connections: lists, one connection, and closing it with a reason the client is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from brokerctl.management import auth, paging, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.door import ConnectionState, TlsState
from brokerctl.management.errors import absent, not_authorised
from brokerctl.management.readings import CONNECTION
from brokerctl.management.render import Field, Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json, to_json

DEFAULT_REASON = "Closed via management plugin"
"""RabbitMQ's words: people search their logs for them."""

MAX_REASON_BYTES = 200
"""The reason travels in a short string behind the reply code's name."""


def _byte_details(name: str, connection: ConnectionState, call: Call) -> Json:
    return call.data.details(connection.peer, CONNECTION, name)


def _of_tls(read: Callable[[TlsState], str]) -> Field[ConnectionState]:
    """A field that is None without TLS, and where the client showed no certificate."""
    return lambda connection, call: (read(connection.tls) or None) if connection.tls is not None else None


_TLS: dict[str, Field[ConnectionState]] = {
    "ssl_protocol": _of_tls(lambda tls: tls.version),
    # OpenSSL names the whole suite, of which RabbitMQ tells three parts.
    "ssl_key_exchange": lambda connection, call: None,
    "ssl_cipher": _of_tls(lambda tls: tls.cipher),
    "ssl_hash": lambda connection, call: None,
    "peer_cert_subject": _of_tls(lambda tls: tls.subject),
    "peer_cert_issuer": _of_tls(lambda tls: tls.issuer),
    "peer_cert_validity": _of_tls(lambda tls: tls.validity),
}

FIELDS: Fields[ConnectionState] = {
    "name": lambda connection, call: connection.name,
    "node": lambda connection, call: call.node,
    "vhost": lambda connection, call: connection.vhost,
    "user": lambda connection, call: connection.user,
    "user_who_performed_action": lambda connection, call: connection.user,
    "host": lambda connection, call: connection.host,
    "port": lambda connection, call: connection.port,
    "peer_host": lambda connection, call: connection.peer_host,
    "peer_port": lambda connection, call: connection.peer_port,
    "protocol": lambda connection, call: "AMQP 0-9-1",
    "type": lambda connection, call: "network",
    "state": lambda connection, call: connection.state,
    "channels": lambda connection, call: len(connection.peer.channels),
    "channel_max": lambda connection, call: connection.channel_max,
    "frame_max": lambda connection, call: connection.frame_max,
    "timeout": lambda connection, call: connection.heartbeat_seconds,
    "connected_at": lambda connection, call: round(connection.connected_at.timestamp() * 1000),
    "auth_mechanism": lambda connection, call: connection.auth_mechanism,
    "client_properties": lambda connection, call: to_json(connection.client_properties),
    "recv_oct": lambda connection, call: connection.received_bytes,
    "recv_oct_details": partial(_byte_details, "recv_oct"),
    "send_oct": lambda connection, call: connection.sent_bytes,
    "send_oct_details": partial(_byte_details, "send_oct"),
    "ssl": lambda connection, call: connection.tls is not None,
    **_TLS,
}

PLAIN = frozenset(("name", "vhost", "user", "node"))

ROW = render.row_of(FIELDS, lambda call: PLAIN)


def visible(call: Call) -> list[ConnectionState]:
    """Connections this user may know of, by name: all of them for monitors, else the user's own."""
    found = call.door.connections()
    if not auth.is_monitor(call.user):
        found = [connection for connection in found if connection.user == call.user.name]
    if "vhost" in call.request.path_params or call.request.headers.get("x-vhost", "").strip():
        names = {vhost.name for vhost in call.listed_vhosts()}
        found = [connection for connection in found if connection.vhost in names]
    return sorted(found, key=lambda connection: (connection.vhost, connection.name))


async def list_all(call: Call) -> Response:
    is_of_vhost = "vhost" in call.request.path_params
    return await paging.listing(call, visible(call), ROW, None if is_of_vhost else lambda found: found.name)


async def show(call: Call) -> Response:
    return await render.one(call, known(call), ROW)


async def close(call: Call) -> Response:
    _close(call, known(call))
    return render.done()


async def list_of_user(call: Call) -> Response:
    return await paging.listing(call, [_summary(call, found) for found in _of_user(call)], render.as_it_is, _name)


async def close_of_user(call: Call) -> Response:
    for connection in _of_user(call):
        _close(call, connection)
    return render.done()


def known(call: Call) -> ConnectionState:
    """The connection in the path, if it is the user's own or the user is a monitor. Raises Refusal 404 or 401."""
    name = call.name("connection")
    for connection in call.door.connections():
        if connection.name == name:
            is_change = call.request.method == "DELETE"
            may = "administrator" in call.user.tags if is_change else auth.is_monitor(call.user)
            if not may and connection.user != call.user.name:
                raise not_authorised("User not authorised to access object")
            return connection
    raise absent()


def close_all(call: Call, found: list[ConnectionState], reason: str) -> None:
    """Close connections because what they use is going away."""
    for connection in found:
        call.door.close_connection(connection.name, reason)


def _of_user(call: Call) -> list[ConnectionState]:
    name = call.name("user")
    is_change = call.request.method == "DELETE"
    may = "administrator" in call.user.tags if is_change else auth.is_monitor(call.user)
    if not may and name != call.user.name:
        raise not_authorised("User not authorised to access object")
    return [connection for connection in call.door.connections() if connection.user == name]


def _close(call: Call, connection: ConnectionState) -> None:
    # Starlette reads headers as Latin-1; RabbitMQ hands the bytes on as they came, and clients read them as UTF-8.
    asked = call.request.headers.get("x-reason", "").strip().encode("latin-1")[:MAX_REASON_BYTES]
    call.door.close_connection(connection.name, asked.decode(errors="ignore") or DEFAULT_REASON)


def _summary(call: Call, connection: ConnectionState) -> dict[str, Any]:
    return {"name": connection.name, "vhost": connection.vhost, "user": connection.user, "node": call.node}


def _name(row: Json) -> str:
    return str(row["name"])


RESOURCES = [
    resource("/connections", get=(Level.MANAGEMENT, list_all)),
    resource("/vhosts/{vhost}/connections", get=(Level.VHOST, list_all)),
    resource(
        "/connections/username/{user}",
        get=(Level.MANAGEMENT, list_of_user),
        delete=(Level.MANAGEMENT, close_of_user),
    ),
    resource("/connections/{connection}", get=(Level.MANAGEMENT, show), delete=(Level.MANAGEMENT, close)),
]
