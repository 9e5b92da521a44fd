"""Which client is for which broker. A stranger's kind of broker registers as the built-in ones do."""

from __future__ import annotations

from collections.abc import Callable

from brokerctl.clients.base import Address, BrokerClient
from brokerctl.clients.embedded import EmbeddedClient
from brokerctl.clients.http import Http
from brokerctl.clients.lavinmq import LavinMQClient
from brokerctl.clients.rabbitmq import overview
from brokerctl.clients.rabbitmq.client import RabbitMQClient

Factory = Callable[[Address, Http], BrokerClient]

_factories: dict[str, Factory] = {}


def register(product: str, factory: Factory) -> None:
    """Use `factory` for brokers whose overview names this product. The last registration wins."""
    _factories[product] = factory


def connect(address: Address) -> BrokerClient:
    """Ask the broker what it is and return the client for it. Raises ClientError."""
    http = Http(address)
    try:
        product = overview.overview(http).product
    except BaseException:
        http.close()
        raise
    # Forks and hosted brokers keep RabbitMQ's API under their own names.
    return _factories.get(product, RabbitMQClient)(address, http)


register("RabbitMQ", RabbitMQClient)
register("LavinMQ", LavinMQClient)
register("Postroom", EmbeddedClient)
