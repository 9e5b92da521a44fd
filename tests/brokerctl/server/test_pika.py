"""An ordinary client doing ordinary things."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
def channel(embedded_broker: EmbeddedBroker) -> Iterator[BlockingChannel]:
    with embedded_broker.connect() as connection:
        yield connection.channel()


def take(channel: BlockingChannel, queue: str) -> tuple[Basic.GetOk, bytes]:
    method, _, body = channel.basic_get(queue)
    assert method is not None
    assert body is not None
    return method, body


def test_published_message_is_got_with_its_properties(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.get", auto_delete=True)
    sent = pika.BasicProperties(
        content_type="text/plain", headers={"n": 1, "t": {"x": [True]}}, message_id="m", priority=3
    )

    channel.basic_publish("", "pika.get", b"hi", sent)
    method, properties, body = channel.basic_get("pika.get", auto_ack=True)

    assert body == b"hi"
    assert properties is not None
    assert properties.headers == {"n": 1, "t": {"x": [True]}}
    assert (properties.content_type, properties.message_id, properties.priority) == ("text/plain", "m", 3)
    assert method is not None
    assert not method.redelivered


def test_returned_messages_keep_their_order_and_are_marked(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.order", exclusive=True)
    for number in range(5):
        channel.basic_publish("", "pika.order", str(number))
    third = [take(channel, "pika.order")[0].delivery_tag for _ in range(4)][2]
    assert third is not None

    channel.basic_nack(third, multiple=True, requeue=True)

    rest = [take(channel, "pika.order") for _ in range(4)]
    assert [body for _, body in rest] == [b"0", b"1", b"2", b"4"]
    assert [method.redelivered for method, _ in rest] == [True, True, True, False]


def test_unacked_messages_return_when_the_connection_goes(embedded_broker: EmbeddedBroker) -> None:
    first = embedded_broker.connect()
    channel = first.channel()
    channel.queue_declare("pika.return")
    channel.basic_publish("", "pika.return", b"x")
    channel.basic_get("pika.return")
    first.close()

    with embedded_broker.connect() as second:
        method, _, _ = second.channel().basic_get("pika.return", auto_ack=True)
        second.channel().queue_delete("pika.return")

    assert method is not None
    assert method.redelivered


def test_exclusive_queue_is_locked_to_others_and_dies_with_its_connection(embedded_broker: EmbeddedBroker) -> None:
    owner = embedded_broker.connect()
    owner.channel().queue_declare("pika.exclusive", exclusive=True)
    with embedded_broker.connect() as other:
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as locked:
            other.channel().queue_declare("pika.exclusive", passive=True)
        owner.close()
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as gone:
            other.channel().queue_declare("pika.exclusive", passive=True)

    assert locked.value.reply_code == 405
    assert gone.value.reply_code == 404


def test_auto_delete_queue_dies_with_its_last_consumer(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.auto", auto_delete=True)
    tag = channel.basic_consume("pika.auto", lambda *_: None)

    channel.basic_cancel(tag)

    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as gone:
        channel.queue_declare("pika.auto", passive=True)
    assert gone.value.reply_code == 404


def test_prefetch_bounds_what_a_consumer_holds(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.prefetch", exclusive=True)
    for number in range(10):
        channel.basic_publish("", "pika.prefetch", str(number))
    channel.basic_qos(prefetch_count=3)
    got: list[bytes] = []
    channel.basic_consume("pika.prefetch", lambda _c, _m, _p, body: got.append(body))

    # A passive declare is answered after everything that was on its way.
    waiting = channel.queue_declare("pika.prefetch", passive=True).method.message_count
    channel.connection.process_data_events(0)

    assert got == [b"0", b"1", b"2"]
    assert waiting == 7


def test_consumer_hears_that_its_queue_is_gone(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.cancelled")
    cancelled: list[str | None] = []
    channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
    tag = channel.basic_consume("pika.cancelled", lambda *_: None)

    channel.connection.channel().queue_delete("pika.cancelled")
    channel.connection.process_data_events(0)

    assert cancelled == [tag]


def test_unroutable_mandatory_message_is_reported(channel: BlockingChannel) -> None:
    channel.confirm_delivery()

    with pytest.raises(pika.exceptions.UnroutableError):
        channel.basic_publish("", "pika.nobody", b"x", mandatory=True)


def test_redeclaring_otherwise_is_refused_with_the_difference(channel: BlockingChannel) -> None:
    channel.queue_declare("pika.same", arguments={"x-dead-letter-exchange": "a"}, exclusive=True)

    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refused:
        channel.queue_declare("pika.same", arguments={"x-dead-letter-exchange": "b"}, exclusive=True)

    assert refused.value.reply_code == 406
    assert "inequivalent arg 'x-dead-letter-exchange'" in refused.value.reply_text


def test_fanout_reaches_every_queue(channel: BlockingChannel) -> None:
    channel.exchange_declare("pika.fanout", "fanout", auto_delete=True)
    names = [f"pika.fanout.{number}" for number in range(3)]
    for name in names:
        channel.queue_declare(name, exclusive=True)
        channel.queue_bind(name, "pika.fanout")

    channel.basic_publish("pika.fanout", "ignored", b"x")

    assert [channel.basic_get(name, auto_ack=True)[2] for name in names] == [b"x", b"x", b"x"]


@pytest.mark.parametrize("name", ["größe", "with/slash", "with space", "日本語", "x" * 255])
def test_any_utf8_name_of_255_bytes_works(channel: BlockingChannel, name: str) -> None:
    channel.queue_declare(name, exclusive=True)
    channel.basic_publish("", name, b"x")

    assert channel.basic_get(name, auto_ack=True)[2] == b"x"


def test_impersonator_publishes_in_the_name_of_another_as_long_as_it_may(embedded_broker: EmbeddedBroker) -> None:
    where = f"http://127.0.0.1:{embedded_broker.api_port}/api"
    with httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as api:
        body = {"password": "secret", "tags": "impersonator"}
        api.put("/users/herald", json=body).raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        api.put("/permissions/%2F/herald", json=rights).raise_for_status()
        with embedded_broker.connect(user="herald", password="secret") as connection:
            speaking = connection.channel()
            speaking.confirm_delivery()
            for _ in range(2):
                speaking.basic_publish("amq.fanout", "", b"", pika.BasicProperties(user_id="king"))
            api.put("/users/herald", json={**body, "tags": ""}).raise_for_status()

            with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="user_id property set to 'king'"):
                speaking.basic_publish("amq.fanout", "", b"", pika.BasicProperties(user_id="king"))
        api.delete("/users/herald").raise_for_status()
