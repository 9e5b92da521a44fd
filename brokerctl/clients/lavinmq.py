"""LavinMQ, where it differs from RabbitMQ.

Its HTTP get destroys messages with RabbitMQ's ack modes (http_api §11), so messages are only ever taken by AMQP, as
with every broker here. Its channels close with what they hold requeued, as AMQP says.
"""

from __future__ import annotations

from dataclasses import replace

from brokerctl.clients.models import Capabilities, Overview
from brokerctl.clients.rabbitmq.client import RabbitMQClient

CAPABILITIES = Capabilities(pause=True, unacked=True, cancel_consumer=True, purge_count=True)


class LavinMQClient(RabbitMQClient):
    """The same requests; the differences of its answers are absorbed by rabbitmq.read."""

    def overview(self) -> Overview:
        return replace(super().overview(), capabilities=CAPABILITIES)
