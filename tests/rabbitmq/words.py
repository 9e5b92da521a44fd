"""Sentences that many scenarios need, shorter than AMQP's methods."""

from __future__ import annotations

from typing import Any

from brokerctl.wire.methods import basic, confirm, exchange, queue


def declare(name: str = "x", kind: str = "direct", **options: Any) -> exchange.Declare:
    return exchange.Declare(exchange=name, type=kind, **options)


def q(name: str = "q", **options: Any) -> queue.Declare:
    return queue.Declare(queue=name, **options)


def q_with(arguments: dict[str, Any], name: str = "q", **options: Any) -> queue.Declare:
    return queue.Declare(queue=name, arguments=arguments, **options)


def depth(name: str = "q") -> queue.Declare:
    """Ask how many messages are ready, by a passive declare."""
    return queue.Declare(queue=name, passive=True)


def bind(name: str = "q", exchange: str = "x", key: str = "", **arguments: Any) -> queue.Bind:
    return queue.Bind(queue=name, exchange=exchange, routing_key=key, arguments=arguments)


def take(name: str = "q") -> basic.Get:
    """Get a message for good."""
    return basic.Get(queue=name, no_ack=True)


def get(name: str = "q") -> basic.Get:
    """Get a message that waits for its ack."""
    return basic.Get(queue=name)


def consume(name: str = "q", tag: str = "c", **options: Any) -> basic.Consume:
    return basic.Consume(queue=name, consumer_tag=tag, **options)


def confirms() -> confirm.Select:
    return confirm.Select()
