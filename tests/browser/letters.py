"""Messages in queues of any broker: put there, and taken out again to see what became of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exchange_type import ExchangeType

from tests.support.waiting import wait_until


@dataclass(slots=True, frozen=True)
class Letter:
    number: int
    routing_key: str
    headers: dict[str, Any]
    body: bytes


def fill(channel: BlockingChannel, queue: str, count: int) -> None:
    """`count` orders with their number in body and header, sent by a topic exchange so that they have a real key."""
    exchange = f"{queue}.in"
    channel.queue_declare(queue, durable=True)
    channel.exchange_declare(exchange, ExchangeType.topic, durable=True)
    channel.queue_bind(queue, exchange, "order.#")
    for number in range(count):
        body = json.dumps({"order": number, "items": [{"sku": "A-1", "pieces": 2}], "note": None})
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=f"m-{number}",
            headers={"number": number, "tenant": "acme"},
        )
        channel.basic_publish(exchange, f"order.created.{number}", body.encode(), properties)


def drain(channel: BlockingChannel, queue: str, count: int) -> list[Letter]:
    """Take all ready messages out, in order, when there are so many: RabbitMQ puts what somebody held back a moment
    after it was told to."""
    wait_until(lambda: channel.queue_declare(queue, passive=True).method.message_count == count)
    letters: list[Letter] = []
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is None or properties is None or body is None:
            return letters
        headers: dict[str, Any] = dict(properties.headers or {})
        letters.append(Letter(int(headers.get("number", -1)), str(method.routing_key), headers, body))


def numbers(letters: list[Letter]) -> list[int]:
    return [letter.number for letter in letters]
