"""Publishing one message, and hearing what became of it."""

from __future__ import annotations

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient, PublishResult
from brokerctl.clients.models import Arguments


def publish(
    client: BrokerClient,
    vhost: str,
    exchange: str,
    routing_key: str,
    body: bytes,
    properties: Arguments | None = None,
    headers: Arguments | None = None,
) -> PublishResult:
    """Publish mandatory and wait for the confirm. Raises RequestRefused for properties that do not fit AMQP."""
    header = content.encode(properties or {}, headers or {})
    with client.messages(vhost) as session:
        return session.publish(exchange, routing_key, header, body)
