"""Moving and copying: what arrives, in which order, and what stays where it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brokerctl.clients import content
from brokerctl.errors import ObjectNotFound, OperationCancelled, RequestRefused
from brokerctl.operations.move import Edit, move, origin
from brokerctl.operations.progress import Control, Outcome, Tally
from tests.brokerctl.operations.plans import MANY, after_first_batch, fingerprints, to_exchange, to_queue
from tests.support.brokers import VHOST, Place, numbered


def test_all_messages_move_in_their_order(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, target))

    assert (tally.total, tally.counts) == (MANY, {Outcome.MOVED: MANY})
    assert place.bodies(target) == numbered(MANY)
    assert place.count(source) == 0


def test_chosen_messages_move_and_the_others_keep_their_places(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(6))
    chosen = fingerprints(place, source, 1, 4)

    tally = move(to_queue(place, source, target, fingerprints=chosen))

    assert (tally.total, tally.counts) == (2, {Outcome.MOVED: 2})
    assert place.bodies(target) == [b"message 1", b"message 4"]
    assert place.bodies(source) == [b"message 0", b"message 2", b"message 3", b"message 5"]


def test_one_of_two_equal_messages_moves(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, [b"twin", b"between", b"twin"])

    move(to_queue(place, source, target, fingerprints=fingerprints(place, source, 2)))

    assert place.bodies(target) == [b"twin"]
    assert place.bodies(source) == [b"twin", b"between"]


def test_copy_leaves_the_originals_in_their_places(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, target, keep=True))

    assert tally.counts == {Outcome.COPIED: MANY}
    assert place.bodies(target) == place.bodies(source) == numbered(MANY)


def test_originals_of_a_copy_keep_their_places_in_a_quorum_queue(place: Place) -> None:
    source, target = place.queue(x_queue_type="quorum"), place.queue()
    place.fill(source, numbered(5))

    move(to_queue(place, source, target, keep=True))

    assert place.bodies(source) == numbered(5)


def test_header_arrives_byte_for_byte(place: Place) -> None:
    """Types that a library would change on the way: a double, a byte string, a time with milliseconds, a void."""
    source, target = place.queue(), place.queue()
    header = content.encode(
        {"delivery_mode": 2, "timestamp": content.Timestamp(1_700_000_000_123), "message_id": "größe"},
        {"double": 0.1, "binary": b"\xff\0", "void": None, "deep": {"list": [1, [True]]}},
    )
    place.fill(source, [b"\0\xff"], header)

    move(to_queue(place, source, target))

    [seen] = place.look(target).seen
    assert (seen.message.header, seen.message.body) == (header, b"\0\xff")


def test_death_history_goes_with_a_message_and_names_where_it_came_from(place: Place) -> None:
    dead, target = place.queue(), place.queue()
    source = place.queue(x_dead_letter_exchange="", x_dead_letter_routing_key=dead)
    place.fill(source, numbered(1))
    with place.channel() as channel:
        method, _, _ = channel.basic_get(source)
        assert method is not None
        channel.basic_reject(method.delivery_tag or 0, requeue=False)
        place.settled(dead, 1)
    [before] = place.look(dead).seen

    move(to_queue(place, dead, target))

    [after] = place.look(target).seen
    assert after.message.header == before.message.header
    assert after.message.headers["x-death"][0]["reason"] == "rejected"
    assert origin(after.message) == ("", source)


def test_message_that_never_died_has_no_other_origin(ours: Place) -> None:
    queue = ours.queue()
    ours.fill(queue, numbered(1))

    with pytest.raises(RequestRefused, match="never dead-lettered"):
        origin(ours.look(queue).seen[0].message)


def test_edited_message_has_the_new_body_and_the_others_their_own(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(2))
    edited = fingerprints(place, source, 0)[0]
    header = content.encode({"delivery_mode": 2}, {"edited": True})

    move(to_queue(place, source, target, edits={edited: Edit(header, b"new")}))

    seen = [each.message for each in place.look(target).seen]
    assert [each.body for each in seen] == [b"new", b"message 1"]
    assert [each.headers for each in seen] == [{"edited": True}, {}]


def test_messages_keep_exchange_and_routing_key_where_nothing_else_is_said(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.client.bind(VHOST, "amq.topic", "queue", source, "order.#")
    with place.client.messages(VHOST) as session:
        session.publish_many([("amq.topic", f"order.{n}", content.encode({}, {}), b"x") for n in range(3)])
    place.client.unbind(next(each for each in place.client.queue_bindings(VHOST, source) if each.source))
    place.client.bind(VHOST, "amq.topic", "queue", target, "order.#")

    move(to_exchange(place, source, None))

    seen = [each.message for each in place.look(target).seen]
    assert [(each.exchange, each.routing_key) for each in seen] == [("amq.topic", f"order.{n}") for n in range(3)]
    place.client.delete_queue(VHOST, target)


def test_move_into_the_queue_itself_ends_and_keeps_the_order(place: Place) -> None:
    """Each comes in again at the tail: without a number fixed at the start it would go on for ever."""
    queue = place.queue()
    place.fill(queue, numbered(MANY))

    tally = move(to_queue(place, queue, queue))

    assert tally.counts == {Outcome.MOVED: MANY}
    assert place.bodies(queue) == numbered(MANY)


def test_messages_that_arrive_meanwhile_are_not_part_of_the_move(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, target), after_first_batch(lambda: place.fill(source, [b"late"])))

    assert tally.counts == {Outcome.MOVED: MANY}
    assert place.bodies(source) == [b"late"]


def test_message_that_was_consumed_meanwhile_is_missing(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(3))
    chosen = fingerprints(place, source, 0, 2)
    with place.channel() as channel:
        channel.basic_get(source, auto_ack=True)

    tally = move(to_queue(place, source, target, fingerprints=chosen))

    assert (tally.total, tally.counts) == (2, {Outcome.MOVED: 1, Outcome.MISSING: 1})
    assert [(each.outcome, each.fingerprint) for each in tally.problems] == [(Outcome.MISSING, chosen[0])]
    assert place.bodies(target) == [b"message 2"]
    assert place.bodies(source) == [b"message 1"]


def test_queue_that_is_emptied_midway_ends_the_move(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, target), after_first_batch(lambda: place.client.purge_queue(VHOST, source)))

    moved = tally.counts[Outcome.MOVED]
    assert 0 < moved < MANY
    assert tally.counts == {Outcome.MOVED: moved}
    assert (place.count(source), place.count(target)) == (0, moved)


def test_cancelled_midway_leaves_the_rest_in_its_places(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))
    reports: list[dict[Outcome, int]] = []
    control = Control(lambda tally: reports.append(dict(tally.counts)), lambda: len(reports) > 1)

    with pytest.raises(OperationCancelled, match=f"messages were left in {source}"):
        move(to_queue(place, source, target), control)

    moved = reports[-1][Outcome.MOVED]
    assert 0 < moved < MANY
    assert reports[-1] == {Outcome.MOVED: moved, Outcome.LEFT: MANY - moved}
    assert place.bodies(target) == numbered(moved)
    assert place.bodies(source) == numbered(MANY - moved, start=moved)


def test_error_of_whoever_listens_to_the_progress_loses_nothing(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    def fail(tally: Tally) -> None:
        if tally.done:
            raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError, match="the database is away"):
        move(to_queue(place, source, target, keep=True), Control(fail))

    assert place.bodies(source) == numbered(MANY)
    assert place.bodies(target) == numbered(place.count(target))


def test_auto_delete_queue_outlives_the_move_out_of_it(place: Place) -> None:
    with place.channel() as channel:
        channel.queue_declare("moving/out", durable=True, auto_delete=True)
    place.fill("moving/out", numbered(3))
    target = place.queue()

    move(to_queue(place, "moving/out", target))

    assert place.count("moving/out") == 0
    assert place.bodies(target) == numbered(3)
    place.client.delete_queue(VHOST, "moving/out")


def test_deliveries_of_a_quorum_queue_are_not_taken_along(place: Place) -> None:
    """The count of the source would say to the next queue that it had delivered what it never saw."""
    source, target = place.queue(x_queue_type="quorum"), place.queue()
    place.fill(source, numbered(2))
    place.look(source)
    chosen = fingerprints(place, source, 1)

    tally = move(to_queue(place, source, target, fingerprints=chosen))

    assert tally.counts == {Outcome.MOVED: 1}
    [seen] = place.look(target).seen
    assert (seen.message.body, seen.message.headers) == (b"message 1", {})


def test_move_between_two_brokers_of_different_kinds(ours: Place, real: Place) -> None:
    there, here = real.queue(), ours.queue()
    header = content.encode({"delivery_mode": 2, "user_id": "guest"}, {"from": "afar", "exact": 0.1})
    real.fill(there, numbered(3), header)
    plan = to_queue(real, there, here)

    tally = move(replace(plan, destination=replace(plan.destination, client=ours.client)))

    assert tally.counts == {Outcome.MOVED: 3}
    assert [each.message.header for each in ours.look(here).seen] == [header] * 3
    assert real.count(there) == 0


def test_source_that_is_not_there_is_named(place: Place) -> None:
    with pytest.raises(ObjectNotFound, match="no queue 'no source'"):
        move(to_queue(place, "no source", place.queue()))


def test_auto_delete_queue_outlives_a_move(place: Place) -> None:
    """It ends with its last consumer, so its messages are got."""
    target = place.queue()
    with place.channel() as channel:
        channel.queue_declare("passing/move", durable=True, auto_delete=True)
    place.fill("passing/move", numbered(MANY))

    tally = move(to_queue(place, "passing/move", target))

    assert tally.counts == {Outcome.MOVED: MANY}
    assert place.count("passing/move") == 0
    place.client.delete_queue(VHOST, "passing/move")
