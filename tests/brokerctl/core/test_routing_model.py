"""Routing of every exchange type against a short reference, while exchanges, queues and bindings come and go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerctl.core.context import Context
from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.server.codec import WireCodec
from tests.support.reliability import evidence, runs

EXCHANGES, QUEUES = tuple("uvwx"), tuple("abc")
Binding = tuple[str, str, str, str, tuple[tuple[str, Any], ...]]
"""source, kind of destination, destination, routing key, arguments."""


@dataclass
class Reference:
    """What AMQP and RabbitMQ say about routing, without an index or a memory."""

    exchanges: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """type and alternate exchange."""
    queues: set[str] = field(default_factory=set)
    bindings: list[Binding] = field(default_factory=list)

    def remove(self, kind: str, name: str) -> None:
        self.bindings = [
            bound for bound in self.bindings if bound[1:3] != (kind, name) and (kind == "queue" or bound[0] != name)
        ]

    def route(self, start: str, key: str, headers: Arguments) -> set[str]:
        todo, seen, found = [start], {start}, set()
        while todo:
            source = todo.pop()
            kind, alternate = self.exchanges[source]
            reached = [
                bound[1:3] for bound in self.bindings if bound[0] == source and matches(kind, bound, key, headers)
            ]
            found |= {name for where, name in reached if where == "queue"}
            following = {name for where, name in reached if where == "exchange"}
            if not reached and alternate in self.exchanges:
                following = {str(alternate)}
            todo += following - seen
            seen |= following
        return found


def matches(kind: str, bound: Binding, key: str, headers: Arguments) -> bool:
    pattern, arguments = bound[3], dict(bound[4])
    match kind:
        case "direct":
            return pattern == key
        case "topic":
            return words_match(pattern.split(".") if pattern else [], key.split(".") if key else [])
        case "headers":
            return headers_match(arguments, headers)
    return True


def words_match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(words_match(pattern[1:], words[at:]) for at in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and words_match(pattern[1:], words[1:])


def headers_match(arguments: Arguments, headers: Arguments) -> bool:
    mode = arguments.pop("x-match", "all")
    if not mode.endswith("-with-x"):
        arguments = {name: value for name, value in arguments.items() if not name.startswith("x-")}
    hits = [
        name in headers and (value is None or (type(value), value) == (type(headers[name]), headers[name]))
        for name, value in arguments.items()
    ]
    return any(hits) if mode.startswith("any") else all(hits)


class Stage:
    """The same in the core; `change` does one step to both."""

    def __init__(self) -> None:
        self.vhost = Vhost("/", Context(WireCodec()))
        self.reference = Reference()

    def change(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("exchange", str(name), str(kind), alternate):
                self._declare_exchange(name, kind, alternate)
            case ("no exchange", str(name)):
                self.vhost.delete_exchange(name, [])
                self.reference.exchanges.pop(name, None)
                self.reference.remove("exchange", name)
            case ("queue", str(name)):
                self.vhost.declare_queue(name, [])
                self.reference.queues.add(name)
            case ("no queue", str(name)) if name in self.reference.queues:
                self.vhost.delete_queue(self.vhost.queues[name], [])
                self.reference.queues.discard(name)
                self.reference.remove("queue", name)
            case ("bind" | "unbind", *bound):
                self._bind(step[0], (bound[0], bound[1], bound[2], bound[3], bound[4]))

    def _declare_exchange(self, name: str, kind: str, alternate: str | None) -> None:
        if name not in self.reference.exchanges:
            arguments = {} if alternate is None else {"alternate-exchange": alternate}
            self.vhost.declare_exchange(name, kind, [], is_durable=False, arguments=arguments)
            self.reference.exchanges[name] = kind, alternate

    def _bind(self, what: str, bound: Binding) -> None:
        source, kind, destination, key, arguments = bound
        known: dict[str, Queue] | dict[str, Exchange] = self.vhost.queues if kind == "queue" else self.vhost.exchanges
        if source not in self.reference.exchanges or destination not in known:
            return
        ends = self.vhost.exchange(source), known[destination]
        if what == "bind":
            self.vhost.bind(*ends, key, dict(arguments), [])
            self.reference.bindings += [] if bound in self.reference.bindings else [bound]
        else:
            self.vhost.unbind(*ends, key, dict(arguments), [])
            self.reference.bindings = [other for other in self.reference.bindings if other != bound]

    def differences(self, key: str, headers: Arguments) -> Iterator[tuple[str, set[str], set[str]]]:
        """(exchange, what it says, what it should say). Asked twice: the second answer may come from memory."""
        for name in self.reference.exchanges:
            expected = self.reference.route(name, key, headers)
            for _ in range(2):
                queues = self.vhost.router.route(self.vhost.exchange(name), key, headers)
                names = {queue.name for queue in queues}
                if names != expected or len(queues) != len(names):
                    yield name, names, expected


words = st.sampled_from(("a", "b", "", "größe", "*", "#", "#"))
patterns = st.lists(words, max_size=4).map(".".join)
values = st.sampled_from((1, 1, True, "1", None))
tables = st.dictionaries(st.sampled_from(("k", "x-k")), values, max_size=2)
binding_arguments = st.builds(
    lambda table, mode: tuple(sorted({**table, **mode}.items())),
    tables,
    st.sampled_from(({}, *({"x-match": mode} for mode in ("all", "any", "all-with-x", "any-with-x")))),
)
exchange_names, queue_names = st.sampled_from(EXCHANGES), st.sampled_from(QUEUES)
exchange_types = st.sampled_from(("direct", "fanout", "topic", "topic", "headers"))
bound = st.tuples(exchange_names, st.just("queue"), queue_names, patterns, binding_arguments) | st.tuples(
    exchange_names, st.just("exchange"), exchange_names, patterns, binding_arguments
)
declared = st.tuples(st.just("exchange"), exchange_names, exchange_types, st.none() | exchange_names)
steps = st.lists(
    st.one_of(
        declared,
        bound.map(lambda bound: ("bind", *bound)),
        bound.map(lambda bound: ("bind", *bound)),
        bound.map(lambda bound: ("bind", *bound)),
        bound.map(lambda bound: ("unbind", *bound)),
        st.tuples(st.just("no exchange"), exchange_names),
        st.tuples(st.sampled_from(("queue", "no queue")), queue_names),
    ),
    min_size=4,
    max_size=24,
)


@pytest.mark.reliability("b2")
def test_every_exchange_routes_as_the_reference_does_after_every_change() -> None:
    pairs = 0

    @settings(max_examples=runs(120, 4_000), deadline=None)
    @given(st.lists(exchange_types, min_size=3, max_size=4), steps, st.lists(patterns, min_size=1, max_size=3), tables)
    def check(types: list[str], steps: list[tuple[Any, ...]], keys: list[str], headers: Arguments) -> None:
        nonlocal pairs
        stage = Stage()
        begin = [("exchange", name, kind, None) for name, kind in zip(EXCHANGES, types, strict=False)]
        for step in [*begin, *(("queue", name) for name in QUEUES), *steps, *_undone(steps)]:
            stage.change(step)
            for key in keys:
                assert list(stage.differences(key, headers)) == [], f"key {key!r} after {step}"
                pairs += len(stage.reference.exchanges)

    with evidence("B2 routing_model", "100,000 (key, bindings) pairs: 0 differences") as figures:
        check()
        figures["pairs"] = pairs


def test_every_short_pattern_matches_the_short_keys_it_should() -> None:
    """All there are: up to four words of `a`, `*` and `#`, and keys of up to four words."""
    stage = Stage()
    exchange = stage.vhost.exchange("amq.topic")
    patterns = [".".join(words) for count in range(5) for words in itertools.product("a*#", repeat=count)]
    for pattern in patterns:
        stage.vhost.bind(exchange, stage.vhost.declare_queue(f"q{pattern}", []), pattern, {}, [])

    for count in range(5):
        for words in itertools.product("ab", repeat=count):
            found = {queue.name for queue in stage.vhost.router.route(exchange, ".".join(words), {})}
            expected = {f"q{each}" for each in patterns if words_match(each.split(".") if each else [], list(words))}
            assert found == expected


def _undone(steps: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same bindings taken away again: what an index forgets to remove shows."""
    return [("unbind", *step[1:]) for step in steps if step[0] == "bind"]
