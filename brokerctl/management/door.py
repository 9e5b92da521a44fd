"""What the management API needs from the running broker: its state to read, one way to change it, its connections.

The server implements this; nothing here knows of sockets. Everything runs on the broker's own loop, so reading needs no
lock, and a command is done before `run` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from brokerctl.core.broker import Broker
from brokerctl.core.channel import Peer
from brokerctl.core.effects import Effects

T = TypeVar("T")


@dataclass(slots=True)
class Listener:
    protocol: str
    """As RabbitMQ calls them: 'amqp', 'amqp/ssl', 'http', 'https'."""
    host: str
    port: int
    is_tls: bool = False


@dataclass(slots=True)
class TlsState:
    """What a TLS connection agreed on, and the client's certificate; empty texts when it showed none."""

    version: str
    """'tlsv1.3'."""
    cipher: str
    subject: str
    issuer: str
    validity: str


@dataclass(slots=True)
class ConnectionState:
    """One open AMQP connection. `name` is unique: 'peer:port -> host:port'."""

    name: str
    peer: Peer
    user: str
    vhost: str
    peer_host: str
    peer_port: int
    host: str
    port: int
    connected_at: datetime
    client_properties: dict[str, Any]
    auth_mechanism: str
    heartbeat_seconds: int
    frame_max: int
    channel_max: int
    state: str
    """'running' or 'closing'; while an alarm is raised 'blocked' if it published, else 'blocking'."""
    received_bytes: int
    sent_bytes: int
    tls: TlsState | None = None


@dataclass(slots=True)
class AttemptsState:
    """Logins over one protocol, which is called as RabbitMQ does: 'amqp091', 'http'."""

    protocol: str
    succeeded: int = 0
    failed: int = 0


@dataclass(slots=True)
class CertificateState:
    """The broker's certificate and its CAs: their files, and when what is in them expires. Without a CA: none."""

    file: str
    expires_at: list[datetime]
    ca_file: str
    ca_expires_at: list[datetime]


@dataclass(slots=True)
class NodeState:
    name: str
    started_at: datetime
    memory_used_bytes: int
    memory_limit_bytes: int
    disk_free_bytes: int
    disk_free_limit_bytes: int
    listeners: list[Listener] = field(default_factory=list)
    has_external: bool = False
    """Whether clients can log in by a certificate."""


class PropertyCodec(Protocol):
    """Message properties as names and values, for JSON; the bytes are the wire's business."""

    def decode(self, header: bytes) -> dict[str, Any]:
        """All properties of a content header, by name. Raises AmqpSyntaxError when the header cannot be read."""
        ...

    def encode(self, values: Mapping[str, Any], body_size: int) -> bytes:
        """A content header. Raises AmqpSyntaxError for unknown names and values that do not fit."""
        ...


class Door(Protocol):
    @property
    def broker(self) -> Broker: ...

    @property
    def properties(self) -> PropertyCodec: ...

    def run(self, command: Callable[[Effects], T]) -> T:
        """Call `command` with a fresh list of effects, carry them out, return what it returned.

        AmqpErrors of the command pass through; effects appended before the error are still carried out. Rights that
        the command took away act on open connections before this returns.
        """
        ...

    async def durable(self) -> None:
        """Return when every change made so far is on disk. Raises StoreError when the disk refused."""
        ...

    async def login(self, name: str, password: str, peer_host: str) -> bool:
        """Whether this user may log in with this password from this address."""
        ...

    def connections(self) -> list[ConnectionState]: ...

    def close_connection(self, name: str, reason: str) -> bool:
        """Close with 320 CONNECTION_FORCED and the reason; False when there is no such connection."""
        ...

    def node(self) -> NodeState: ...

    def files(self) -> tuple[int, int]:
        """How many file descriptors are open, sockets among them, and how many may be."""
        ...

    def certificate(self) -> CertificateState | None:
        """The one that TLS listeners show; None without TLS."""
        ...

    def attempts(self) -> list[AttemptsState]:
        """Logins since the start, or since `reset_attempts`."""
        ...

    def reset_attempts(self) -> None: ...
