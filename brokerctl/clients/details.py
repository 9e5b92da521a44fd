"""What a broker tells of one queue, exchange or node beyond its row in a list. Values only; unknown is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from brokerctl.clients.models import Consumer, Exchange, Node, Queue


@dataclass(slots=True, frozen=True)
class QueueDetails:
    """One queue, its consumers, and where its messages are."""

    queue: Queue
    consumers: tuple[Consumer, ...]
    operator_policy: str | None = None
    owner: str = ""
    """The connection that an exclusive queue belongs to."""
    exclusive_consumer_tag: str = ""
    single_active_consumer_tag: str = ""
    idle_since: datetime | None = None
    memory_bytes: int | None = None
    """Of its process in the broker."""
    messages: dict[str, int] = field(default_factory=dict)
    """Messages by kind, of those that the broker tells: 'ready', 'unacked', 'ram', 'persistent', 'paged_out' …"""
    message_bytes: dict[str, int] = field(default_factory=dict)
    """Their bytes, by the same names."""
    leader: str = ""
    """Of a quorum queue or stream, as `members` and `online`."""
    members: tuple[str, ...] = ()
    online: tuple[str, ...] = ()
    delivery_limit: str = ""
    """A number or 'unlimited', of a quorum queue."""
    publishers: int | None = None
    segments: int | None = None
    """Of a stream."""
    readers: int | None = None
    oldest_ready_seconds: int | None = None
    """How long its oldest message has been in the broker, by the broker's own clock, as `oldest_unacked_seconds`."""
    oldest_unacked_seconds: int | None = None
    damaged_messages: int = 0
    """Whose bytes on disk are not what was written."""
    incoming: dict[str, float] = field(default_factory=dict)
    """By exchange, messages per second; only of a RabbitMQ that counts in its detailed mode."""


@dataclass(slots=True, frozen=True)
class ExchangeDetails:
    """One exchange and what goes through it."""

    exchange: Exchange
    rate_in: float | None = None
    """Messages per second, as `rate_out`."""
    rate_out: float | None = None
    outgoing: dict[str, float] = field(default_factory=dict)
    """By queue, as `QueueDetails.incoming`."""


@dataclass(slots=True, frozen=True)
class Publisher:
    """A channel that published to an exchange. RabbitMQ tells of them with `management.rates_mode = detailed` only."""

    channel_name: str
    connection_name: str
    publish: int
    """Messages so far."""


@dataclass(slots=True, frozen=True)
class Part:
    """An application, a plugin, an exchange type, a way to log in."""

    name: str
    description: str = ""
    version: str = ""


@dataclass(slots=True, frozen=True)
class WebContext:
    """What its HTTP server has at a path."""

    description: str
    path: str
    """'/' when the broker says none."""
    address: str
    """Empty: on every one of the node's."""
    port: int
    tls: bool


@dataclass(slots=True, frozen=True)
class ClusterLink:
    """A connection to another node."""

    name: str
    peer: str
    """'host:port', as `here`."""
    here: str
    receive_rate: float | None
    send_rate: float | None


@dataclass(slots=True, frozen=True)
class NodeDetails:
    """One node and what it is made of."""

    node: Node
    os_pid: str = ""
    type: str = ""
    rates_mode: str = ""
    memory_strategy: str = ""
    """How it finds out what it uses: 'rss', 'allocated' …"""
    net_tick_seconds: int | None = None
    database_folder: str = ""
    config_files: tuple[str, ...] = ()
    log_files: tuple[str, ...] = ()
    plugins: tuple[Part, ...] = ()
    """Those that are enabled; one that does not run has no version."""
    web_contexts: tuple[WebContext, ...] = ()
    applications: tuple[Part, ...] = ()
    exchange_types: tuple[Part, ...] = ()
    auth_mechanisms: tuple[Part, ...] = ()
    cluster_links: tuple[ClusterLink, ...] = ()
    memory: dict[str, int] = field(default_factory=dict)
    """Bytes by what they are for, in the broker's own words; empty when it does not tell."""
    memory_total: dict[str, int] = field(default_factory=dict)
    """The same memory as counted in other ways: 'rss', 'erlang', 'allocated'."""
    rates: dict[str, float] = field(default_factory=dict)
    """Per second, by the names of RabbitMQ's counters: 'connection_created', 'io_read_bytes', 'gc_num' …"""


@dataclass(slots=True, frozen=True)
class Held:
    """Unacked messages of one queue that one consumer holds."""

    vhost: str
    queue: str
    consumer_tag: str
    """Empty for those that were taken by basic.get."""
    channel_name: str
    connection_name: str
    """Empty when the broker names only the channel, as `user`."""
    user: str
    messages: int
    message_bytes: int | None = None
    since: datetime | None = None
    """Of the one that is held longest."""


@dataclass(slots=True, frozen=True)
class Moment:
    """The numbers of one object at one time, in the order of the history they are of."""

    at: float
    """Seconds since 1970."""
    values: tuple[float | None, ...]
