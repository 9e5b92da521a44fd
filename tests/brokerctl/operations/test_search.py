"""Searching a queue: what is found, and that everything is in its place afterwards."""

from __future__ import annotations

import json

import pytest

from brokerctl.clients import content
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.operations import search as searching
from brokerctl.operations.progress import Control, Outcome
from brokerctl.operations.search import Comparison, Condition, search
from tests.support.brokers import VHOST, Place, numbered

MANY = 700


def orders(place: Place) -> str:
    queue = place.queue()
    bodies = [json.dumps({"n": n, "paid": n % 2 == 0, "items": [{"sku": f"größe-{n}"}]}).encode() for n in range(20)]
    for body in bodies:
        n = json.loads(body)["n"]
        header = content.encode({"type": "order", "priority": n % 5}, {"tenant": f"t{n % 3}", "deep": {"n": n}})
        place.fill(queue, [body], header)
    return queue


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("body", Comparison.CONTAINS, "größe-7"), []),
        (Condition("body.items.0.sku", Comparison.CONTAINS, "größe-7"), [7]),
        (Condition("body.items.0.sku", Comparison.MATCHES, "e-1[0-2]$"), [10, 11, 12]),
        (Condition("body", Comparison.MATCHES, '"n": 1\\d,'), list(range(10, 20))),
        (Condition("body.n", Comparison.EQUALS, "7"), [7]),
        (Condition("body.paid", Comparison.EQUALS, "true"), list(range(0, 20, 2))),
        (Condition("body.n", Comparison.EQUALS, "true"), []),
        (Condition("headers.tenant", Comparison.EQUALS, "t1"), [1, 4, 7, 10, 13, 16, 19]),
        (Condition("headers.deep.n", Comparison.EQUALS, "3"), [3]),
        (Condition("properties.priority", Comparison.EQUALS, "4"), [4, 9, 14, 19]),
        (Condition("properties.user_id", Comparison.EXISTS), []),
        (Condition("exchange", Comparison.EQUALS, ""), list(range(20))),
        (Condition("routing_key", Comparison.CONTAINS, "queue/"), list(range(20))),
    ],
)
def test_messages_are_found_by_every_field(ours: Place, condition: Condition, found: list[int]) -> None:
    queue = orders(ours)

    hits = search(ours.client, VHOST, queue, [condition]).hits

    assert [each.position for each in hits] == found
    assert [json.loads(each.message.body)["n"] for each in hits] == found


def test_search_of_many_leaves_all_in_their_places(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(MANY))

    found = search(place.client, VHOST, queue, [Condition("body", Comparison.MATCHES, "[05]9$")])

    assert (found.looked_at, found.ready, found.not_searched) == (MANY, MANY, 0)
    assert [each.position for each in found.hits] == [n for n in range(MANY) if n % 100 in (9, 59) and n > 9]
    assert place.bodies(queue) == numbered(MANY)


def test_all_conditions_must_hold_and_the_search_ends_at_its_limit(ours: Place) -> None:
    queue = orders(ours)
    conditions = [
        Condition("headers.tenant", Comparison.EQUALS, "t1"),
        Condition("body.paid", Comparison.EQUALS, "true"),
    ]

    both = search(ours.client, VHOST, queue, conditions)
    first = search(ours.client, VHOST, queue, conditions, limit=1)
    head = search(ours.client, VHOST, queue, conditions, count=5)

    assert [each.position for each in both.hits] == [4, 10, 16]
    assert ([each.position for each in first.hits], first.looked_at) == ([4], 5)
    assert ([each.position for each in head.hits], head.looked_at) == ([4], 5)
    assert first.hits[0].fingerprint == ours.look(queue).seen[4].fingerprint


def test_pattern_that_takes_too_long_is_said_so(ours: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PATTERN_SECONDS", 0.001)
    queue = ours.queue()
    ours.fill(queue, [b"a" * 5000 + b"!", b"b"])

    found = search(ours.client, VHOST, queue, [Condition("body", Comparison.MATCHES, "^(a|a)*(a|a)*(a|a)*$|^b$")])

    assert ([each.position for each in found.hits], found.not_searched) == ([1], 1)


@pytest.mark.parametrize(
    "condition",
    [
        Condition("colour", Comparison.EQUALS, "red"),
        Condition("headers.", Comparison.EXISTS),
        Condition("body." + "0." * 512, Comparison.EXISTS),
        Condition("body", Comparison.MATCHES, "("),
        Condition("body", Comparison.MATCHES, "a{99999999}"),
    ],
)
def test_condition_that_cannot_be_is_refused_before_anything_is_taken(ours: Place, condition: Condition) -> None:
    with pytest.raises(RequestRefused, match=r"there is no field|is not a regular expression|at most 1024 characters"):
        search(ours.client, VHOST, "no such queue", [condition])


def test_cancelled_search_leaves_all_in_their_places(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(MANY))

    with pytest.raises(OperationCancelled, match="cancelled after 200 messages"):
        search(place.client, VHOST, queue, [], control=Control(is_cancelled=lambda: True))

    assert place.bodies(queue) == numbered(MANY)


def test_progress_is_told(ours: Place) -> None:
    queue = ours.queue()
    ours.fill(queue, numbered(MANY))
    told: list[tuple[int | None, int]] = []

    search(
        ours.client, VHOST, queue, [], control=Control(lambda t: told.append((t.total, t.counts.get(Outcome.READ, 0))))
    )

    assert told == [(MANY, 0), (MANY, 200), (MANY, 400), (MANY, 600), (MANY, MANY)]
