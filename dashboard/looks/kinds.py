"""The kinds of things that are looked at, and what a broker is asked for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from brokerctl.clients.base import BrokerClient
from brokerctl.clients.details import ExchangeDetails, NodeDetails, QueueDetails
from brokerctl.clients.features import DeprecatedFeature, FeatureFlag
from brokerctl.clients.links import SHOVEL, UPSTREAM, FederationLink, LinkSetup, Shovel, completed
from brokerctl.clients.models import (
    Binding,
    Channel,
    Connection,
    Consumer,
    Node,
    Overview,
    Permission,
    Policy,
    TopicPermission,
    Traffic,
    User,
    Vhost,
)
from brokerctl.errors import ObjectNotFound, PermissionDenied, RequestRefused, UnexpectedReply
from dashboard.looks.holders import Holders, of_broker, of_queue
from dashboard.looks.look import Kind, Names

T = TypeVar("T")

NOT_OFFERED = (PermissionDenied, ObjectNotFound, RequestRefused, UnexpectedReply)
"""What a broker answers to a request that it does not offer, or not to our user."""


@dataclass(slots=True, frozen=True)
class ConnectionLook:
    connection: Connection
    channels: tuple[Channel, ...]


@dataclass(slots=True, frozen=True)
class ChannelLook:
    channel: Channel
    consumers: tuple[Consumer, ...]


@dataclass(slots=True, frozen=True)
class ConsumersLook:
    consumers: tuple[Consumer, ...]
    clients: dict[str, str]
    """What the clients call themselves, by connection."""


@dataclass(slots=True, frozen=True)
class NodeLook:
    details: NodeDetails
    overview: Overview


@dataclass(slots=True, frozen=True)
class NodesLook:
    nodes: tuple[Node, ...]
    overview: Overview
    traffic: Traffic
    """Of all vhosts together; rates of None where the broker does not count it."""


@dataclass(slots=True, frozen=True)
class VhostsLook:
    vhosts: tuple[Vhost, ...]
    limits: dict[str, dict[str, int]]
    """By vhost; one that is not here has none."""
    permissions: tuple[Permission, ...] | None
    """None: the broker does not tell our user."""


@dataclass(slots=True, frozen=True)
class VhostLook:
    vhost: Vhost
    limits: dict[str, int]
    permissions: tuple[Permission, ...] | None
    """Who may use it; None as in VhostsLook."""
    topic_permissions: tuple[TopicPermission, ...] | None = None
    """None: also where the broker does not know them."""


@dataclass(slots=True, frozen=True)
class UsersLook:
    users: tuple[User, ...]
    limits: dict[str, dict[str, int]]
    """By user; one that is not here has none."""
    permissions: tuple[Permission, ...]
    topic_permissions: tuple[TopicPermission, ...] | None
    """None: the broker does not know them."""
    connections: tuple[Connection, ...]


@dataclass(slots=True, frozen=True)
class FeaturesLook:
    flags: tuple[FeatureFlag, ...] | None
    """None: the broker does not tell; so for `deprecated`."""
    deprecated: tuple[DeprecatedFeature, ...] | None


@dataclass(slots=True, frozen=True)
class LinksLook:
    shovels: tuple[Shovel, ...] | None
    """None: their plugin is not enabled, or the broker does not tell our user; so for `federation`."""
    federation: tuple[FederationLink, ...] | None
    upstreams: tuple[LinkSetup, ...] | None
    """Without passwords. None: the broker does not tell our user, or `federation` is None."""


@dataclass(slots=True, frozen=True)
class QueueLook:
    details: QueueDetails
    clients: dict[str, str]
    """What its consumers' clients call themselves, by connection."""
    bindings: tuple[Binding, ...]
    policies: tuple[Policy, ...]
    """Policies and operator policies that are in force here, for what each of them says."""
    operator_policies: tuple[Policy, ...] = ()


@dataclass(slots=True, frozen=True)
class ExchangeLook:
    details: ExchangeDetails
    outgoing: tuple[Binding, ...]
    incoming: tuple[Binding, ...]
    policy: Policy | None


def _connection(client: BrokerClient, names: Names) -> ConnectionLook:
    (name,) = names
    return ConnectionLook(client.connection(name), tuple(client.connection_channels(name)))


def _channel(client: BrokerClient, names: Names) -> ChannelLook:
    channel, consumers = client.channel_with_consumers(*names)
    return ChannelLook(channel, tuple(consumers))


def _consumers(client: BrokerClient, names: Names) -> ConsumersLook:
    clients = {each.name: each.client_name for each in client.connections()}
    return ConsumersLook(tuple(client.consumers()), clients)


def _nodes(client: BrokerClient, names: Names) -> NodesLook:
    return NodesLook(tuple(client.nodes()), client.overview(), _summed([each.traffic for each in client.vhosts()]))


def _summed(traffic: list[Traffic]) -> Traffic:
    received = [each.receive_rate for each in traffic if each.receive_rate is not None]
    sent = [each.send_rate for each in traffic if each.send_rate is not None]
    return Traffic(
        sum(each.received_bytes for each in traffic),
        sum(each.sent_bytes for each in traffic),
        sum(received) if received else None,
        sum(sent) if sent else None,
    )


def _node(client: BrokerClient, names: Names) -> NodeLook:
    return NodeLook(client.node(*names), client.overview())


def _vhosts(client: BrokerClient, names: Names) -> VhostsLook:
    try:
        limits = {each.name: each.values for each in client.vhost_limits()}
    except NOT_OFFERED:
        limits = {}
    try:
        permissions: tuple[Permission, ...] | None = tuple(client.permissions())
    except NOT_OFFERED:
        permissions = None
    return VhostsLook(tuple(client.vhosts()), limits, permissions)


def _vhost(client: BrokerClient, names: Names) -> VhostLook:
    # Not the vhost by itself: that is for administrators of the broker only.
    (name,) = names
    found = _vhosts(client, names)
    vhost = next((each for each in found.vhosts if each.name == name), None)
    if vhost is None:
        raise ObjectNotFound(f"there is no vhost {name}")
    mine = None if found.permissions is None else tuple(each for each in found.permissions if each.vhost == name)
    topics = None if mine is None else _offered(client.topic_permissions)
    return VhostLook(
        vhost,
        found.limits.get(name, {}),
        mine,
        None if topics is None else tuple(each for each in topics if each.vhost == name),
    )


def _users(client: BrokerClient, names: Names) -> UsersLook:
    users = tuple(client.users())
    try:
        limits = {each.name: each.values for each in client.user_limits()}
    except NOT_OFFERED:
        limits = {}
    connections = tuple(client.connections())
    return UsersLook(users, limits, tuple(client.permissions()), _offered(client.topic_permissions), connections)


def _features(client: BrokerClient, names: Names) -> FeaturesLook:
    return FeaturesLook(_offered(client.feature_flags), _offered(client.deprecated_features))


def _links(client: BrokerClient, names: Names) -> LinksLook:
    federation = _offered(client.federation_links)
    # A broker keeps parameters of plugins that it does not have: whether it is federated, the links say.
    upstreams = None if federation is None else _offered(lambda: client.link_setups(UPSTREAM))
    return LinksLook(_shovels(client), federation, upstreams)


def _shovels(client: BrokerClient) -> tuple[Shovel, ...] | None:
    found = _offered(client.shovels)
    if not found:
        return found
    setups = {(each.vhost, each.name): each for each in _offered(lambda: client.link_setups(SHOVEL)) or ()}
    names = ((each, setups.get((each.vhost, each.name))) for each in found)
    return tuple(completed(each, setup) if setup else each for each, setup in names)


def _offered(ask: Callable[[], list[T]]) -> tuple[T, ...] | None:
    """What the broker tells; None when it does not offer it, or not to our user."""
    try:
        return tuple(ask())
    except NOT_OFFERED:
        return None


def _queue(client: BrokerClient, names: Names) -> QueueLook:
    vhost, name = names
    details = client.queue_details(vhost, name)
    bindings = tuple(client.queue_bindings(vhost, name))
    readers = {each.connection_name for each in details.consumers}
    clients = {each.name: each.client_name for each in client.connections()} if readers else {}
    return QueueLook(
        details,
        {each: clients[each] for each in readers if each in clients},
        bindings,
        _named(client.policies, vhost, details.queue.policy),
        _named(client.operator_policies, vhost, details.operator_policy),
    )


def _exchange(client: BrokerClient, names: Names) -> ExchangeLook:
    vhost, name = names
    outgoing, incoming = client.exchange_bindings(vhost, name)
    details = client.exchange_details(vhost, name)
    found = _named(client.policies, vhost, details.exchange.policy)
    return ExchangeLook(details, tuple(outgoing), tuple(incoming), found[0] if found else None)


def _named(list_policies: Any, vhost: str, name: str | None) -> tuple[Policy, ...]:
    """The policy of this name, where the user may read policies."""
    if name is None:
        return ()
    try:
        return tuple(each for each in list_policies(vhost) if each.name == name)
    except NOT_OFFERED:
        return ()


def _unacked(client: BrokerClient, names: Names) -> Holders:
    return of_broker(client)


def _unacked_of_queue(client: BrokerClient, names: Names) -> Holders:
    return of_queue(client, *names)


CONNECTIONS: Kind[tuple[Connection, ...]] = Kind("connections", lambda client, names: tuple(client.connections()))
CONNECTION: Kind[ConnectionLook] = Kind("connection", _connection)
CHANNELS: Kind[tuple[Channel, ...]] = Kind("channels", lambda client, names: tuple(client.channels()))
CHANNEL: Kind[ChannelLook] = Kind("channel", _channel)
CONSUMERS: Kind[ConsumersLook] = Kind("consumers", _consumers)
NODES: Kind[NodesLook] = Kind("nodes", _nodes)
NODE: Kind[NodeLook] = Kind("node", _node)
VHOSTS: Kind[VhostsLook] = Kind("vhosts", _vhosts)
VHOST: Kind[VhostLook] = Kind("vhost", _vhost)
USERS: Kind[UsersLook] = Kind("users", _users)
FEATURES: Kind[FeaturesLook] = Kind("features", _features)
LINKS: Kind[LinksLook] = Kind("links", _links)
BINDINGS: Kind[tuple[Binding, ...]] = Kind("bindings", lambda client, names: tuple(client.bindings()))
UNACKED: Kind[Holders] = Kind("unacked", _unacked)
QUEUE: Kind[QueueLook] = Kind("queue-details", _queue)
QUEUE_UNACKED: Kind[Holders] = Kind("queue-unacked", _unacked_of_queue)
EXCHANGE: Kind[ExchangeLook] = Kind("exchange", _exchange)
