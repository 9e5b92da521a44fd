"""Each exchange type against the plain reading of the specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.core.context import Context
from brokerctl.core.effects import Effects
from brokerctl.core.exchanges import TYPES, Binding, Exchange
from brokerctl.core.message import Arguments
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.server.codec import WireCodec

words = st.sampled_from(["a", "b", "*", "#", ""])
keys = st.lists(st.sampled_from(["a", "b", ""]), max_size=5).map(".".join)
patterns = st.lists(words, max_size=5).map(".".join)


def bound(kind: str, *bindings: tuple[str, str, Arguments]) -> Exchange:
    exchange = TYPES[kind]("/", "x")
    for queue, key, arguments in bindings:
        exchange.bind(Binding(exchange, Queue("/", queue), key, arguments))
    return exchange


def reached(exchange: Exchange, key: str, headers: Arguments | None = None) -> set[str]:
    return {destination.name for destination in exchange.destinations(key, headers or {})}


def topic_matches(pattern: str, key: str) -> bool:
    """The slow, obvious way: `#` is any number of words, so it may also swallow a dot beside it."""
    wanted, found = pattern.split(".") if pattern else [], key.split(".") if key else []

    def match(at: int, word: int) -> bool:
        if at == len(wanted):
            return word == len(found)
        if wanted[at] == "#":
            return any(match(at + 1, rest) for rest in range(word, len(found) + 1))
        return word < len(found) and wanted[at] in ("*", found[word]) and match(at + 1, word + 1)

    return match(0, 0)


def test_direct_wants_the_same_key() -> None:
    exchange = bound("direct", ("q1", "a", {}), ("q2", "b", {}), ("q3", "a", {}))

    assert reached(exchange, "a") == {"q1", "q3"}
    assert reached(exchange, "c") == set()


def test_fanout_goes_everywhere() -> None:
    assert reached(bound("fanout", ("q1", "a", {}), ("q2", "", {})), "anything") == {"q1", "q2"}


@given(st.lists(patterns, min_size=1, max_size=6), keys)
def test_topic_reaches_what_the_patterns_say(bindings: list[str], key: str) -> None:
    exchange = bound("topic", *((str(number), pattern, {}) for number, pattern in enumerate(bindings)))

    expected = {str(number) for number, pattern in enumerate(bindings) if topic_matches(pattern, key)}

    assert reached(exchange, key) == expected


@given(st.lists(patterns, min_size=1, max_size=6, unique=True), keys)
def test_unbound_topic_patterns_leave_nothing_behind(bindings: list[str], key: str) -> None:
    exchange = bound("topic", *((str(number), pattern, {}) for number, pattern in enumerate(bindings)))

    for binding in list(exchange.bindings.values()):
        exchange.unbind(binding.key)

    assert reached(exchange, key) == set()
    assert exchange._root.children == {}  # type: ignore[attr-defined]


def test_many_hashes_in_a_key_stay_cheap() -> None:
    exchange = bound("topic", ("q", ".".join(["#"] * 40 + ["x"]), {}))

    # Nodes times words: 4,000 steps. A naive matcher would not come back from this line.
    assert reached(exchange, ".".join(["a"] * 100)) == set()


@pytest.mark.parametrize(
    ("arguments", "headers", "hits"),
    [
        ({"x-match": "all", "a": 1, "b": "2"}, {"a": 1, "b": "2", "c": 3}, True),
        ({"x-match": "all", "a": 1, "b": "2"}, {"a": 1}, False),
        ({"x-match": "any", "a": 1, "b": "2"}, {"b": "2"}, True),
        ({"x-match": "any", "a": 1}, {}, False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": None}, {"a": "whatever"}, True),
        ({"x-match": "all", "x-a": 1, "b": 1}, {"b": 1}, True),
        ({"x-match": "all-with-x", "x-a": 1, "b": 1}, {"b": 1}, False),
        ({"x-match": "any-with-x", "x-a": 1}, {"x-a": 1}, True),
    ],
)
def test_headers_match(arguments: Arguments, headers: Arguments, hits: bool) -> None:
    assert reached(bound("headers", ("q", "", arguments)), "", headers) == ({"q"} if hits else set())


def test_same_binding_twice_is_one() -> None:
    exchange = TYPES["direct"]("/", "x")
    queue = Queue("/", "q")

    assert exchange.bind(Binding(exchange, queue, "k", {"a": [1]}))
    assert not exchange.bind(Binding(exchange, queue, "k", {"a": [1]}))
    assert list(exchange.destinations("k", {})) == [queue]


def test_exchanges_bound_in_a_circle_deliver_once() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    effects: Effects = []
    first = vhost.declare_exchange("e1", "fanout", effects, is_durable=False)
    second = vhost.declare_exchange("e2", "fanout", effects, is_durable=False)
    queue = vhost.declare_queue("q", effects)
    for source, destination in ((first, second), (second, first), (first, queue), (second, queue)):
        vhost.bind(source, destination, "", {}, effects)

    assert vhost.router.route(first, "k", {}) == (queue,)


def test_alternate_exchange_takes_what_has_no_route() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    effects: Effects = []
    main = vhost.declare_exchange("main", "direct", effects, is_durable=False, arguments={"alternate-exchange": "rest"})
    rest = vhost.declare_exchange("rest", "fanout", effects, is_durable=False)
    routed, leftover = vhost.declare_queue("routed", effects), vhost.declare_queue("leftover", effects)
    vhost.bind(main, routed, "known", {}, effects)
    vhost.bind(rest, leftover, "", {}, effects)

    assert vhost.router.route(main, "known", {}) == (routed,)
    assert vhost.router.route(main, "unknown", {}) == (leftover,)


def test_alternate_exchange_gets_nothing_where_one_of_several_keys_leads_on() -> None:
    """RabbitMQ asks an exchange for all keys of a message (CC, BCC) together."""
    vhost = Vhost("/", Context(WireCodec()))
    main = vhost.declare_exchange("main", "direct", [], is_durable=False, arguments={"alternate-exchange": "rest"})
    rest = vhost.declare_exchange("rest", "fanout", [], is_durable=False)
    routed, leftover = vhost.declare_queue("routed", []), vhost.declare_queue("leftover", [])
    vhost.bind(main, routed, "known", {}, [])
    vhost.bind(rest, leftover, "", {}, [])

    assert vhost.router.route_all(main, ["unknown", "known"], {}) == (routed,)
    assert vhost.router.route_all(main, ["unknown", "other"], {}) == (leftover,)


class Watching(dict[str, object]):
    """Headers that count how often somebody looks into them."""

    looks = 0

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        return super().__contains__(key)


def test_thousands_of_keys_in_cc_cost_each_binding_one_look() -> None:
    """A CC header of 30 kB holds four thousand keys; fanout and headers exchanges do not ask for any of them."""
    many = [f"key-{number}" for number in range(4000)]
    sent = Watching()
    headers = bound("headers", *((f"q{number}", "", {"a": number}) for number in range(100)))
    fanout = bound("fanout", *((f"q{number}", "", {}) for number in range(100)))
    topic = bound("topic", *((f"q{number}", "#", {}) for number in range(100)))

    assert list(headers.destinations_of_all(many, sent)) == []
    assert sent.looks == 100
    assert len(list(fanout.destinations_of_all(many, sent))) == 100
    assert len(list(topic.destinations_of_all(many, sent))) == 100


def test_a_message_reaches_what_each_of_its_keys_reaches() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    for kind in ("direct", "topic"):
        exchange = vhost.declare_exchange(kind, kind, [], is_durable=False)
        for key in ("a", "b", "b.c", "*"):
            vhost.bind(exchange, vhost.declare_queue(f"{kind} {key}", []), key, {}, [])

    def found(kind: str, *keys: str) -> set[str]:
        return {queue.name for queue in vhost.router.route_all(vhost.exchanges[kind], keys, {})}

    assert found("direct", "a", "b.c", "a", "x") == {"direct a", "direct b.c"}
    assert found("topic", "a", "b.c", "a") == {"topic a", "topic *", "topic b.c"}


def test_default_exchange_as_an_alternate_leads_nowhere_as_in_rabbitmq() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    effects: Effects = []
    main = vhost.declare_exchange("main", "direct", effects, is_durable=False, arguments={"alternate-exchange": ""})
    vhost.declare_queue("named", effects)

    assert vhost.router.route(main, "named", {}) == ()


def test_routes_are_not_remembered_across_a_change() -> None:
    vhost = Vhost("/", Context(WireCodec()))
    effects: Effects = []
    default = vhost.exchanges[""]
    assert vhost.router.route(default, "late", {}) == ()

    queue = vhost.declare_queue("late", effects)

    assert vhost.router.route(default, "late", {}) == (queue,)
