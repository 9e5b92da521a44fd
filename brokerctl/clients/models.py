"""What a broker tells about itself, the same for every kind of broker. Values only; unknown is None, never a guess.

Counters grow from the broker's start; two of them at two times make a rate (brokerctl.metrics). Times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Arguments = dict[str, Any]
"""An AMQP table as JSON gives it. The one place where a loose dict is the truth."""


@dataclass(slots=True, frozen=True)
class MessageCounters:
    """Messages since the broker (or object) started. A kind that a broker does not count is 0."""

    publish: int = 0
    deliver_get: int = 0
    ack: int = 0
    redeliver: int = 0
    confirm: int = 0
    return_unroutable: int = 0
    drop_unroutable: int = 0


@dataclass(slots=True, frozen=True)
class MessageRates:
    """Messages per second, as the broker works them out over its last seconds; None when it does not say."""

    publish: float | None = None
    deliver_get: float | None = None
    ack: float | None = None
    redeliver: float | None = None
    confirm: float | None = None
    return_unroutable: float | None = None
    drop_unroutable: float | None = None


@dataclass(slots=True, frozen=True)
class Traffic:
    """Bytes to and from clients since the connection (or vhost) began, and per second."""

    received_bytes: int = 0
    sent_bytes: int = 0
    receive_rate: float | None = None
    send_rate: float | None = None


@dataclass(slots=True, frozen=True)
class Capabilities:
    """What this broker can do beyond RabbitMQ's API. Pages show the rest disabled, with the reason."""

    peek: bool = False
    """True peek: browse without taking messages."""
    move: bool = False
    """Move and copy inside the broker: chosen messages or all, none of them doubled by a crash."""
    pause: bool = False
    firehose: bool = False
    """Messages as they pass."""
    unacked: bool = False
    """Tells who holds each unacked message."""
    cancel_consumer: bool = False
    purge_count: bool = False
    """Purges the first so many messages, not only all."""
    only: bool = False
    """Some of many queues cost only as much as they are."""


@dataclass(slots=True, frozen=True)
class Overview:
    product: str
    """'RabbitMQ', 'LavinMQ' or 'Postroom'."""
    version: str
    cluster_name: str
    node: str
    messages_ready: int = 0
    messages_unacknowledged: int = 0
    counters: MessageCounters = field(default_factory=MessageCounters)
    connections: int = 0
    channels: int = 0
    exchanges: int = 0
    queues: int = 0
    consumers: int = 0
    capabilities: Capabilities = field(default_factory=Capabilities)
    listeners: tuple[Listener, ...] = ()
    """Empty for a user who may not see them, as `churn`."""
    churn: dict[str, float] = field(default_factory=dict)
    """'connection_created', 'channel_closed' … per second; in `rates` 'confirm', 'get_empty', 'disk_reads' …"""
    rates: dict[str, float] = field(default_factory=dict)
    has_statistics: bool = True
    """False: it is set to count nothing, and tells what there is only."""
    rates_mode: str = ""
    """'basic', 'detailed' or 'none', where it counts no messages; empty when the broker does not say."""


@dataclass(slots=True, frozen=True)
class Listener:
    node: str
    protocol: str
    address: str
    port: int
    tls: bool


@dataclass(slots=True, frozen=True)
class Node:
    name: str
    running: bool
    uptime_seconds: float | None
    memory_used_bytes: int | None
    memory_limit_bytes: int | None
    memory_alarm: bool
    disk_free_bytes: int | None
    disk_free_limit_bytes: int | None
    disk_alarm: bool
    version: str = ""
    """Empty when the node does not say; the overview then has the version of them all."""
    processors: int | None = None
    files_used: int | None = None
    """File descriptors."""
    files_limit: int | None = None
    sockets_used: int | None = None
    sockets_limit: int | None = None
    processes_used: int | None = None
    """Of the Erlang machine; None elsewhere."""
    processes_limit: int | None = None
    run_queue: int | None = None
    is_drained: bool = False
    """Put into maintenance: it takes no connections and leads no queues."""
    partitions: tuple[str, ...] = ()
    """Nodes that it lost sight of and that went on without it."""
    processor_share: float | None = None
    """Of one processor, so 2.0 is two of them at work; None where the broker does not tell."""


@dataclass(slots=True, frozen=True)
class Queue:
    vhost: str
    name: str
    type: str
    durable: bool
    auto_delete: bool
    exclusive: bool
    arguments: Arguments
    state: str
    policy: str | None
    effective_policy: Arguments
    messages_ready: int
    messages_unacknowledged: int
    consumers: int
    consumer_utilisation: float | None
    """Share of time (0..1) the queue could deliver at once; None when the broker does not say."""
    message_bytes: int | None
    counters: MessageCounters
    node: str
    head_message_timestamp: datetime | None = None
    """Only when the oldest message carries a `timestamp` property."""
    oldest_ready_seconds: float | None = None
    """How long the oldest ready message has been here; only the embedded broker says."""
    messages_persistent: int | None = None
    messages_in_memory: int | None = None
    bytes_ready: int | None = None
    bytes_unacknowledged: int | None = None
    bytes_persistent: int | None = None
    bytes_in_memory: int | None = None
    members: int = 1
    """Nodes that keep a copy of it."""

    @property
    def messages(self) -> int:
        """Queue depth: ready + unacked."""
        return self.messages_ready + self.messages_unacknowledged


@dataclass(slots=True, frozen=True)
class Exchange:
    vhost: str
    name: str
    """Empty for the default exchange."""
    type: str
    durable: bool
    auto_delete: bool
    internal: bool
    arguments: Arguments
    policy: str | None
    publish_in: int
    publish_out: int


@dataclass(slots=True, frozen=True)
class Binding:
    vhost: str
    source: str
    destination: str
    destination_type: str
    """'queue' or 'exchange'."""
    routing_key: str
    arguments: Arguments
    properties_key: str


@dataclass(slots=True, frozen=True)
class Connection:
    name: str
    vhost: str
    user: str
    state: str
    channels: int
    peer_host: str
    peer_port: int
    client_name: str
    """What the client calls itself: client_properties.connection_name, else its product."""
    connected_at: datetime | None
    tls: bool
    protocol: str
    node: str = ""
    host: str = ""
    """Our end, as the client reached it."""
    port: int = 0
    auth_mechanism: str = ""
    channel_max: int = 0
    """0: no limit was agreed."""
    frame_max: int = 0
    """In bytes."""
    heartbeat_seconds: int = 0
    """0: none."""
    container_id: str = ""
    """Of AMQP 1.0."""
    client_properties: Arguments = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    tls_details: dict[str, str] = field(default_factory=dict)
    """What is known of 'protocol', 'key_exchange', 'cipher', 'hash', 'subject', 'issuer', 'serial', 'validity'."""


@dataclass(slots=True, frozen=True)
class Channel:
    name: str
    number: int
    vhost: str
    user: str
    connection_name: str
    consumers: int
    messages_unacknowledged: int
    prefetch: int
    confirm: bool
    node: str = ""
    state: str = ""
    transactional: bool = False
    global_prefetch: int = 0
    """Of all its consumers together; 0: none."""
    messages_unconfirmed: int = 0
    messages_uncommitted: int = 0
    acks_uncommitted: int = 0
    pending_raft_commands: int | None = None
    """What it waits for at quorum queues, as `cached_segments`; RabbitMQ only."""
    cached_segments: int | None = None
    peer_host: str = ""
    peer_port: int = 0
    counters: MessageCounters = field(default_factory=MessageCounters)
    rates: MessageRates = field(default_factory=MessageRates)


@dataclass(slots=True, frozen=True)
class Consumer:
    vhost: str
    queue: str
    tag: str
    ack_required: bool
    exclusive: bool
    prefetch: int
    active: bool
    channel_name: str
    connection_name: str
    peer_host: str
    user: str
    activity: str = ""
    """'up', 'single_active', 'waiting' or 'suspected_down'; empty when the broker does not say."""
    channel_number: int = 0
    arguments: Arguments = field(default_factory=dict)
    timeout_ms: int | None = None
    """How long it may hold a message before its channel is closed; None when the broker does not say."""


@dataclass(slots=True, frozen=True)
class User:
    name: str
    tags: tuple[str, ...]
    has_password: bool | None = None
    """Whether it can log in with one; None when the broker does not say."""


@dataclass(slots=True, frozen=True)
class Permission:
    """Unanchored regular expressions over names of queues and exchanges; an empty one matches nothing."""

    user: str
    vhost: str
    configure: str
    write: str
    read: str


@dataclass(slots=True, frozen=True)
class TopicPermission:
    """Regular expressions over routing keys at one topic exchange. A user without one may use every key."""

    user: str
    vhost: str
    exchange: str
    write: str
    read: str


@dataclass(slots=True, frozen=True)
class Vhost:
    name: str
    description: str
    messages_ready: int
    messages_unacknowledged: int
    tags: tuple[str, ...] = ()
    default_queue_type: str = ""
    """Empty when the broker does not say."""
    is_protected: bool = False
    """From deletion."""
    is_traced: bool = False
    cluster_state: dict[str, str] = field(default_factory=dict)
    """Per node 'running' or 'stopped'."""
    counters: MessageCounters = field(default_factory=MessageCounters)
    rates: MessageRates = field(default_factory=MessageRates)
    traffic: Traffic = field(default_factory=Traffic)


@dataclass(slots=True, frozen=True)
class Policy:
    """A policy or, in the lists of those, an operator policy."""

    vhost: str
    name: str
    pattern: str
    """An unanchored regular expression over names."""
    definition: Arguments
    priority: int = 0
    apply_to: str = "all"
    """'all', 'queues', 'exchanges', 'classic_queues', 'quorum_queues' or 'streams'."""


@dataclass(slots=True, frozen=True)
class Limits:
    """Limits of a vhost (max-connections, max-queues) or of a user (max-connections, max-channels)."""

    name: str
    """The vhost's or the user's."""
    values: dict[str, int]


@dataclass(slots=True, frozen=True)
class Definitions:
    """What a broker is set up to be, without messages, as the broker wrote it.

    The document is kept whole: what another version writes and we do not know must survive until it is imported.
    """

    document: Arguments
    vhost: str | None = None
    """Whose definitions these are; None: those of all vhosts, with users."""

    def items(self, kind: str) -> list[Arguments]:
        """The list at this key ('queues', 'users' …); empty when there is none."""
        found = self.document.get(kind)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


@dataclass(slots=True, frozen=True)
class Tap:
    """Which passing messages one wants to see; None: any."""

    vhost: str
    queue: str | None = None
    exchange: str | None = None
    routing_key: str | None = None
    kinds: tuple[str, ...] = ("published", "delivered")
    payload_bytes: int = 0
    """Of each body."""


@dataclass(slots=True, frozen=True)
class Passed:
    """A message that passed, or how many were not told because they came too fast ('dropped')."""

    kind: str
    """'published', 'delivered', 'dropped' or 'end'."""
    values: Arguments
    """As docs/extensions.md describes them."""
