"""A disk that takes no more bytes: nothing is answered that was not written, and what was written before is there."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import httpx
import pika
import pytest

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import Method, basic, channel, confirm, connection, queue, tx
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient
from tests.support.waiting import PATIENCE_SECONDS

KEPT, BODY = "kept", b"kept"
PERSISTENT = pika.BasicProperties(delivery_mode=2)


@pytest.fixture
def refusing(home: Path) -> Iterator[EmbeddedBroker]:
    """A broker with one message, every write of which to a file fails."""
    broker = embedded.start(home)
    try:
        with broker.connect() as opened:
            used = opened.channel()
            used.queue_declare(KEPT, durable=True)
            used.confirm_delivery()
            used.basic_publish("", KEPT, BODY, PERSISTENT, mandatory=True)
        resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        yield broker
    finally:
        broker.kill()


def open_channel(client: RawClient) -> RawClient:
    return client.open().open_channel()


def publish(client: RawClient) -> None:
    content = frames.content(1, properties.encode({"delivery_mode": 2}, 3), b"new", 131_072)
    client.send(frames.method(1, basic.Publish(routing_key=KEPT)) + content)


def take(client: RawClient) -> None:
    client.call(1, basic.Get(queue=KEPT))
    client.expect(basic.GetOk)
    client.read_frame()
    client.read_frame()
    client.call(1, basic.Ack(1, False))


def expect_failure(client: RawClient) -> None:
    """As the very next frame: an answer before it would have been a lie."""
    closed = client.expect(connection.Close)
    assert closed.reply_code == 541
    assert "the broker cannot write to its disk" in closed.reply_text


def is_still_there(refusing: EmbeddedBroker) -> bool:
    """After a restart."""
    refusing.kill()
    with embedded.running(refusing.home) as broker, broker.connect() as opened:
        used = opened.channel()
        count = used.queue_declare(KEPT, passive=True).method.message_count
        return count == 1 and used.basic_get(KEPT, auto_ack=True)[2] == BODY


@pytest.mark.parametrize(
    "asked",
    [queue.Declare(queue="new", durable=True), queue.Purge(queue=KEPT), queue.Delete(queue=KEPT)],
    ids=["declare", "purge", "delete"],
)
def test_change_that_the_disk_refused_is_not_answered(asked: Method, refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        open_channel(client).call(1, asked)

        expect_failure(client)

    assert is_still_there(refusing)


def test_publish_that_the_disk_refused_is_not_confirmed(refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        open_channel(client).call(1, confirm.Select())
        client.expect(confirm.SelectOk)
        publish(client)

        expect_failure(client)


def test_transaction_that_the_disk_refused_is_not_committed(refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        open_channel(client).call(1, tx.Select())
        client.expect(tx.SelectOk)
        publish(client)
        client.call(1, tx.Commit())

        expect_failure(client)


def test_acks_that_the_disk_refused_leave_channel_close_without_an_answer(refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        take(open_channel(client))
        client.call(1, channel.Close(200, "", 0, 0))

        expect_failure(client)

    assert is_still_there(refusing)


def test_acks_that_the_disk_refused_leave_connection_close_without_an_answer(refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        take(open_channel(client))
        client.call(0, connection.Close(200, "", 0, 0))

        expect_failure(client)


def test_broker_whose_disk_failed_takes_nobody_until_it_is_restarted(refusing: EmbeddedBroker) -> None:
    with RawClient(refusing.amqp_port) as client:
        open_channel(client).call(1, queue.Declare(queue="new", durable=True))
        expect_failure(client)

    with RawClient(refusing.amqp_port) as client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        offered = client.expect(connection.Tune)
        client.call(0, connection.TuneOk(offered.channel_max, offered.frame_max, 0), connection.Open("/"))
        expect_failure(client)


def test_api_says_at_once_that_a_change_was_not_saved_and_goes_on_to_show_things(refusing: EmbeddedBroker) -> None:
    where = f"http://127.0.0.1:{refusing.api_port}/api"
    with httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as api:
        refused = api.put("/queues/%2F/new", json={"durable": True})

        assert refused.status_code == 500
        assert "could not be saved" in refused.json()["reason"]
        assert api.get("/queues/%2F/kept").json()["messages"] == 1
