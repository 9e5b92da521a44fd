"""The embedded broker: RabbitMQ's API, with statistics that are always fresh."""

from __future__ import annotations

from brokerctl.clients.rabbitmq.client import RabbitMQClient


class EmbeddedClient(RabbitMQClient):
    """Its counters are read at the moment of the request, not every five seconds."""
