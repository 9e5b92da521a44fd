"""Dead letters go back to where they came from, and what cannot go stays."""

from __future__ import annotations

import pytest

from brokerctl.errors import OperationCancelled
from brokerctl.operations.pace import Pace
from brokerctl.operations.progress import Control, Outcome
from brokerctl.operations.replay import Replay, Replayed, Way, replay
from tests.support.brokers import VHOST, Place, numbered

MANY = 120


def dead(place: Place, count: int, exchange: str = "") -> tuple[str, str]:
    """(queue they came from, queue of dead letters): that many rejected messages."""
    graveyard = place.queue()
    source = place.queue(x_dead_letter_exchange="", x_dead_letter_routing_key=graveyard)
    with place.channel() as channel:
        channel.confirm_delivery()
        if exchange:
            channel.queue_bind(source, exchange, "order.#")
        for body in numbered(count):
            channel.basic_publish(exchange, f"order.{body[-1]}" if exchange else source, body)
        for _ in range(count):
            method, _, _ = channel.basic_get(source)
            assert method is not None
            channel.basic_reject(method.delivery_tag or 0, requeue=False)
        place.settled(graveyard, count)
    return source, graveyard


def test_messages_go_back_to_the_queue_they_died_in(place: Place) -> None:
    source, graveyard = dead(place, MANY)
    told: list[Replayed] = []

    tally = replay(Replay(place.client, VHOST, graveyard, told=told.append))

    assert (tally.total, tally.counts) == (MANY, {Outcome.MOVED: MANY})
    assert place.bodies(source) == numbered(MANY)
    assert place.count(graveyard) == 0
    assert {(each.outcome, each.exchange, each.routing_key) for each in told} == {(Outcome.MOVED, "", source)}
    assert len({each.fingerprint for each in told}) == MANY
    assert place.look(source).seen[0].message.headers["x-death"][0]["queue"] == source


def test_through_the_exchange_every_bound_queue_gets_them_with_their_own_key(place: Place) -> None:
    source, graveyard = dead(place, 3, "amq.topic")
    other = place.queue()
    place.client.bind(VHOST, "amq.topic", "queue", other, "order.1")

    tally = replay(Replay(place.client, VHOST, graveyard, way=Way.EXCHANGE, forget=True))

    assert tally.counts == {Outcome.MOVED: 3}
    seen = [each.message for each in place.look(source).seen]
    assert [(each.exchange, each.routing_key) for each in seen] == [("amq.topic", f"order.{48 + n}") for n in range(3)]
    assert [each.headers for each in seen] == [{}] * 3
    place.client.delete_queue(VHOST, source)
    place.client.delete_queue(VHOST, other)


def test_what_never_died_or_has_lost_its_queue_stays_with_a_reason(place: Place) -> None:
    source, graveyard = dead(place, 2)
    place.fill(graveyard, [b"never died"])
    place.client.delete_queue(VHOST, source)

    tally = replay(Replay(place.client, VHOST, graveyard))

    assert tally.counts == {Outcome.REFUSED: 1, Outcome.UNROUTABLE: 2}
    assert sorted(each.reason for each in tally.problems) == [
        "NO_ROUTE: no queue is bound for it",
        "NO_ROUTE: no queue is bound for it",
        "this message was never dead-lettered, so it has no other origin",
    ]
    assert place.bodies(graveyard) == [*numbered(2), b"never died"]


def test_only_those_of_one_queue_go_and_the_others_keep_their_places(place: Place) -> None:
    source, graveyard = dead(place, 3)
    place.fill(graveyard, [b"other"])

    tally = replay(Replay(place.client, VHOST, graveyard, died_in=source))

    assert tally.counts == {Outcome.MOVED: 3}
    assert place.bodies(graveyard) == [b"other"]


def test_as_many_as_asked_for_go(place: Place) -> None:
    source, graveyard = dead(place, 5)

    replay(Replay(place.client, VHOST, graveyard, count=2))

    assert place.bodies(source) == numbered(2)
    assert place.bodies(graveyard) == numbered(3, start=2)


def test_rate_is_kept_and_a_cancelled_replay_says_how_far_it_came(ours: Place) -> None:
    source, graveyard = dead(ours, 50)
    reports: list[int] = []
    control = Control(lambda tally: reports.append(tally.done), lambda: bool(reports) and reports[-1] >= 10)

    with pytest.raises(OperationCancelled, match="cancelled after"):
        replay(Replay(ours.client, VHOST, graveyard, per_second=50), control)

    # Ten at once, and no more before a fifth of a second is over.
    assert reports[-1] < 50
    assert ours.count(source) == reports[-1]
    assert ours.count(source) + ours.count(graveyard) == 50


def test_pace_allows_its_share_at_once_and_then_as_much_as_time_went_by() -> None:
    now = [0.0]
    pace = Pace(100, lambda: now[0])
    at_once = pace.allowance()
    pace.spend(at_once)
    now[0] = 0.05

    assert (at_once, pace.allowance()) == (20, 5)
    now[0] = 10
    assert pace.allowance() == 20
    assert Pace(0.1, lambda: 0.0).allowance() == 1
