"""Moves that a destination or a rule of AMQP refuses: the message stays at the source, in its place, with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from brokerctl.clients import content
from brokerctl.clients.base import BrokerClient
from brokerctl.errors import BrokerUnreachable, ObjectNotFound, PermissionDenied, RequestRefused
from brokerctl.names import path
from brokerctl.operations.move import move
from brokerctl.operations.progress import Outcome
from tests.brokerctl.operations.plans import MANY, after_first_batch, to_exchange, to_queue
from tests.support.brokers import PERSISTENT, VHOST, Place, client_at, numbered
from tests.support.waiting import wait_until


@pytest.fixture
def mover(place: Place) -> Iterator[BrokerClient]:
    """Another user than the one whose id stands in messages, who may not write to every exchange."""
    with place.api() as api:
        api.put(path("users", "mover"), json={"password": "m", "tags": "management"}).raise_for_status()
        rights = {"configure": "", "write": "^(amq\\.default|amq\\.direct|queue/.*)?$", "read": ".*"}
        api.put(path("permissions", VHOST, "mover"), json=rights).raise_for_status()
    with client_at(place.address, username="mover", password="m") as client:
        yield client


def test_what_no_queue_is_bound_for_stays(place: Place) -> None:
    source = place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, "no such queue"))

    assert tally.counts == {Outcome.UNROUTABLE: MANY}
    assert {each.reason for each in tally.problems} == {"NO_ROUTE: no queue is bound for it"}
    assert place.bodies(source) == numbered(MANY)


def test_only_what_has_no_route_stays(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.client.bind(VHOST, "amq.topic", "queue", target, "paid.*")
    place.client.bind(VHOST, "amq.topic", "queue", source, "#")
    with place.client.messages(VHOST) as session:
        keys = ("paid.1", "lost.1", "paid.2", "lost.2")
        session.publish_many([("amq.topic", key, PERSISTENT, key.encode()) for key in keys])
    # Its own two copies of what was paid are not of this test.
    place.client.purge_queue(VHOST, target)
    for binding in place.client.queue_bindings(VHOST, source):
        if binding.source:
            place.client.unbind(binding)

    tally = move(to_exchange(place, source, None))

    assert tally.counts == {Outcome.MOVED: 2, Outcome.UNROUTABLE: 2}
    assert place.bodies(target) == [b"paid.1", b"paid.2"]
    assert place.bodies(source) == [b"lost.1", b"lost.2"]
    place.client.delete_queue(VHOST, target)


def test_full_queue_takes_what_fits_and_the_rest_stays_in_order(place: Place) -> None:
    source, target = place.queue(), place.queue(x_max_length=3, x_overflow="reject-publish")
    place.fill(source, numbered(8))

    tally = move(to_queue(place, source, target))

    # RabbitMQ's queue says that it is full only after it took a few too many.
    moved = tally.counts[Outcome.MOVED]
    assert tally.counts == {Outcome.MOVED: moved, Outcome.REFUSED: 8 - moved}
    assert "a full queue" in tally.problems[0].reason
    assert place.bodies(target) == numbered(moved)
    assert place.bodies(source) == numbered(8 - moved, start=moved)
    assert not place.is_embedded or moved == 3


def test_destination_queue_that_goes_midway_keeps_the_rest_at_the_source(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    tally = move(to_queue(place, source, target), after_first_batch(lambda: place.client.delete_queue(VHOST, target)))

    moved = tally.counts[Outcome.MOVED]
    assert 0 < moved < MANY
    assert tally.counts == {Outcome.MOVED: moved, Outcome.UNROUTABLE: MANY - moved}
    assert place.bodies(source) == numbered(MANY - moved, start=moved)


def test_destination_exchange_that_goes_midway_ends_the_move_and_keeps_the_rest(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.client.declare_exchange(VHOST, "going/away", "fanout")
    place.client.bind(VHOST, "going/away", "queue", target, "")
    place.fill(source, numbered(MANY))

    with pytest.raises(ObjectNotFound, match="no exchange 'going/away'"):
        move(
            to_exchange(place, source, "going/away", ""),
            after_first_batch(lambda: place.client.delete_exchange(VHOST, "going/away")),
        )

    moved, left = place.count(target), place.count(source)
    assert 0 < moved < MANY
    assert place.bodies(target) == numbered(moved)
    # What was in flight may be on both sides, and nothing on neither.
    assert left >= MANY - moved
    assert place.bodies(source) == numbered(left, start=MANY - left)


def test_source_queue_that_goes_midway_ends_the_move_with_its_name(place: Place) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, numbered(MANY))

    with pytest.raises(ObjectNotFound, match=f"no queue '{source}'"):
        move(to_queue(place, source, target), after_first_batch(lambda: place.client.delete_queue(VHOST, source)))

    assert place.bodies(target) == numbered(place.count(target))


def test_connection_that_an_operator_closes_midway_loses_nothing(taking: Place) -> None:
    source, target = taking.queue(), taking.queue()
    taking.fill(source, numbered(MANY))

    # RabbitMQ still tells of connections that have just ended.
    others = own(taking)

    def close_both() -> None:
        wait_until(lambda: len(own(taking) - others) == 2)
        for name in own(taking) - others:
            with suppress(ObjectNotFound):
                taking.client.close_connection(name, "maintenance")

    with pytest.raises(BrokerUnreachable, match="maintenance"):
        move(to_queue(taking, source, target, keep=True), after_first_batch(close_both))

    assert taking.bodies(source) == numbered(MANY)
    assert taking.bodies(target) == numbered(taking.count(target))


def own(place: Place) -> set[str]:
    """The connections of moves, once the management API knows them."""
    return {each.name for each in place.client.connections() if each.client_name == "Postroom"}


def test_copies_in_a_header_are_not_sent_to_queues_nobody_asked_for(place: Place) -> None:
    source, target, other = place.queue(), place.queue(), place.queue()
    place.fill(source, [b"plain"])
    place.fill(source, [b"copied"], content.encode({}, {"CC": [other]}))
    with place.client.messages(VHOST) as session:
        session.purge(other)

    tally = move(to_queue(place, source, target))

    assert tally.counts == {Outcome.MOVED: 1, Outcome.REFUSED: 1}
    assert "its CC header would send copies to other queues as well" in tally.problems[0].reason
    assert place.bodies(source) == [b"copied"]
    assert place.count(other) == 0


def test_copies_in_a_header_work_through_an_exchange(place: Place) -> None:
    """Whoever names an exchange asks for its routing, and CC is a part of that."""
    source, target, other = place.queue(), place.queue(), place.queue()
    for queue, key in ((target, "k1"), (other, "k2")):
        place.client.bind(VHOST, "amq.direct", "queue", queue, key)
    place.fill(source, [b"copied"], content.encode({}, {"CC": ["k2"]}))

    tally = move(to_exchange(place, source, "amq.direct", "k1"))

    assert tally.counts == {Outcome.MOVED: 1}
    assert place.bodies(target) == place.bodies(other) == [b"copied"]


def test_blind_copies_are_gone_before_a_message_lies_in_a_queue(place: Place) -> None:
    """The broker takes BCC out as it routes, so a move cannot send them again."""
    source, target, other = place.queue(), place.queue(), place.queue()
    place.fill(source, [b"x"], content.encode({"delivery_mode": 2}, {"BCC": [other], "n": 1}))
    with place.client.messages(VHOST) as session:
        assert session.purge(other) == 1

    tally = move(to_queue(place, source, target))

    assert tally.counts == {Outcome.MOVED: 1}
    [seen] = place.look(target).seen
    assert seen.message.headers == {"n": 1}
    assert place.count(other) == 0


def test_message_with_another_users_id_stays_and_the_others_move(place: Place, mover: BrokerClient) -> None:
    source, target = place.queue(), place.queue()
    place.fill(source, [b"1"])
    place.fill(source, [b"2"], content.encode({"user_id": "guest"}, {}))
    place.fill(source, [b"3"])

    tally = move(to_queue(place, source, target, client=mover))

    assert tally.counts == {Outcome.MOVED: 2, Outcome.REFUSED: 1}
    assert "user_id is guest" in tally.problems[0].reason
    assert place.bodies(target) == [b"1", b"3"]
    assert place.bodies(source) == [b"2"]


def test_exchange_that_the_user_may_not_write_to_ends_the_move_and_keeps_everything(
    place: Place, mover: BrokerClient
) -> None:
    source = place.queue()
    place.fill(source, numbered(3))

    with pytest.raises(PermissionDenied, match=r"amq\.fanout"):
        move(to_exchange(place, source, "amq.fanout", "", client=mover))

    assert place.bodies(source) == numbered(3)


def test_route_that_is_not_utf8_is_sent_again_as_it_came(real: Place) -> None:
    """RabbitMQ takes any bytes for a routing key; ours refuses them."""
    source, target = real.queue(), real.queue()
    with real.channel() as channel:
        channel.queue_bind(source, "amq.fanout")
        channel.basic_publish("amq.fanout", b"\xffkey", b"x")  # type: ignore[arg-type]
        channel.queue_unbind(source, "amq.fanout")
        channel.queue_bind(target, "amq.fanout")

    tally = move(to_exchange(real, source, None))

    assert tally.counts == {Outcome.MOVED: 1}
    [seen] = real.look(target).seen
    assert (seen.message.routing_key, seen.message.body) == ("\\xffkey", b"x")
    real.client.delete_queue(VHOST, target)


def test_single_active_consumer_of_a_quorum_queue_refuses_in_words(real: Place) -> None:
    source, target = real.queue(x_queue_type="quorum", x_single_active_consumer=True), real.queue()
    real.fill(source, numbered(2))

    with pytest.raises(RequestRefused, match="single active consumer"):
        move(to_queue(real, source, target))

    real.settled(source, 2)
    assert real.count(target) == 0


def test_classic_queue_with_a_single_active_consumer_lets_messages_out(place: Place) -> None:
    source, target = place.queue(x_single_active_consumer=True), place.queue()
    place.fill(source, numbered(2))

    assert move(to_queue(place, source, target)).counts == {Outcome.MOVED: 2}
    assert place.bodies(target) == numbered(2)
