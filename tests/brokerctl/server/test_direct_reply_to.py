"""Direct reply-to over real sockets."""

from __future__ import annotations

import pika
import pytest

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import Method, basic, channel, queue
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient
from tests.support.waiting import wait_until

REPLY_TO = "amq.rabbitmq.reply-to"


@pytest.fixture
def client(embedded_broker: EmbeddedBroker) -> RawClient:
    return RawClient(embedded_broker.amqp_port)


def test_remote_call_is_answered_without_a_queue(embedded_broker: EmbeddedBroker) -> None:
    with embedded_broker.connect() as one, embedded_broker.connect() as other:
        asking, serving = one.channel(), other.channel()
        serving.queue_declare("rpc", auto_delete=True)
        answers: list[bytes] = []
        asking.confirm_delivery()
        asking.basic_consume(REPLY_TO, lambda _c, _m, _p, body: answers.append(body), auto_ack=True)
        asking.basic_publish("", "rpc", b"2+2", pika.BasicProperties(reply_to=REPLY_TO, correlation_id="1"))

        _method, asked, _body = serving.basic_get("rpc", auto_ack=True)
        assert asked is not None
        address = asked.reply_to
        assert address is not None
        assert asked.correlation_id == "1"
        # 128 bits in base64 take 22 characters.
        assert len(address.removeprefix(f"{REPLY_TO}.")) >= 22
        assert serving.queue_declare(address).method.consumer_count == 1
        serving.basic_publish("", address, b"4")

        def is_answered() -> bool:
            one.process_data_events(0)
            return bool(answers)

        wait_until(is_answered)
        assert answers == [b"4"]
        serving.queue_delete("rpc")


@pytest.mark.parametrize(
    ("method", "code", "text"),
    [
        (basic.Consume(queue=REPLY_TO), 406, "reply consumer cannot acknowledge"),
        (queue.Bind(queue=REPLY_TO, exchange="amq.direct"), 404, f"no queue '{REPLY_TO}' in vhost '/'"),
        (queue.Declare(queue=f"{REPLY_TO}.guess"), 404, f"no queue '{REPLY_TO}.guess' in vhost '/'"),
        (basic.Get(queue=REPLY_TO), 404, f"no queue '{REPLY_TO}' in vhost '/'"),
    ],
    ids=lambda value: value.name if isinstance(value, Method) else "",
)
def test_what_it_is_not_for_is_refused(client: RawClient, method: Method, code: int, text: str) -> None:
    with client:
        client.open().open_channel()
        client.call(1, method)

        close = client.expect(channel.Close)

    assert close.reply_code == code
    assert text in close.reply_text


def test_request_of_a_channel_that_does_not_listen_is_refused(client: RawClient) -> None:
    header = properties.encode({"reply_to": REPLY_TO}, 1)
    with client:
        client.open().open_channel()
        client.send(frames.method(1, basic.Publish(routing_key="q")) + frames.content(1, header, b"x", 0))

        close = client.expect(channel.Close)

    assert (close.reply_code, close.reply_text) == (
        406,
        "PRECONDITION_FAILED - fast reply consumer does not exist",
    )


def test_cancelled_consumer_of_answers_may_be_started_again(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        for _ in range(2):
            client.call(1, basic.Consume(queue=REPLY_TO, consumer_tag="t", no_ack=True), basic.Cancel("t"))

            client.expect(basic.ConsumeOk)
            client.expect(basic.CancelOk)
