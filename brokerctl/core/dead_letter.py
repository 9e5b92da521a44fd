"""Dead-lettering: where a message goes that a queue gives up, and what is written on it (RabbitMQ, docs/dlx).

Values only: the new x-death table is computed here, the bytes are amended by the codec.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from brokerctl.core.message import Arguments, Message
from brokerctl.core.queue import Queue


class Reason(StrEnum):
    REJECTED = "rejected"
    EXPIRED = "expired"
    MAXLEN = "maxlen"
    DELIVERY_LIMIT = "delivery_limit"


EXCHANGE, ROUTING_KEY = "x-dead-letter-exchange", "x-dead-letter-routing-key"


def target(queue: Queue, message: Message) -> tuple[str, str] | None:
    """(exchange, routing key) for messages this queue gives up; None when they are dropped."""
    exchange = queue.arguments.get(EXCHANGE)
    if exchange is None:
        return None
    return exchange, queue.arguments.get(ROUTING_KEY, message.routing_key)


def headers_after(
    headers: Mapping[str, Any], queue: Queue, message: Message, reason: Reason, time: int
) -> Mapping[str, Any]:
    """The application headers to set: x-death with this death first, and x-first-death-* when it is the first.

    `time` becomes an AMQP timestamp, whose type belongs to the wire: the caller passes it ready-made.
    """
    deaths = headers.get("x-death")
    deaths = [dict(death) for death in deaths if isinstance(death, dict)] if isinstance(deaths, list) else []
    same = next((d for d in deaths if d.get("queue") == queue.name and d.get("reason") == reason), None)
    if same is not None:
        deaths.remove(same)
        same["count"] = int(same.get("count", 1)) + 1
        same["time"] = time
    else:
        same = {
            "count": 1,
            "exchange": message.exchange,
            "queue": queue.name,
            "reason": str(reason),
            "routing-keys": [message.routing_key],
            "time": time,
        }
        if message.expiration_ms is not None:
            same["original-expiration"] = str(message.expiration_ms)
    changes: Arguments = {"x-death": [same, *deaths]}
    if "x-first-death-queue" not in headers:
        changes["x-first-death-exchange"] = message.exchange
        changes["x-first-death-queue"] = queue.name
        changes["x-first-death-reason"] = str(reason)
    changes["x-last-death-exchange"] = message.exchange
    changes["x-last-death-queue"] = queue.name
    changes["x-last-death-reason"] = str(reason)
    return changes


def is_cycle(headers: Mapping[str, Any], destination: Queue) -> bool:
    """Whether the message was in this queue before and came back without anybody rejecting it on the way."""
    deaths = headers.get("x-death")
    for death in deaths if isinstance(deaths, list) else []:
        if not isinstance(death, dict) or death.get("reason") == Reason.REJECTED:
            return False
        if death.get("queue") == destination.name:
            return True
    return False
