"""Made-up wirings and messages, and a place on a broker where they are declared and published for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from pika.adapters.blocking_connection import BlockingChannel

from brokerctl.clients import content
from brokerctl.operations.routes import Routes, Wiring, route
from tests.support.brokers import VHOST, Place

EXCHANGES, QUEUES = [f"routes.e{n}" for n in range(5)], [f"routes.q{n}" for n in range(4)]
TYPES = ("direct", "fanout", "topic", "headers")
WORDS = ("a", "b", "", "ä")
NAMES = ("k", "m", "x-n")
VALUES: list[Any] = [1, 2, 1.0, "1", "", True, False, None]


@dataclass(frozen=True)
class Bound:
    source: str
    destination: str
    routing_key: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Sent:
    exchange: str
    routing_key: str
    headers: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    types: dict[str, str]
    alternates: dict[str, str]
    bindings: list[Bound]
    sent: list[Sent]


patterns = st.lists(st.sampled_from((*WORDS, "*", "#")), max_size=4).map(".".join)
keys = st.lists(st.sampled_from(WORDS), max_size=4).map(".".join)
tables = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3)
arguments = st.tuples(tables, st.sampled_from(("", "all", "any", "all-with-x", "any-with-x"))).map(
    lambda pair: pair[0] | ({"x-match": pair[1]} if pair[1] else {})
)
further = st.fixed_dictionaries({}, optional={"CC": st.lists(keys, max_size=2), "BCC": st.lists(keys, max_size=2)})
headers = st.tuples(tables, st.one_of(st.just({}), st.just({}), further)).map(lambda pair: pair[0] | pair[1])
plans = st.builds(
    Plan,
    st.lists(st.sampled_from(TYPES), min_size=5, max_size=5).map(
        lambda kinds: dict(zip(EXCHANGES, kinds, strict=True))
    ),
    st.dictionaries(st.sampled_from(EXCHANGES), st.sampled_from([*EXCHANGES, "routes.missing", ""]), max_size=4),
    st.lists(
        st.builds(
            Bound, st.sampled_from(EXCHANGES), st.sampled_from([*EXCHANGES, *QUEUES, *QUEUES]), patterns, arguments
        ),
        max_size=14,
    ),
    st.lists(
        st.builds(Sent, st.sampled_from([*EXCHANGES, ""]), st.one_of(keys, st.sampled_from(QUEUES)), headers),
        min_size=8,
        max_size=16,
    ),
)


@contextmanager
def wired(place: Place, plan: Plan) -> Iterator[BlockingChannel]:
    """Declare it; all of it goes at the end, also when the test closed its channel."""
    with place.channel() as channel:
        try:
            _declare(place, channel, plan)
            yield channel
        finally:
            with place.channel() as clearing:
                for name in QUEUES:
                    clearing.queue_delete(name)
                for name in EXCHANGES:
                    clearing.exchange_delete(name)


def _declare(place: Place, channel: BlockingChannel, plan: Plan) -> None:
    for name, kind in plan.types.items():
        alternate = {"alternate-exchange": plan.alternates[name]} if name in plan.alternates else {}
        channel.exchange_declare(name, kind, arguments=alternate)
    for name in QUEUES:
        channel.queue_declare(name)
    for bound in plan.bindings:
        is_queue = bound.destination in QUEUES
        if any(isinstance(value, float) for value in bound.arguments.values()):
            # pika has no floating point numbers, RabbitMQ's API no values of nothing.
            table = {name: value for name, value in bound.arguments.items() if value is not None}
            kind = "queue" if is_queue else "exchange"
            place.client.bind(VHOST, bound.source, kind, bound.destination, bound.routing_key, table)
        else:
            bind = channel.queue_bind if is_queue else channel.exchange_bind
            bind(bound.destination, bound.source, bound.routing_key, bound.arguments)


def predicted(place: Place, sent: list[Sent]) -> list[Routes]:
    """By what the management API tells of the vhost."""
    client = place.client
    names = [queue.name for queue in client.queues(VHOST)]
    wiring = Wiring.of(client.exchanges(VHOST), names, client.bindings(VHOST), client.policies(VHOST))
    return [route(wiring, each.exchange, each.routing_key, each.headers) for each in sent]


def arrived(place: Place, channel: BlockingChannel, sent: list[Sent]) -> list[set[str]]:
    """Publish all, then look which queues have which."""
    with place.client.messages(VHOST) as session:
        results = session.publish_many(
            (each.exchange, each.routing_key, content.encode({}, each.headers), str(number).encode())
            for number, each in enumerate(sent)
        )
    assert all(result.confirmed for result in results)
    found: list[set[str]] = [set() for _ in sent]
    for name in QUEUES:
        while (taken := channel.basic_get(name, auto_ack=True))[2] is not None:
            assert name not in found[int(taken[2])], "twice in one queue"
            found[int(taken[2])].add(name)
    return found
