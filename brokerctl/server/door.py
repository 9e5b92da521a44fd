"""The management API's door into the running broker (management.door.Door)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import TypeVar

from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects
from brokerctl.errors import ConnectionForced
from brokerctl.management.door import (
    AttemptsState,
    CertificateState,
    ConnectionState,
    Listener,
    NodeState,
    TlsState,
)
from brokerctl.protocol.states import State
from brokerctl.server import blocking, certificates, machine
from brokerctl.server.node import Node
from brokerctl.server.session import Session
from brokerctl.server.tls import Tls

T = TypeVar("T")


class NodeDoor:
    def __init__(self, node: Node, listeners: list[Listener], tls: Tls | None = None) -> None:
        self._tls = tls
        self._node = node
        self._listeners = listeners
        self.broker: Broker = node.broker
        self.properties = node.codec

    def run(self, command: Callable[[Effects], T]) -> T:
        return self._node.run(command)

    async def durable(self) -> None:
        await self._node.durable()

    async def login(self, name: str, password: str, peer_host: str) -> bool:
        is_right = await self._node.logins.login(name, password, peer_host)
        self._node.attempts.add("http", is_right)
        return is_right

    def connections(self) -> list[ConnectionState]:
        return [_state(session, self._node) for session in self._node.sessions if session.peer is not None]

    def close_connection(self, name: str, reason: str) -> bool:
        for session in self._node.sessions:
            if session.name == name and session.peer is not None:
                session.fail(0, ConnectionForced(reason))
                self._node.end_turn(None)
                return True
        return False

    def certificate(self) -> CertificateState | None:
        if self._tls is None:
            return None
        config, expirations = self._node.config, self._tls.expirations
        return CertificateState(config.tls_certificate, expirations.own, config.tls_ca, expirations.of_ca)

    def attempts(self) -> list[AttemptsState]:
        counted = self._node.attempts.by_protocol
        return [AttemptsState(protocol, each.succeeded, each.failed) for protocol, each in counted.items()]

    def reset_attempts(self) -> None:
        self._node.attempts.reset()

    def files(self) -> tuple[int, int]:
        return machine.open_files()

    def node(self) -> NodeState:
        alarms = self._node.alarms
        return NodeState(
            name=f"{self.broker.name}@localhost",
            started_at=self._node.started_at,
            memory_used_bytes=alarms.reading.memory_used_bytes,
            memory_limit_bytes=alarms.memory_limit_bytes,
            disk_free_bytes=alarms.reading.disk_free_bytes,
            disk_free_limit_bytes=alarms.disk_free_limit_bytes,
            listeners=self._listeners,
            has_external=self._node.config.tls_verify_client != "none",
        )


def _state(session: Session, node: Node) -> ConnectionState:
    assert session.peer is not None
    return ConnectionState(
        name=session.name,
        peer=session.peer,
        user=session.user,
        vhost=session.peer.vhost,
        peer_host=session.arrival.peer_host,
        peer_port=session.arrival.peer_port,
        host=session.arrival.host,
        port=session.arrival.port,
        connected_at=session.connected_at,
        client_properties=session.client_properties,
        auth_mechanism=session.mechanism,
        heartbeat_seconds=session.heartbeat_seconds,
        frame_max=session.frame_max,
        channel_max=session.protocol.channel_max,
        state=blocking.state(session, node.alarms) if session.protocol.state is State.OPEN else "closing",
        received_bytes=session.received_bytes,
        sent_bytes=session.sent_bytes,
        tls=_tls(session.tls) if session.tls is not None else None,
    )


def _tls(handshake: ssl.SSLObject) -> TlsState:
    cipher = handshake.cipher()
    version = (handshake.version() or "").lower()
    return TlsState(version, cipher[0] if cipher else "", *certificates.shown(handshake))
