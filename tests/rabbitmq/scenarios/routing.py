"""Where a message goes: the kinds of exchange, by key and by headers."""

from __future__ import annotations

from typing import Any

from tests.rabbitmq.steps import Scenario, confirmed, publish, scenario
from tests.rabbitmq.words import bind, confirms, declare, depth, q

TOPICS = [
    ("a.b", "a.b", "a.b.c", "a"),
    ("a.*", "a.b", "a.", "a", "a.b.c"),
    ("*.b", "a.b", ".b", "b"),
    ("#", "", "a", "a.b.c", "."),
    ("a.#", "a", "a.b", "a.b.c", "ab"),
    ("#.b", "b", "a.b", "b.b", "b.a"),
    ("a.#.b", "a.b", "a.x.b", "a.x.y.b", "a"),
    ("#.#", "", "a", "a.b"),
    ("*.#", "", "a", "a.b"),
    ("#.*", "", "a", "a.b"),
    ("*", "", "a", "a.b", "."),
    ("", "", "a"),
    ("a..b", "a..b", "a.b", "a.x.b"),
    ("*.*", "a.b", ".", "a"),
    ("a*", "a*", "ab"),
    ("größe.*", "größe.ö", "grosse.o"),
]

HEADERS: list[tuple[dict[str, Any], *tuple[dict[str, Any], ...]]] = [
    ({"x-match": "all", "a": 1, "b": "2"}, {"a": 1, "b": "2"}, {"a": 1}, {"a": 1, "b": "2", "c": 3}, {"a": 1, "b": 2}),
    ({"x-match": "any", "a": 1, "b": "2"}, {"a": 1}, {"b": "2"}, {"a": 2}, {"c": 1}, {}),
    ({"a": 1}, {"a": 1}, {"a": 2}),
    ({}, {}, {"a": 1}),
    ({"x-match": "any"}, {}, {"a": 1}),
    ({"x-match": "all", "x-a": 1}, {"x-a": 1}, {"x-a": 2}, {}),
    ({"x-match": "any", "x-a": 1}, {"x-a": 1}, {}),
    ({"x-match": "all-with-x", "x-a": 1, "b": 1}, {"x-a": 1, "b": 1}, {"b": 1}),
    ({"x-match": "any-with-x", "x-a": 1, "b": 1}, {"x-a": 1}, {"b": 1}, {"x-a": 2}),
    ({"x-match": "all", "a": None}, {"a": 1}, {"a": None}, {}),
    ({"x-match": "all", "a": True}, {"a": True}, {"a": 1}, {"a": "true"}),
    ({"x-match": "all", "a": 1.0}, {"a": 1.0}, {"a": 1}),
    ({"x-match": "all", "a": 2**40}, {"a": 2**40}, {"a": 1}),
    ({"x-match": "all", "a": [1, "b"]}, {"a": [1, "b"]}, {"a": [1]}),
    ({"x-match": "all", "a": {"b": 1}}, {"a": {"b": 1}}, {"a": {"b": 2}}),
    ({"x-match": "all", "a": "ö"}, {"a": "ö"}, {"a": "o"}),
]


def topic(pattern: str, *keys: str) -> Scenario:
    """How many of these keys reach a queue bound by the pattern; the queue tells after each."""
    steps = [
        step for number, key in enumerate(keys, 1) for step in (publish(key, exchange="x"), confirmed(number), depth())
    ]
    return scenario(f"topic {pattern!r}", declare("x", "topic"), q(), bind(key=pattern), confirms(), *steps)


def headers(arguments: dict[str, Any], *messages: dict[str, Any]) -> Scenario:
    steps = [
        step
        for number, each in enumerate(messages, 1)
        for step in (publish(exchange="x", headers=each), confirmed(number), depth())
    ]
    return scenario(f"headers {arguments}", declare("x", "headers"), q(), bind(**arguments), confirms(), *steps)


SCENARIOS = [
    *(topic(*each) for each in TOPICS),
    *(headers(*each) for each in HEADERS),
    scenario("a message without headers at a headers exchange", declare("x", "headers"), q(), bind(a=1), confirms(),
             publish(exchange="x"), confirmed(1), depth()),
    scenario("direct: the key equals", declare("x"), q(), bind(key="a.*"), confirms(), publish("a.*", exchange="x"),
             publish("a.b", exchange="x"), confirmed(2), depth()),
    scenario("fanout ignores the key", declare("x", "fanout"), q(), bind(key="a"), confirms(),
             publish("b", exchange="x"), confirmed(1), depth()),
    scenario("the default exchange knows every queue by its name", q(), confirms(), publish("q"), publish("p"),
             confirmed(2), depth()),
]  # fmt: skip
