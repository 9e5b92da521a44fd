"""Queues and their consumers, declared, read, purged and deleted on ours and on a RabbitMQ."""

from __future__ import annotations

import pytest

from brokerctl.clients.models import Consumer
from brokerctl.clients.rabbitmq import queues
from brokerctl.errors import ObjectNotFound, RequestRefused
from tests.support.brokers import VHOST, Place, numbered
from tests.support.waiting import wait_for, wait_until

NAME = "clients/größe ?x=1&y#z"


def test_declared_queue_is_read_back(place: Place) -> None:
    arguments = {"x-max-length": 10, "x-dead-letter-exchange": "amq.fanout", "note": "häppy"}
    place.client.declare_queue(VHOST, NAME, arguments=arguments)

    found = place.client.queue(VHOST, NAME)
    listed = [each.name for each in place.client.queues(VHOST)]
    place.client.delete_queue(VHOST, NAME)

    assert (found.vhost, found.name, found.type, found.arguments) == (VHOST, NAME, "classic", arguments)
    assert (found.durable, found.auto_delete, found.exclusive) == (True, False, False)
    assert (found.messages, found.consumers, found.policy, found.effective_policy) == (0, 0, None, {})
    assert NAME in listed
    with pytest.raises(ObjectNotFound):
        place.client.queue(VHOST, NAME)


def test_transient_auto_delete_and_quorum_queues_say_so(place: Place) -> None:
    place.client.declare_queue(VHOST, "clients/passing", durable=False, auto_delete=True)
    passing = place.client.queue(VHOST, "clients/passing")
    quorum = place.client.queue(VHOST, place.queue(x_queue_type="quorum"))

    place.client.delete_queue(VHOST, "clients/passing")
    assert (passing.durable, passing.auto_delete, passing.type) == (False, True, "classic")
    assert (quorum.durable, quorum.auto_delete, quorum.type) == (True, False, "quorum")


def test_other_declaration_of_the_same_queue_is_refused_in_the_brokers_words(place: Place) -> None:
    queue = place.queue()

    with pytest.raises(RequestRefused, match="inequivalent arg 'durable' for queue"):
        place.client.declare_queue(VHOST, queue, durable=False)


def test_counts_and_counters_follow_the_messages(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(5))
    with place.channel() as channel:
        taken, _, _ = channel.basic_get(queue)
        channel.basic_get(queue)
        assert taken is not None
        channel.basic_ack(taken.delivery_tag or 0)
        channel.queue_declare(queue, passive=True)

        def numbers() -> tuple[int, ...]:
            found = place.client.queue(VHOST, queue)
            counters = found.counters
            lengths = found.messages, found.messages_ready, found.messages_unacknowledged
            return *lengths, counters.publish, counters.deliver_get, counters.ack

        # RabbitMQ tells of each when it next looks.
        wait_until(lambda: numbers() == (4, 3, 1, 5, 2, 1))


def test_queues_of_all_vhosts_are_one_list(place: Place) -> None:
    queue = place.queue()

    assert (VHOST, queue) in {(each.vhost, each.name) for each in place.client.queues()}


def test_purge_deletes_what_is_ready(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(3))

    place.client.purge_queue(VHOST, queue)

    assert place.count(queue) == 0


def test_queue_is_deleted_only_under_its_conditions(place: Place) -> None:
    filled, used = place.queue(), place.queue()
    place.fill(filled, numbered(1))
    with place.channel() as channel:
        channel.basic_consume(used, lambda *_: None)

        with pytest.raises(RequestRefused):
            place.client.delete_queue(VHOST, filled, if_empty=True)
        with pytest.raises(RequestRefused):
            place.client.delete_queue(VHOST, used, if_unused=True)

    assert place.count(filled) == 1
    place.client.delete_queue(VHOST, filled, if_unused=True)
    place.client.delete_queue(VHOST, used, if_empty=True)


def test_consumer_is_listed_with_its_queue_channel_and_user(place: Place) -> None:
    queue = place.queue()
    with place.channel() as channel:
        channel.basic_qos(prefetch_count=7)
        tag = channel.basic_consume(queue, lambda *_: None)

        def listed() -> Consumer | None:
            found = place.client.queue_consumers(VHOST, queue)
            return found[0] if found and found[0].connection_name else None

        found = wait_for(listed)
        assert (found.tag, found.queue, found.vhost, found.user) == (tag, queue, VHOST, "guest")
        assert (found.ack_required, found.exclusive, found.prefetch) == (True, False, 7)
        assert found.channel_name == f"{found.connection_name} (1)"
        assert tag in {each.tag for each in place.client.consumers(VHOST)}
        wait_until(lambda: found.channel_name in {each.name for each in place.client.channels()})
        wait_until(lambda: found.connection_name in {each.name for each in place.client.connections()})


@pytest.mark.parametrize("capacity", ["undefined", None, True, "0.5"])
def test_share_that_is_no_number_is_unknown(capacity: object) -> None:
    found = queues.parse({"name": "q", "vhost": "/", "consumer_capacity": capacity, "consumer_utilisation": capacity})

    assert found.consumer_utilisation is None


def test_old_brokers_call_the_share_utilisation() -> None:
    assert queues.parse({"consumer_utilisation": 0.5}).consumer_utilisation == 0.5
    assert queues.parse({"consumer_capacity": 0.0, "consumer_utilisation": 0.5}).consumer_utilisation == 0.0


def test_time_of_the_head_message_outside_the_calendar_is_unknown() -> None:
    assert queues.parse({"head_message_timestamp": 2**62}).head_message_timestamp is None
    found = queues.parse({"head_message_timestamp": 1_700_000_000}).head_message_timestamp
    assert found is not None
    assert found.isoformat() == "2023-11-14T22:13:20+00:00"
