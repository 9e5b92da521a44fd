"""Arguments of queues: each of a wrong type, out of range, in place, and declared again otherwise."""

from __future__ import annotations

from typing import Any

from tests.rabbitmq.steps import Scenario, scenario
from tests.rabbitmq.words import depth, q, q_with

TEN_YEARS = 10 * 365 * 24 * 3600 * 1000
"""In milliseconds: the longest time RabbitMQ takes."""

REFUSED: list[tuple[str, Any]] = [
    ("x-delivery-limit", 3),
    ("x-message-ttl", "60000"),
    ("x-message-ttl", -1),
    ("x-message-ttl", True),
    ("x-message-ttl", 1.5),
    ("x-message-ttl", TEN_YEARS + 1),
    ("x-expires", "60000"),
    ("x-expires", 0),
    ("x-expires", -1),
    ("x-expires", TEN_YEARS + 1),
    ("x-max-length", "10"),
    ("x-max-length", -1),
    ("x-max-length-bytes", "10"),
    ("x-max-length-bytes", -1),
    ("x-max-priority", "10"),
    ("x-max-priority", -1),
    ("x-max-priority", 256),
    ("x-dead-letter-exchange", 1),
    ("x-dead-letter-routing-key", 1),
    ("x-dead-letter-routing-key", "alone"),
    ("x-overflow", "drop"),
    ("x-overflow", 1),
    ("x-queue-mode", "fast"),
    ("x-queue-mode", 1),
    ("x-queue-type", "nonsense"),
    ("x-queue-type", 1),
    ("x-single-active-consumer", "true"),
    ("x-single-active-consumer", 1),
]

TAKEN: list[tuple[str, Any]] = [
    ("x-message-ttl", 0),
    ("x-message-ttl", 60_000),
    ("x-message-ttl", TEN_YEARS),
    ("x-expires", 60_000),
    ("x-max-length", 0),
    ("x-max-length-bytes", 0),
    ("x-max-priority", 0),
    ("x-max-priority", 255),
    ("x-dead-letter-exchange", ""),
    ("x-dead-letter-exchange", "nobody declared this one"),
    ("x-overflow", "drop-head"),
    ("x-overflow", "reject-publish"),
    ("x-overflow", "reject-publish-dlx"),
    ("x-queue-mode", "default"),
    ("x-queue-mode", "lazy"),
    ("x-queue-version", 2),
    ("x-queue-type", "classic"),
    ("x-single-active-consumer", False),
    ("x-single-active-consumer", True),
    ("x-nobody-knows", "this"),
    ("without-x", 1),
]

OTHER: list[tuple[str, Any, Any]] = [
    ("x-message-ttl", 1000, 2000),
    ("x-expires", 60_000, 70_000),
    ("x-max-length", 1, 2),
    ("x-max-length-bytes", 1, 2),
    ("x-max-priority", 1, 2),
    ("x-dead-letter-exchange", "x", "y"),
    ("x-overflow", "drop-head", "reject-publish"),
    ("x-queue-mode", "default", "lazy"),
    ("x-single-active-consumer", False, True),
    ("x-nobody-knows", 1, 2),
    ("without-x", 1, 2),
]


def named(name: str, value: Any, why: str) -> str:
    return f"{name} = {value!r} {why}"


def both_ways(name: str, one: Any, other: Any) -> list[Scenario]:
    return [
        scenario(named(name, one, f"and then {other!r}"), q_with({name: one}), q_with({name: other})),
        scenario(named(name, one, "and then none"), q_with({name: one}), q()),
    ]


SCENARIOS = [
    *(scenario(named(name, value, "is refused"), q_with({name: value}), depth()) for name, value in REFUSED),
    *(scenario(named(name, value, "is taken"), q_with({name: value}), q_with({name: value}), depth())
      for name, value in TAKEN),
    *(each for name, one, other in OTHER for each in both_ways(name, one, other)),
    scenario("none and then x-max-length = 1", q(), q_with({"x-max-length": 1})),
    scenario("the same number in other sizes", q_with({"x-max-length": 5}), q_with({"x-max-length": 5})),
    scenario("dead-letter key with its exchange",
             q_with({"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "p"})),
    scenario("quorum, durable", q_with({"x-queue-type": "quorum"}, durable=True), depth()),
    scenario("quorum, not durable", q_with({"x-queue-type": "quorum"}), depth()),
    scenario("quorum, exclusive", q_with({"x-queue-type": "quorum"}, durable=True, exclusive=True), depth()),
    scenario("quorum, auto-delete", q_with({"x-queue-type": "quorum"}, durable=True, auto_delete=True), depth()),
    scenario("quorum with priorities", q_with({"x-queue-type": "quorum", "x-max-priority": 5}, durable=True), depth()),
    scenario("quorum with a delivery limit", q_with({"x-queue-type": "quorum", "x-delivery-limit": 2}, durable=True)),
    scenario("quorum with a delivery limit below zero",
             q_with({"x-queue-type": "quorum", "x-delivery-limit": -1}, durable=True)),
    scenario("quorum and then classic", q_with({"x-queue-type": "quorum"}, durable=True), q(durable=True)),
    scenario("classic and then quorum", q(durable=True), q_with({"x-queue-type": "quorum"}, durable=True)),
    scenario("nothing and then classic in words", q(), q_with({"x-queue-type": "classic"})),
]  # fmt: skip
