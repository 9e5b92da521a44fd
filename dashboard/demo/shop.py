"""The whole demo: who is there, how fast they are, and what is said about it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pika
import pika.exceptions

from brokerctl.clients import failures
from brokerctl.clients.base import Address
from brokerctl.errors import BrokerUnreachable, ClientError, RequestRefused
from dashboard.demo.clients import Client, Consumer, Line, Producer, Say, connected
from dashboard.demo.letters import Letter, Shop
from dashboard.demo.pace import Capacity, Pace
from dashboard.demo.topology import ANALYTICS, NEW_ORDERS, NOTIFICATIONS, PAYMENTS, SHIPPING, Topology

REPORT_SECONDS = 10.0
SHORTEST_SECONDS = 0.5
"""A rate over less would say nothing."""
STOP_SECONDS = 15.0
NAME = "Postroom demo"
FORM = "--url takes amqp://user:password@host:port/vhost"


@dataclass(slots=True, frozen=True)
class Wishes:
    """What the command line asked for."""

    url: str
    rate: float = 1.0
    """Factor on every rate."""
    seconds: float | None = None
    keeps: bool = False


def run(wishes: Wishes, stopping: threading.Event, say: Say) -> None:
    """Drive traffic until `stopping` is set or the time is over, then clear up. Raises ClientError."""
    # What happens to a connection is said here, in a sentence; pika says it in a page.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    parameters, address = parsed(wishes.url)
    topology = _prepare(parameters, address)
    consumers, producers = clients(parameters, wishes.rate, say)
    say(f"Producers: {_names(producers)}. Consumers: {_names(consumers)}.")
    for client in (*consumers, *producers):
        client.start()
    try:
        _watch(consumers, producers, wishes.seconds, stopping, say)
    finally:
        _stop([*producers, *consumers])
        if wishes.keeps:
            say("Stopped; its exchanges, queues and messages stay.")
        else:
            say(_clear_up(parameters, address, topology))


def parsed(url: str) -> tuple[pika.URLParameters, Address]:
    """Raises RequestRefused. What a URL leaves out pika fills with the broker of this machine and guest, so a slip of
    the pen would reach a broker that nobody named: scheme and host must be there."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            raise RequestRefused(FORM)
        parameters = pika.URLParameters(url)
    except ValueError as error:
        raise RequestRefused(f"{FORM} ({error})") from error
    login = parameters.credentials
    assert isinstance(login, pika.PlainCredentials)
    return parameters, Address(parameters.host, parameters.port, 0, login.username, login.password)


def clients(parameters: pika.URLParameters, factor: float, say: Say) -> tuple[list[Consumer], list[Producer]]:
    """Who takes part. A consumer's capacity is a little above what comes, and now and then below."""
    shop, people = Shop(), Shop()

    def line(make: Callable[[], Letter], rate: float, phase: float) -> Line:
        return Line(make, Pace(rate * factor, phase))

    def consumer(name: str, queue: str, base: float, tired: float, leaves: float | None = None) -> Consumer:
        return Consumer(name, parameters, say, queue, Capacity(base * factor, tired * factor), leaves)

    orders = [
        line(shop.new_order, 12, 0),
        line(shop.shipment, 8, 1),
        line(shop.order_event, 10, 2),
        line(shop.payment, 3, 3),
    ]
    return (
        [
            consumer("Order Processor", NEW_ORDERS, 22, 22),
            consumer("Shipping Service", SHIPPING, 16, 16),
            consumer("Email Service", NOTIFICATIONS, 16, 3),
            consumer("Analytics Service", ANALYTICS, 40, 40),
            consumer("Payment Service", PAYMENTS, 8, 8, leaves=5),
        ],
        [
            Producer("Order Service", parameters, say, orders),
            Producer("User Service", parameters, say, [line(people.user_change, 9, 4)]),
        ],
    )


def _prepare(parameters: pika.URLParameters, address: Address) -> Topology:
    try:
        with connected(parameters, NAME) as connection:
            return Topology.declare_new(connection)
    except pika.exceptions.ChannelClosedByBroker as error:
        raise RequestRefused(f"the broker has something else by a name of the demo: {error.reply_text}") from error
    except (pika.exceptions.AMQPError, OSError) as error:
        raise failures.open_failure(address, parameters.virtual_host, error) from error


def _watch(
    consumers: list[Consumer],
    producers: list[Producer],
    seconds: float | None,
    stopping: threading.Event,
    say: Say,
) -> None:
    """Say what was reached, until it is time to stop."""
    started = before = time.monotonic()
    published = taken = 0
    while True:
        left = REPORT_SECONDS if seconds is None else min(REPORT_SECONDS, started + seconds - time.monotonic())
        is_over = left <= 0 or stopping.wait(left)
        now = time.monotonic()
        sums = sum(client.done for client in producers), sum(client.done for client in consumers)
        if now > before + SHORTEST_SECONDS:
            rates = [(new - old) / (now - before) for new, old in zip(sums, (published, taken), strict=True)]
            say(f"{now - started:5.0f} s: published {rates[0]:.1f}/s, consumed {rates[1]:.1f}/s")
            before, (published, taken) = now, sums
        if is_over:
            return


def _stop(everybody: list[Client]) -> None:
    for client in everybody:
        client.stop()
    for client in everybody:
        client.join(STOP_SECONDS)


def _clear_up(parameters: pika.URLParameters, address: Address, topology: Topology) -> str:
    try:
        with connected(parameters, NAME) as connection:
            topology.remove(connection)
    except (pika.exceptions.AMQPError, OSError) as error:
        reason: ClientError = failures.open_failure(address, parameters.virtual_host, error)
        if isinstance(reason, BrokerUnreachable):
            return f"Stopped; nothing was removed: {reason}"
        raise reason from error
    return "Stopped; what it had declared is removed."


def _names(everybody: list[Consumer] | list[Producer]) -> str:
    return ", ".join(client.name for client in everybody)
