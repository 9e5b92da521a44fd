"""RabbitMQ through its management API and AMQP. Every method says which module has the request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address, BrokerClient, Inside, MessageSession
from brokerctl.clients.carrier import Carrier
from brokerctl.clients.details import ExchangeDetails, Held, Moment, NodeDetails, Publisher, QueueDetails
from brokerctl.clients.features import DeprecatedFeature, FeatureFlag
from brokerctl.clients.http import Http
from brokerctl.clients.links import SHOVEL, UPSTREAM, FederationLink, LinkSetup, Shovel
from brokerctl.clients.models import (
    Arguments,
    Binding,
    Channel,
    Connection,
    Consumer,
    Definitions,
    Exchange,
    Limits,
    Node,
    Overview,
    Passed,
    Permission,
    Policy,
    Queue,
    Tap,
    TopicPermission,
    User,
    Vhost,
)
from brokerctl.clients.rabbitmq import (
    bindings,
    channels,
    connections,
    consumers,
    definitions,
    exchanges,
    features,
    history,
    limits,
    links,
    nodes,
    overview,
    permissions,
    policies,
    queues,
    unacked,
    users,
    vhosts,
)
from brokerctl.clients.rabbitmq.definitions import upload
from brokerctl.clients.rabbitmq.policies import OPERATOR_POLICIES, POLICIES
from brokerctl.errors import RequestRefused


class _Reading:
    """brokerctl.clients.management.Reading."""

    http: Http

    def overview(self) -> Overview:
        return overview.overview(self.http)

    def whoami(self) -> User:
        return users.whoami(self.http)

    def nodes(self) -> list[Node]:
        return nodes.nodes(self.http)

    def node(self, name: str) -> NodeDetails:
        return nodes.node(self.http, name)

    def history(self, path: Sequence[str], keys: Sequence[str]) -> list[Moment]:
        return history.of(self.http, path, keys)

    def vhosts(self) -> list[Vhost]:
        return vhosts.vhosts(self.http)

    def vhost(self, name: str) -> Vhost:
        return vhosts.vhost(self.http, name)

    def vhost_limits(self) -> list[Limits]:
        return limits.limits(self.http, limits.VHOSTS)

    def queues(self, vhost: str | None = None) -> list[Queue]:
        return queues.queues(self.http, vhost)

    def queues_named(self, keys: Sequence[tuple[str, str]]) -> list[Queue]:
        wanted = set(keys)
        return [each for each in self.queues() if (each.vhost, each.name) in wanted]

    def queue(self, vhost: str, name: str) -> Queue:
        return queues.queue(self.http, vhost, name)

    def queue_bindings(self, vhost: str, name: str) -> list[Binding]:
        return bindings.of_queue(self.http, vhost, name)

    def queue_consumers(self, vhost: str, name: str) -> list[Consumer]:
        return queues.consumers(self.http, vhost, name)

    def queue_details(self, vhost: str, name: str) -> QueueDetails:
        return queues.details(self.http, vhost, name)

    def unacked(self, vhost: str, name: str) -> list[Held]:
        return unacked.of_queue(self.http, vhost, name)

    def exchanges(self, vhost: str | None = None) -> list[Exchange]:
        return exchanges.exchanges(self.http, vhost)

    def exchange(self, vhost: str, name: str) -> Exchange:
        return exchanges.exchange(self.http, vhost, name)

    def exchange_details(self, vhost: str, name: str) -> ExchangeDetails:
        return exchanges.details(self.http, vhost, name)

    def exchange_bindings(self, vhost: str, name: str) -> tuple[list[Binding], list[Binding]]:
        return bindings.of_exchange(self.http, vhost, name)

    def exchange_publishers(self, vhost: str, name: str) -> list[Publisher]:
        return exchanges.publishers(self.http, vhost, name)

    def bindings(self, vhost: str | None = None) -> list[Binding]:
        return bindings.bindings(self.http, vhost)

    def connections(self) -> list[Connection]:
        return connections.connections(self.http)

    def connection(self, name: str) -> Connection:
        return connections.connection(self.http, name)

    def connection_channels(self, name: str) -> list[Channel]:
        return channels.connection_channels(self.http, name)

    def channels(self) -> list[Channel]:
        return channels.channels(self.http)

    def channel(self, name: str) -> Channel:
        return channels.channel(self.http, name)

    def channel_with_consumers(self, name: str) -> tuple[Channel, list[Consumer]]:
        return channels.channel_with_consumers(self.http, name)

    def consumers(self, vhost: str | None = None) -> list[Consumer]:
        return consumers.consumers(self.http, vhost)

    def users(self) -> list[User]:
        return users.users(self.http)

    def user(self, name: str) -> User:
        return users.user(self.http, name)

    def user_limits(self) -> list[Limits]:
        return limits.limits(self.http, limits.USERS)

    def permissions(self) -> list[Permission]:
        return permissions.permissions(self.http)

    def topic_permissions(self) -> list[TopicPermission]:
        return permissions.topic_permissions(self.http)

    def policies(self, vhost: str | None = None) -> list[Policy]:
        return policies.policies(self.http, POLICIES, vhost)

    def operator_policies(self, vhost: str | None = None) -> list[Policy]:
        return policies.policies(self.http, OPERATOR_POLICIES, vhost)

    def definitions(self, vhost: str | None = None) -> Definitions:
        return definitions.export(self.http, vhost)

    def feature_flags(self) -> list[FeatureFlag]:
        return features.flags(self.http)

    def deprecated_features(self) -> list[DeprecatedFeature]:
        return features.deprecated(self.http)

    def shovels(self) -> list[Shovel]:
        return links.shovels(self.http)

    def federation_links(self) -> list[FederationLink]:
        return links.federation_links(self.http)

    def link_setups(self, component: str) -> list[LinkSetup]:
        return links.setups(self.http, component)

    def link_setup(self, component: str, vhost: str, name: str) -> LinkSetup:
        return links.setup(self.http, component, vhost, name)


class RabbitMQClient(_Reading):
    """brokerctl.clients.base.BrokerClient. Safe for threads, but for the sessions of `messages`."""

    def __init__(self, address: Address, http: Http) -> None:
        self.address = address
        self.http = http

    def close(self) -> None:
        self.http.close()

    def declare_queue(
        self,
        vhost: str,
        name: str,
        *,
        durable: bool = True,
        auto_delete: bool = False,
        arguments: Arguments | None = None,
    ) -> None:
        queues.declare(self.http, vhost, name, durable=durable, auto_delete=auto_delete, arguments=arguments)

    def delete_queue(self, vhost: str, name: str, *, if_empty: bool = False, if_unused: bool = False) -> None:
        queues.delete(self.http, vhost, name, if_empty=if_empty, if_unused=if_unused)

    def purge_queue(self, vhost: str, name: str, count: int | None = None) -> None:
        queues.purge(self.http, vhost, name, count)

    def pause_queue(self, vhost: str, name: str) -> None:
        queues.pause(self.http, vhost, name)

    def resume_queue(self, vhost: str, name: str) -> None:
        queues.resume(self.http, vhost, name)

    def declare_exchange(
        self,
        vhost: str,
        name: str,
        type: str,
        *,
        durable: bool = True,
        auto_delete: bool = False,
        internal: bool = False,
        arguments: Arguments | None = None,
    ) -> None:
        exchanges.declare(
            self.http,
            vhost,
            name,
            type,
            durable=durable,
            auto_delete=auto_delete,
            internal=internal,
            arguments=arguments,
        )

    def delete_exchange(self, vhost: str, name: str, *, if_unused: bool = False) -> None:
        exchanges.delete(self.http, vhost, name, if_unused=if_unused)

    def bind(
        self,
        vhost: str,
        source: str,
        destination_type: str,
        destination: str,
        routing_key: str,
        arguments: Arguments | None = None,
    ) -> None:
        bindings.bind(self.http, vhost, source, destination_type, destination, routing_key, arguments)

    def unbind(self, binding: Binding) -> None:
        bindings.unbind(self.http, binding)

    def close_connection(self, name: str, reason: str) -> None:
        connections.close(self.http, name, reason)

    def cancel_consumer(self, consumer: Consumer) -> None:
        consumers.cancel(self.http, consumer)

    def put_vhost(self, vhost: Vhost) -> None:
        vhosts.put(self.http, vhost)

    def delete_vhost(self, name: str) -> None:
        vhosts.delete(self.http, name)

    def protect_vhost(self, name: str, is_protected: bool) -> None:
        vhosts.protect(self.http, name, is_protected)

    def start_vhost(self, name: str, node: str) -> None:
        vhosts.start(self.http, name, node)

    def put_vhost_limit(self, vhost: str, limit: str, value: int) -> None:
        limits.put(self.http, limits.VHOSTS, vhost, limit, value)

    def delete_vhost_limit(self, vhost: str, limit: str) -> None:
        limits.delete(self.http, limits.VHOSTS, vhost, limit)

    def put_user(self, user: User, password: str | None = None) -> None:
        users.put(self.http, user, password)

    def delete_user(self, name: str) -> None:
        users.delete(self.http, name)

    def put_user_limit(self, user: str, limit: str, value: int) -> None:
        limits.put(self.http, limits.USERS, user, limit, value)

    def delete_user_limit(self, user: str, limit: str) -> None:
        limits.delete(self.http, limits.USERS, user, limit)

    def put_permission(self, granted: Permission) -> None:
        permissions.put(self.http, granted)

    def delete_permission(self, user: str, vhost: str) -> None:
        permissions.delete(self.http, user, vhost)

    def put_topic_permission(self, granted: TopicPermission) -> None:
        permissions.put_topic(self.http, granted)

    def delete_topic_permission(self, user: str, vhost: str, exchange: str | None = None) -> None:
        permissions.delete_topic(self.http, user, vhost, exchange)

    def put_policy(self, policy: Policy) -> None:
        policies.put(self.http, POLICIES, policy)

    def delete_policy(self, vhost: str, name: str) -> None:
        policies.delete(self.http, POLICIES, vhost, name)

    def put_operator_policy(self, policy: Policy) -> None:
        policies.put(self.http, OPERATOR_POLICIES, policy)

    def delete_operator_policy(self, vhost: str, name: str) -> None:
        policies.delete(self.http, OPERATOR_POLICIES, vhost, name)

    def enable_feature_flag(self, name: str) -> None:
        features.enable(self.http, name)

    def delete_shovel(self, vhost: str, name: str) -> None:
        links.delete(self.http, SHOVEL, vhost, name)

    def restart_shovel(self, vhost: str, name: str) -> None:
        links.restart_shovel(self.http, vhost, name)

    def pause_shovel(self, vhost: str, name: str) -> None:
        links.pause_shovel(self.http, vhost, name)

    def resume_shovel(self, vhost: str, name: str) -> None:
        links.resume_shovel(self.http, vhost, name)

    def put_link(self, wanted: LinkSetup) -> None:
        links.put(self.http, wanted)

    def delete_upstream(self, vhost: str, name: str) -> None:
        links.delete(self.http, UPSTREAM, vhost, name)

    def restart_link(self, vhost: str, link: str, node: str) -> None:
        links.restart_link(self.http, vhost, link, node)

    def rename_cluster(self, name: str) -> None:
        overview.rename_cluster(self.http, name)

    def reset_statistics(self) -> None:
        overview.reset_statistics(self.http)

    def import_definitions(self, definitions: Definitions) -> None:
        upload(self.http, definitions)

    def carrier(self, vhost: str, destination: BrokerClient, destination_vhost: str) -> Carrier:
        return Carrier(self.address, vhost, destination.address, destination_vhost)

    def tap(self, asked: Tap) -> Iterator[Passed]:
        raise RequestRefused("this broker does not show messages as they pass; Postroom's embedded broker does")

    def inside(self) -> Inside | None:
        return None

    @contextmanager
    def messages(self, vhost: str) -> Iterator[MessageSession]:
        session = PikaSession.open(self.address, vhost)
        try:
            yield session
        finally:
            session.close()
