from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.models import Binding, Exchange
from dashboard.operations.dry_run import routes, topic_matches, unroutable


def exchange(type: str, name: str = "orders", arguments: dict[str, Any] | None = None) -> Exchange:
    return Exchange("/", name, type, True, False, False, arguments or {}, None, 0, 0)


def bound(key: str, queue: str, kind: str = "queue") -> Binding:
    return Binding("/", "orders", queue, kind, key, {}, key)


def test_the_default_exchange_routes_by_the_queues_name() -> None:
    assert routes(exchange("direct", ""), [], "parked") == frozenset({"parked"})


def test_direct_compares_keys_fanout_takes_all_topic_matches_words() -> None:
    bindings = [bound("order.new", "a"), bound("order.*", "b")]

    assert routes(exchange("direct"), bindings, "order.new") == frozenset({"a"})
    assert routes(exchange("fanout"), bindings, "x") == frozenset({"a", "b"})
    assert routes(exchange("topic"), bindings, "order.new") == frozenset({"a", "b"})
    assert routes(exchange("topic"), bindings, "order.old") == frozenset({"b"})
    assert routes(exchange("direct"), bindings, "user.new") == frozenset()


@pytest.mark.parametrize(
    ("pattern", "key", "matches"),
    [
        ("#", "", True),
        ("#", "a.b.c", True),
        ("a.#", "a", True),
        ("a.#.b", "a.b", True),
        ("a.#.b", "a.x.y.b", True),
        ("a.#.b", "a.x.y.c", False),
        ("*", "a", True),
        ("*", "", False),
        ("", "", True),
        ("*", "a.b", False),
        ("*.b", "a.b", True),
        ("a.*", "a", False),
        ("#.#.#.b", "x." * 200 + "b", True),
    ],
)
def test_topics(pattern: str, key: str, matches: bool) -> None:
    assert topic_matches(pattern, key) is matches


def test_what_bindings_do_not_tell_is_not_known() -> None:
    assert routes(exchange("headers"), [], "a") is None
    assert routes(exchange("x-delayed-message"), [], "a") is None
    assert routes(exchange("direct"), [bound("a", "other", "exchange")], "a") is None
    assert routes(exchange("direct", arguments={"alternate-exchange": "lost"}), [], "a") is None


def test_messages_without_a_route_are_counted() -> None:
    bindings = [bound("a", "q"), bound("b", "other", "exchange")]

    assert unroutable(exchange("direct"), bindings, ["a", "a", "b", "c", "c", "c"]) == (3, 1)
