"""RabbitMQ through its management API and AMQP. Every method says which module has the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address, MessageSession
from brokerctl.clients.http import Http
from brokerctl.clients.models import (
    Arguments,
    Binding,
    Channel,
    Connection,
    Consumer,
    Exchange,
    Node,
    Overview,
    Permission,
    Queue,
    User,
    Vhost,
)
from brokerctl.clients.rabbitmq import consumers, exchanges, overview, queues, users


class RabbitMQClient:
    """brokerctl.clients.base.BrokerClient. Safe for threads, but for the sessions of `messages`."""

    def __init__(self, address: Address, http: Http) -> None:
        self.address = address
        self.http = http

    def close(self) -> None:
        self.http.close()

    def overview(self) -> Overview:
        return overview.overview(self.http)

    def nodes(self) -> list[Node]:
        return overview.nodes(self.http)

    def vhosts(self) -> list[Vhost]:
        return overview.vhosts(self.http)

    def queues(self, vhost: str | None = None) -> list[Queue]:
        return queues.queues(self.http, vhost)

    def queue(self, vhost: str, name: str) -> Queue:
        return queues.queue(self.http, vhost, name)

    def queue_bindings(self, vhost: str, name: str) -> list[Binding]:
        return exchanges.queue_bindings(self.http, vhost, name)

    def queue_consumers(self, vhost: str, name: str) -> list[Consumer]:
        return queues.consumers(self.http, vhost, name)

    def exchanges(self, vhost: str | None = None) -> list[Exchange]:
        return exchanges.exchanges(self.http, vhost)

    def exchange(self, vhost: str, name: str) -> Exchange:
        return exchanges.exchange(self.http, vhost, name)

    def exchange_bindings(self, vhost: str, name: str) -> tuple[list[Binding], list[Binding]]:
        return exchanges.exchange_bindings(self.http, vhost, name)

    def bindings(self, vhost: str | None = None) -> list[Binding]:
        return exchanges.bindings(self.http, vhost)

    def connections(self) -> list[Connection]:
        return consumers.connections(self.http)

    def channels(self) -> list[Channel]:
        return consumers.channels(self.http)

    def consumers(self, vhost: str | None = None) -> list[Consumer]:
        return consumers.consumers(self.http, vhost)

    def users(self) -> list[User]:
        return users.users(self.http)

    def permissions(self) -> list[Permission]:
        return users.permissions(self.http)

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

    def purge_queue(self, vhost: str, name: str) -> None:
        queues.purge(self.http, vhost, name)

    def declare_exchange(
        self, vhost: str, name: str, type: str, *, durable: bool = True, arguments: Arguments | None = None
    ) -> None:
        exchanges.declare(self.http, vhost, name, type, durable=durable, arguments=arguments)

    def delete_exchange(self, vhost: str, name: str) -> None:
        exchanges.delete(self.http, vhost, name)

    def bind(self, vhost: str, source: str, destination_type: str, destination: str, routing_key: str) -> None:
        exchanges.bind(self.http, vhost, source, destination_type, destination, routing_key)

    def unbind(self, binding: Binding) -> None:
        exchanges.unbind(self.http, binding)

    def close_connection(self, name: str, reason: str) -> None:
        consumers.close_connection(self.http, name, reason)

    @contextmanager
    def messages(self, vhost: str) -> Iterator[MessageSession]:
        session = PikaSession.open(self.address, vhost)
        try:
            yield session
        finally:
            session.close()
