"""What the store keeps of definitions. Changes together with `Broker.restore` and store/definitions.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brokerctl.core.exchanges import Binding, Exchange
from brokerctl.core.queue import Queue

if TYPE_CHECKING:
    from brokerctl.core.vhost import Vhost


def vhost_record(vhost: Vhost) -> dict[str, Any]:
    return {"description": vhost.description, "tags": list(vhost.tags), "metadata": vhost.metadata}


def queue_record(queue: Queue) -> dict[str, Any]:
    record = {
        "store_id": queue.store_id,
        "auto_delete": queue.is_auto_delete,
        "arguments": queue.arguments,
        "user": queue.user,
    }
    return record | {"paused": True} if queue.is_paused else record


def exchange_record(exchange: Exchange) -> dict[str, Any]:
    return {
        "type": exchange.type,
        "auto_delete": exchange.is_auto_delete,
        "internal": exchange.is_internal,
        "arguments": exchange.arguments,
        "user": exchange.user,
    }


def binding_record(binding: Binding) -> dict[str, Any]:
    return {
        "vhost": binding.source.vhost,
        "source": binding.source.name,
        "destination_type": binding.destination_type,
        "destination": binding.destination.name,
        "routing_key": binding.routing_key,
        "arguments": binding.arguments,
    }


def binding_key(binding: Binding) -> tuple[str, ...]:
    return (
        binding.source.vhost,
        binding.source.name,
        binding.destination_type,
        binding.destination.name,
        binding.routing_key,
        repr(binding.key[3]),
    )
