"""Looking into a queue: everything is back in its place, and what a look costs is said before it is too late."""

from __future__ import annotations

import pytest

from brokerctl.clients import content
from brokerctl.errors import ObjectNotFound, RequestRefused
from brokerctl.operations import browse as browsing
from brokerctl.operations.browse import browse
from brokerctl.operations.wear import delivery_limit
from tests.support.brokers import VHOST, Place, numbered


def test_look_reads_from_the_head_and_leaves_everything_in_its_place(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(5))

    look = browse(place.client, VHOST, queue, 3)

    assert [each.message.body for each in look.seen] == numbered(3)
    assert (look.ready, look.deliveries_left) == (5, None)
    assert place.bodies(queue) == numbered(5)


def test_looked_at_messages_are_redelivered_and_the_rest_is_not(taking: Place) -> None:
    queue = taking.queue()
    taking.fill(queue, numbered(3))

    browse(taking.client, VHOST, queue, 2)

    assert [each.message.redelivered for each in taking.look(queue).seen] == [True, True, False]


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_broker_that_lets_us_look_marks_and_counts_nothing(ours: Place, kind: str) -> None:
    queue = ours.queue(x_queue_type=kind)
    ours.fill(queue, numbered(1500))

    look, again = ours.look(queue, 1200), ours.look(queue, 1200)

    assert [each.message.body for each in look.seen] == numbered(1200)
    assert look == again
    assert (look.ready, look.deliveries_left, look.is_traceless) == (1500, None, True)
    assert not any(each.message.redelivered or each.message.headers for each in again.seen)


def test_second_look_knows_the_messages_again(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, [b"twin", b"other", b"twin"])

    first, second = place.look(queue), place.look(queue)

    assert [each.fingerprint for each in first.seen] == [each.fingerprint for each in second.seen]
    assert len({each.fingerprint for each in first.seen}) == 3


def test_empty_queue_and_no_queue_are_told_apart(place: Place) -> None:
    look = place.look(place.queue())

    assert (look.seen, look.ready) == ((), 0)
    with pytest.raises(ObjectNotFound):
        place.look("no such queue")


def test_look_ends_where_it_would_hold_too_much(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = place.queue()
    place.fill(queue, [b"x" * 600] * 5)
    monkeypatch.setattr(browsing, "MAX_BYTES", 1000)

    look = place.look(queue)

    assert (len(look.seen), look.ready) == (2, 5)
    assert place.count(queue) == 5


def test_message_whose_header_nobody_can_read_is_shown_and_stays(place: Place) -> None:
    """A timestamp beyond the years of Python's calendar: a legal message, which a careless reader never gets past."""
    queue = place.queue()
    header = content.encode({"timestamp": content.Timestamp(2**63)}, {})
    place.fill(queue, [b"x"], header)

    [seen] = place.look(queue).seen

    assert seen.message.header == header
    assert place.count(queue) == 1


def test_exclusive_queue_of_somebody_else_is_refused(place: Place) -> None:
    with place.channel() as channel:
        queue = channel.queue_declare("", exclusive=True).method.queue

        with pytest.raises(RequestRefused, match="exclusive"):
            place.look(queue)


def test_auto_delete_queue_outlives_a_look(place: Place) -> None:
    """It ends with its last consumer, and a look is none."""
    with place.channel() as channel:
        channel.queue_declare("passing/by", durable=True, auto_delete=True)
    place.fill("passing/by", numbered(2))

    place.look("passing/by")

    assert place.bodies("passing/by") == numbered(2)
    place.client.delete_queue(VHOST, "passing/by")


def test_quorum_queue_counts_each_look(taking: Place) -> None:
    queue = taking.queue(x_queue_type="quorum")
    taking.fill(queue, numbered(2))

    counts = [[content.delivery_count(each.message.headers) for each in taking.look(queue).seen] for _ in range(3)]

    assert counts == [[0, 0], [1, 1], [2, 2]]


def test_quorum_queue_keeps_its_order(place: Place) -> None:
    """RabbitMQ's gives back in the order of the requeues, not of the places: ours must be the same order."""
    queue = place.queue(x_queue_type="quorum")
    place.fill(queue, numbered(5))

    assert place.bodies(queue) == place.bodies(queue) == numbered(5)


def test_look_stops_before_a_message_uses_its_last_delivery(taking: Place) -> None:
    """The limit would drop it or send it to the dead-letter exchange, and nobody consumed it."""
    queue = taking.queue(x_queue_type="quorum", x_delivery_limit=4)
    taking.fill(queue, numbered(2))
    looks = [taking.look(queue) for _ in range(3)]

    assert [(len(each.seen), each.deliveries_left) for each in looks] == [(2, 3), (2, 2), (1, 1)]
    with pytest.raises(RequestRefused, match=r"nearly used their 4 deliveries.*Raise the delivery limit"):
        taking.look(queue)
    taking.settled(queue, 2)


def test_delivery_limit_is_the_policys_or_the_arguments(place: Place) -> None:
    limited = place.client.queue(VHOST, place.queue(x_queue_type="quorum", x_delivery_limit=7))
    free = place.client.queue(VHOST, place.queue(x_queue_type="quorum"))
    classic = place.client.queue(VHOST, place.queue())

    overview = place.client.overview()
    assert delivery_limit(limited, overview) == 7
    assert delivery_limit(classic, overview) is None
    # RabbitMQ has a limit of its own since 4.0 only.
    assert delivery_limit(free, overview) == (20 if place.is_embedded else None)


def test_single_active_consumer_of_a_quorum_queue_lets_nobody_look(real: Place) -> None:
    """RabbitMQ's rule: it refuses basic.get there, with or without a consumer."""
    queue = real.queue(x_queue_type="quorum", x_single_active_consumer=True)
    real.fill(queue, numbered(2))

    with pytest.raises(RequestRefused, match="single active consumer"):
        real.look(queue)

    real.settled(queue, 2)
