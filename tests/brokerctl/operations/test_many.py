"""One action on many queues: each has its result, and one that fails does not stop the rest."""

from __future__ import annotations

import pytest

from brokerctl.errors import BrokerUnreachable, OperationCancelled
from brokerctl.operations import many
from brokerctl.operations.move import Destination
from brokerctl.operations.progress import Control, Outcome, Tally
from tests.support.brokers import VHOST, Place, numbered


def outcomes(tally: Tally) -> list[tuple[str, Outcome, int | None]]:
    return [(item.queue, item.outcome, item.messages) for item in tally.items]


def test_each_queue_has_its_result_and_a_missing_one_stops_nothing(place: Place) -> None:
    one, two = place.queue(), place.queue()
    place.fill(one, numbered(3))

    purged = many.each([(VHOST, one), (VHOST, "nothing here"), (VHOST, two)], many.purge(place.client), Control())
    deleted = many.each([(VHOST, one), (VHOST, "nothing here")], many.delete(place.client), Control())

    assert outcomes(purged) == [
        (one, Outcome.DONE, 3),
        ("nothing here", Outcome.MISSING, None),
        (two, Outcome.DONE, 0),
    ]
    assert (purged.total, purged.done) == (3, 3)
    assert outcomes(deleted) == [(one, Outcome.DONE, None), ("nothing here", Outcome.MISSING, None)]
    assert one not in {queue.name for queue in place.client.queues(VHOST)}


def test_messages_of_many_queues_go_to_one_and_what_stays_is_said(place: Place) -> None:
    first, second, full, to = place.queue(), place.queue(), place.queue(), place.queue()
    small = place.queue(x_max_length=1, x_overflow="reject-publish")
    for queue, count in ((first, 2), (second, 1), (full, 3)):
        place.fill(queue, numbered(count))

    moved = many.each(
        [(VHOST, first), (VHOST, second)],
        many.move(place.client, Destination(place.client, VHOST, "", to)),
        Control(),
    )
    stuck = many.each([(VHOST, full)], many.move(place.client, Destination(place.client, VHOST, "", small)), Control())

    assert outcomes(moved) == [(first, Outcome.DONE, 2), (second, Outcome.DONE, 1)]
    assert place.count(to) == 3
    assert outcomes(stuck) == [(full, Outcome.FAILED, 1)]
    assert stuck.items[0].reason == "2 refused: still in the queue"


def test_cancelling_leaves_the_rest_as_it_is_and_says_so(place: Place) -> None:
    queues = [(VHOST, place.queue()) for _ in range(3)]
    seen: list[Tally] = []
    control = Control(report=seen.append, is_cancelled=lambda: bool(seen[-1].items))

    with pytest.raises(OperationCancelled, match="2 queues were not tried"):
        many.each(queues, many.delete(place.client), control)

    assert [item.outcome for item in seen[-1].items] == [Outcome.DONE, Outcome.LEFT, Outcome.LEFT]
    assert {name for _, name in queues[1:]} <= {queue.name for queue in place.client.queues(VHOST)}


def test_an_action_that_is_cancelled_in_the_middle_was_tried() -> None:
    seen: list[Tally] = []

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        raise OperationCancelled(f"cancelled; 3 messages were left in {queue}")

    with pytest.raises(OperationCancelled, match="3 messages"):
        many.each([("/", name) for name in "ab"], act, Control(report=seen.append))

    assert [(item.outcome, item.reason) for item in seen[-1].items] == [
        (Outcome.LEFT, "begun, then: cancelled; 3 messages were left in a"),
        (Outcome.LEFT, "not tried"),
    ]


def test_a_broker_that_goes_away_ends_it_and_nothing_is_claimed() -> None:
    seen: list[Tally] = []

    def act(vhost: str, queue: str, control: Control) -> tuple[int | None, str]:
        if queue == "b":
            raise BrokerUnreachable("here:1 refused the connection")
        return None, ""

    with pytest.raises(BrokerUnreachable):
        many.each([("/", name) for name in "abc"], act, Control(report=seen.append))

    assert [(item.outcome, item.reason) for item in seen[-1].items] == [
        (Outcome.DONE, ""),
        (Outcome.LEFT, "begun, then: here:1 refused the connection"),
        (Outcome.LEFT, "not tried"),
    ]
