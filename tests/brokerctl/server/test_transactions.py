"""Transactions over real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import Method, basic, channel, confirm, queue, tx
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient


def published(key: str, body: bytes = b"x", *, mandatory: bool = False) -> bytes:
    header = properties.encode({"delivery_mode": 2}, len(body))
    return frames.method(1, basic.Publish(routing_key=key, mandatory=mandatory)) + frames.content(1, header, body, 0)


@pytest.fixture
def client(embedded_broker: EmbeddedBroker) -> RawClient:
    return RawClient(embedded_broker.amqp_port)


def test_nothing_is_seen_before_the_commit_and_all_of_it_after(client: RawClient) -> None:
    name = "transactions.seen"
    with client:
        client.open().open_channel().open_channel(2)
        client.call(1, queue.Declare(queue=name, auto_delete=True), tx.Select())
        client.expect(queue.DeclareOk)
        client.expect(tx.SelectOk)
        client.send(published(name) * 3)
        client.call(2, queue.Declare(queue=name, passive=True))
        assert client.expect(queue.DeclareOk).message_count == 0

        client.call(1, tx.Commit())

        client.expect(tx.CommitOk)
        client.call(2, queue.Delete(queue=name))
        assert client.expect(queue.DeleteOk).message_count == 3


def test_rolled_back_ack_and_publish_never_happened(client: RawClient) -> None:
    name = "transactions.rolled"
    with client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue=name, durable=True))
        client.expect(queue.DeclareOk)
        client.send(published(name))
        client.call(1, tx.Select(), basic.Get(queue=name))
        client.expect(tx.SelectOk)
        client.expect(basic.GetOk)
        client.read_frame(), client.read_frame()
        client.call(1, basic.Ack(1))
        client.send(published(name))

        client.call(1, tx.Rollback(), basic.Nack(1), tx.Commit(), queue.Delete(queue=name))

        client.expect(tx.RollbackOk)
        client.expect(tx.CommitOk)
        assert client.expect(queue.DeleteOk).message_count == 1


def test_returned_message_comes_before_commit_ok(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.call(1, tx.Select())
        client.expect(tx.SelectOk)
        client.send(published("nobody", mandatory=True))
        client.call(1, tx.Commit())

        assert client.expect(basic.Return).reply_code == 312
        client.read_frame(), client.read_frame()
        client.expect(tx.CommitOk)


@pytest.mark.parametrize(
    ("first", "method", "text"),
    [
        (tx.Select(), confirm.Select(), "cannot switch from tx to confirm mode"),
        (confirm.Select(), tx.Select(), "cannot switch from confirm to tx mode"),
        (channel.Flow(True), tx.Commit(), "channel is not transactional"),
        (channel.Flow(True), tx.Rollback(), "channel is not transactional"),
    ],
    ids=lambda value: value.name if isinstance(value, Method) else "",
)
def test_wrong_turn_closes_the_channel(client: RawClient, first: Method, method: Method, text: str) -> None:
    with client:
        client.open().open_channel()
        client.call(1, first, method)
        client.read_frame()

        close = client.expect(channel.Close)

    assert (close.reply_code, close.reply_text) == (406, f"PRECONDITION_FAILED - {text}")
    assert (close.failing_class_id, close.failing_method_id) == (method.class_id, method.method_id)


def test_committed_messages_and_acks_survive_a_kill(home: Path) -> None:
    broker = embedded.start(home)
    with RawClient(broker.amqp_port) as client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="kept", durable=True), tx.Select())
        client.expect(queue.DeclareOk)
        client.expect(tx.SelectOk)
        client.send(published("kept", b"acked") + published("kept", b"stays"))
        client.call(1, tx.Commit(), basic.Get(queue="kept"), basic.Ack(1), tx.Commit())
        client.expect(tx.CommitOk)
        client.expect(basic.GetOk)
        client.read_frame(), client.read_frame()
        client.send(published("kept", b"never committed"))
        client.expect(tx.CommitOk)
        broker.kill()

    with embedded.running(home) as broker, broker.connect() as connection:
        found = connection.channel()
        assert found.basic_get("kept")[2] == b"stays"
        assert found.basic_get("kept")[0] is None
