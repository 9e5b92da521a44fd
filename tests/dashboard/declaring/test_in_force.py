"""What a change of a policy does, worked out; and a real broker does the same."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients.models import Exchange, MessageCounters, Policy, Queue
from dashboard.declaring.in_force import Effect, Key, Policies, Touched, effect
from dashboard.declaring.patterns import BadPattern, is_tame
from tests.support.brokers import VHOST, Place
from tests.support.waiting import wait_until


def queue(name: str, kind: str = "classic") -> Queue:
    return Queue(
        "/", name, kind, True, False, False, {}, "running", None, {}, 0, 0, 0, None, None, MessageCounters(), "n"
    )


def exchange(name: str) -> Exchange:
    return Exchange("/", name, "topic", True, False, False, {}, None, 0, 0)


def policy(name: str, pattern: str, priority: int = 0, apply_to: str = "all", **definition: Any) -> Policy:
    values = {key.replace("_", "-"): value for key, value in definition.items()}
    return Policy("/", name, pattern, values, priority, apply_to)


def of(new: Policy | None, *there: Policy, operators: tuple[Policy, ...] = (), name: str = "p") -> Effect:
    queues = [queue("a.one"), queue("a.two", "quorum"), queue("b")]
    return effect(name, new, Policies(there, operators), queues, [exchange("a.x"), exchange("")], is_operator=False)


def test_a_new_policy_reaches_what_it_matches_and_says_what_becomes_of_it() -> None:
    found = of(policy("p", "^a", max_length=5), policy("old", ".*", -1, "queues", message_ttl=9))

    assert found.changed == (
        Touched("queue", "a.one", "old", "p", (Key("max-length", None, 5), Key("message-ttl", 9, None))),
        Touched("queue", "a.two", "old", "p", (Key("max-length", None, 5), Key("message-ttl", 9, None))),
        Touched("exchange", "a.x", "", "p", (Key("max-length", None, 5),)),
    )
    assert found.matching == 3


def test_a_lower_priority_changes_nothing_where_another_is_in_force() -> None:
    found = of(policy("p", "^a", 0, "queues", max_length=5), policy("top", "one", 3, max_length=7))

    assert [each.name for each in found.changed] == ["a.two"]
    assert [(each.name, each.then) for each in found.same] == [("a.one", "top")]


def test_a_narrower_pattern_gives_the_rest_back() -> None:
    found = of(policy("p", "one", max_length=5), policy("p", "^a", 0, "queues", max_length=5))

    assert {each.name: (each.now, each.then) for each in found.changed} == {"a.two": ("p", "")}
    assert [each.name for each in found.same] == ["a.one"]


def test_a_deleted_policy_lets_the_next_one_in() -> None:
    found = of(None, policy("p", "^a.one", 2, max_length=5), policy("next", "^a", 0, "queues", max_length=8))

    assert found.changed == (Touched("queue", "a.one", "p", "next", (Key("max-length", 5, 8),)),)


def test_the_smaller_limit_counts_beside_an_operator_policy() -> None:
    found = of(policy("p", "b", max_length=50), operators=(policy("o", ".*", 0, "queues", max_length=20),))

    assert found.changed == (Touched("queue", "b", "", "p", ()),)


def test_a_policy_with_a_key_of_quorum_queues_is_not_for_classic_ones() -> None:
    found = of(policy("p", "^a", 0, "queues", delivery_limit=3))

    assert [each.name for each in found.changed] == ["a.two"]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("a(", "not a regular expression"),
        ("(a|aa)+$", "takes too long|does not end"),
        ("a{99999}", "repeats"),
        ("(" * 600 + ")" * 600, "characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_a_sentence(pattern: str, sentence: str) -> None:
    names = [queue("a" * 200 + "!")]

    with pytest.raises(BadPattern, match=sentence):
        effect("p", policy("p", pattern, max_length=1), Policies((), ()), names, [], is_operator=False)


@pytest.mark.parametrize(
    ("pattern", "tame"),
    [
        ("^orders\\.", True),
        (".*", True),
        ("^(a|b)$", True),
        ("a+b*", False),
        ("(a+)+", False),
        ("(a)*", False),
        (r"(a)\1", False),
        ("a{2,}b+", False),
        ("a{1,99}a{1,99}", False),
        ("^colou?r", True),
        ("a?" * 99, False),
    ],
)
def test_only_a_pattern_that_cannot_take_long_is_searched_without_a_limit(pattern: str, tame: bool) -> None:
    assert is_tame(pattern) is tame


def test_a_pattern_on_the_broker_that_cannot_be_read_here_is_named() -> None:
    found = of(policy("p", "b", max_length=1), policy("perl", "(?{1})", 9, max_length=3))

    assert found.unclear == ("perl",)


def test_what_is_worked_out_is_what_the_broker_does(place: Place) -> None:
    """The last of three policies, when it is set on a real one."""
    client = place.client
    names = ["force.a", "force.b"]
    for name in names:
        client.declare_queue(VHOST, name)
    client.put_policy(Policy(VHOST, "wide", "^force", {"max-length": 10, "message-ttl": 60_000}, 0, "queues"))
    client.put_policy(Policy(VHOST, "narrow", r"\.b$", {"max-length": 5}, 1, "queues"))
    last = Policy(VHOST, "wide", "a$", {"expires": 900_000}, 2, "queues")

    before = Policies(tuple(client.policies(VHOST)), ())
    expected = effect("wide", last, before, client.queues(VHOST), [], is_operator=False)
    client.put_policy(last)

    then = {
        each.name: (each.then, {key.name: key.then for key in each.keys})
        for each in (*expected.changed, *expected.same)
    }
    assert {name: (then[name][0]) for name in names} == {"force.a": "wide", "force.b": "narrow"}
    for name in names:
        # RabbitMQ shows it with its next statistics.
        wait_until(lambda name=name: client.queue(VHOST, name).policy == then[name][0])  # type: ignore[misc]
        settings = client.queue(VHOST, name).effective_policy
        assert {key: settings.get(key) for key in then[name][1]} == then[name][1]
    for name in ("wide", "narrow"):
        client.delete_policy(VHOST, name)
    for name in names:
        client.delete_queue(VHOST, name)
