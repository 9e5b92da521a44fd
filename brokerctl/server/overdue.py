"""Closes channels that hold a message longer than they may."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from brokerctl.core import overdue
from brokerctl.errors import PreconditionFailed

if TYPE_CHECKING:
    from brokerctl.server.node import Node

log = logging.getLogger(__name__)

LONGEST_INTERVAL_SECONDS = 60.0
"""RabbitMQ's own: a timeout of half an hour need not be exact."""


def interval_seconds(timeout_seconds: int) -> float:
    """How often to look, for a timeout to be exact to a quarter of it."""
    return min(LONGEST_INTERVAL_SECONDS, timeout_seconds / 4) if timeout_seconds else LONGEST_INTERVAL_SECONDS


def close_overdue(node: Node) -> None:
    """Look at every channel once. What it held goes back to its queues with the channel."""
    for channel, queue, timeout_ms in overdue.look(node.broker, node.config.consumer_timeout_seconds * 1000 or None):
        where = f"queue '{queue.name}' in vhost '{queue.vhost}'"
        log.warning("%s channel %d holds a message of %s too long", channel.peer.name, channel.number, where)
        text = (
            f"delivery acknowledgement on channel {channel.number} timed out. Timeout value used: {timeout_ms} ms. "
            "This timeout value can be configured, see consumers doc guide to learn more"
        )
        channel.outlet.session.fail(channel.number, PreconditionFailed(text))
