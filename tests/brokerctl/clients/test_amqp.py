"""Sessions: what comes is what goes, and every publish gets its own answer."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from brokerctl.clients import content
from brokerctl.clients.base import MessageSession, PublishResult
from brokerctl.errors import BrokerUnreachable, ObjectNotFound, RequestRefused
from tests.support.brokers import PERSISTENT, VHOST, Place, client_at, numbered
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import wait_until

SENT = PublishResult(confirmed=True, routed=True)


def outcome(result: PublishResult) -> tuple[bool, bool]:
    return result.confirmed, result.routed


def test_message_keeps_the_bytes_of_its_header_and_body(place: Place) -> None:
    queue = place.queue()
    header = content.encode(
        {"content_type": "text/plain", "timestamp": content.Timestamp(1_700_000_000_123), "priority": 3},
        {"double": 0.1, "binary": b"\xff\0", "nested": {"list": [1, {"deep": True}], "none": None}},
    )
    with place.client.messages(VHOST) as session:
        assert session.publish("", queue, header, b"\xff\xfe\0") == SENT

        message = session.get(queue)

        assert message is not None
        assert (message.header, message.body) == (header, b"\xff\xfe\0")
        assert (message.exchange, message.routing_key, message.redelivered) == ("", queue, False)
        assert message.properties["timestamp"] == 1_700_000_000_123
        assert message.headers["nested"] == {"list": [1, {"deep": True}], "none": None}
        assert message.undecodable == ""


def test_empty_queue_gives_none(place: Place) -> None:
    queue = place.queue()

    with place.client.messages(VHOST) as session:
        assert session.get(queue) is None


def test_each_publish_of_a_batch_gets_its_own_result_in_order(place: Place) -> None:
    queue = place.queue()
    items = [("", queue if number % 3 else "nowhere", PERSISTENT, b"same body") for number in range(300)]

    with place.client.messages(VHOST) as session:
        results = session.publish_many(items)

    assert [result.routed for result in results] == [bool(number % 3) for number in range(300)]
    assert all(result.confirmed for result in results)
    assert {result.reason for result in results[::3]} == {"NO_ROUTE: no queue is bound for it"}
    assert place.count(queue) == 200


def test_return_whose_header_the_broker_changed_is_still_a_return(place: Place) -> None:
    """Brokers take BCC out, and interceptors write headers, before the message comes back."""
    header = content.encode({"delivery_mode": 2}, {"BCC": ["nowhere either"], "n": 1})
    queue = place.queue()
    with place.client.messages(VHOST) as session:
        results = session.publish_many(
            [("", queue, PERSISTENT, b"x"), ("", "nowhere", header, b"x"), ("", queue, PERSISTENT, b"x")]
        )

    assert [outcome(result) for result in results] == [(True, True), (True, False), (True, True)]


def test_full_queue_refuses_with_a_reason(place: Place) -> None:
    queue = place.queue(x_max_length=2, x_overflow="reject-publish")
    with place.client.messages(VHOST) as session:
        first = session.publish_many([("", queue, PERSISTENT, body) for body in numbered(2)])
        refused = session.publish("", queue, PERSISTENT, b"too many")
        session.publish_many([])

    assert first == [SENT, SENT]
    assert outcome(refused) == (False, False)
    assert "refused" in refused.reason


def test_another_users_id_is_refused_without_harm_to_the_others(place: Place) -> None:
    queue = place.queue()
    theirs = content.encode({"user_id": "somebody"}, {"h": "x"})
    own = content.encode({"user_id": "guest"}, {})
    with place.client.messages(VHOST) as session:
        results = session.publish_many([("", queue, theirs, b"1"), ("", queue, own, b"2")])

    assert [outcome(result) for result in results] == [(False, False), (True, True)]
    assert "user_id is somebody" in results[0].reason
    assert place.bodies(queue) == [b"2"]


def test_body_of_many_frames_comes_whole(place: Place) -> None:
    queue, body = place.queue(), bytes(range(256)) * 4096
    with place.client.messages(VHOST) as session:
        session.publish("", queue, PERSISTENT, body)
        message = session.get(queue)

        assert message is not None
        assert message.body == body


def test_requeued_messages_are_back_before_the_session_is_closed_for_others(place: Place) -> None:
    queue = place.queue()
    place.fill(queue, numbered(3))
    with place.client.messages(VHOST) as session:
        taken = [message for _ in range(3) if (message := session.get(queue)) is not None]
        session.ack(taken[1].delivery_tag)
        session.requeue([taken[0].delivery_tag, taken[2].delivery_tag])

    assert place.bodies(queue) == [b"message 0", b"message 2"]


SLOW_DISK = "spawn(fun() -> sys:suspend(ra_log_wal), timer:sleep(3000), sys:resume(ra_log_wal) end)."
"""What a quorum queue is told is written to this log before it is done."""


def test_messages_of_a_quorum_queue_are_back_however_slow_its_disk_is(real: Place, rabbitmq: RabbitMQ) -> None:
    queue = real.queue(x_queue_type="quorum")
    real.fill(queue, numbered(3))
    with real.client.messages(VHOST) as session:
        for _ in range(session.count(queue)):
            session.get(queue)
        rabbitmq.evaluate(SLOW_DISK)

        session.give_back(queue, 3)

        assert real.count(queue) == 3


def test_unknown_queue_and_exchange_are_named(place: Place) -> None:
    with place.client.messages(VHOST) as session:
        with pytest.raises(ObjectNotFound, match="no queue 'nothing'"):
            session.get("nothing")
        with pytest.raises(ObjectNotFound, match="no queue 'nothing'"):
            session.count("nothing")
    with place.client.messages(VHOST) as session, pytest.raises(ObjectNotFound, match="no exchange 'nothing'"):
        session.publish("nothing", "key", PERSISTENT, b"")


def test_exclusive_queue_of_another_connection_is_refused_in_words(place: Place) -> None:
    with place.channel() as channel:
        channel.queue_declare("only/mine", exclusive=True)

        with place.client.messages(VHOST) as session, pytest.raises(RequestRefused, match="locked queue 'only/mine'"):
            session.count("only/mine")


def test_connection_that_an_operator_closes_says_why(place: Place) -> None:
    queue = place.queue()
    with place.client.messages(VHOST) as session, pytest.raises(BrokerUnreachable, match="maintenance"):
        wait_until(lambda: is_closed(place, session, queue))


def is_closed(place: Place, session: MessageSession, queue: str) -> bool:
    """Never: raises what the session hears when its connection is closed, which the API knows a moment later."""
    for each in place.client.connections():
        # RabbitMQ also tells of those of earlier sessions, which have ended.
        with suppress(ObjectNotFound):
            if each.client_name == "Postroom":
                place.client.close_connection(each.name, "maintenance")
    session.count(queue)
    return False


def test_routing_key_that_is_not_utf8_is_shown_and_not_guessed(real: Place) -> None:
    """RabbitMQ takes any bytes for a key; ours refuses them."""
    queue = real.queue()
    with real.channel() as channel:
        channel.queue_bind(queue, "amq.fanout")
        channel.basic_publish("amq.fanout", b"\xffkey", b"x")  # type: ignore[arg-type]

    [seen] = real.look(queue).seen

    assert seen.message.routing_key == "\\xffkey"
    assert not seen.message.is_route_exact


def test_silent_broker_is_given_up_after_the_timeout(place: Place) -> None:
    """A listener that never accepts: the connection opens and nothing comes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with (
            client_at(place.address, amqp_port=port, timeout_seconds=0.3) as client,
            pytest.raises(BrokerUnreachable, match=r"did not answer within 0\.3 s"),
            client.messages(VHOST),
        ):
            pass
