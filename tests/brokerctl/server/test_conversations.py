"""The broker over real sockets, frame by frame: handshakes, refusals, closes."""

from __future__ import annotations

import pytest

from brokerctl.wire import fields, frames, properties, spec
from brokerctl.wire.methods import Method, basic, channel, confirm, connection, exchange, queue
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient


@pytest.fixture
def client(embedded_broker: EmbeddedBroker) -> RawClient:
    return RawClient(embedded_broker.amqp_port)


def test_broker_introduces_itself_and_offers_what_it_has(client: RawClient) -> None:
    with client:
        start = client.greet()

    assert start.server_properties["product"] == "Postroom"
    assert start.server_properties["capabilities"]["publisher_confirms"] is True
    assert start.mechanisms.split() == [b"PLAIN", b"AMQPLAIN"]


def test_other_protocol_gets_our_header_and_the_door(client: RawClient) -> None:
    with client:
        client.send(b"GET / HTTP/1.1\r\n\r\n")

        assert client.socket.recv(100) == spec.PROTOCOL_HEADER
        assert client.is_closed()


@pytest.mark.parametrize(
    "response", [b"\0guest\0wrong", b"\0nobody\0guest", b"\0\0"], ids=["wrong password", "unknown user", "empty"]
)
def test_wrong_login_is_refused_without_saying_what_was_wrong(client: RawClient, response: bytes) -> None:
    with client:
        client.greet()
        told = {"capabilities": {"authentication_failure_close": True}}
        client.call(0, connection.StartOk(told, "PLAIN", response, "en_US"))

        close = client.expect(connection.Close)

    text = "Login was refused using authentication mechanism PLAIN. For details see the broker logfile."
    assert (close.reply_code, close.reply_text) == (403, f"ACCESS_REFUSED - {text}")


def test_wrong_login_of_a_client_that_cannot_be_told_ends_in_silence(client: RawClient) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0wrong", "en_US"))

        assert client.is_closed()


def test_amqplain_logs_in(client: RawClient) -> None:
    with client:
        client.greet()
        credentials = fields.encode_table({"LOGIN": "guest", "PASSWORD": "guest"})[4:]
        client.call(0, connection.StartOk({}, "AMQPLAIN", credentials, "en_US"))

        client.expect(connection.Tune)


@pytest.mark.parametrize(
    ("mechanism", "response"),
    [
        ("PLAIN", b""),
        ("PLAIN", b"guest\0guest"),
        ("PLAIN", b"root\0guest\0guest"),
        ("PLAIN", b"\0guest\0guest\0more"),
        ("PLAIN", b"\0\xff\0guest"),
        ("AMQPLAIN", b""),
        ("AMQPLAIN", b"\xff" * 20),
        ("AMQPLAIN", fields.encode_table({"LOGIN": "guest"})[4:]),
        ("AMQPLAIN", fields.encode_table({"LOGIN": "guest", "PASSWORD": 1})[4:]),
        ("AMQPLAIN", fields.encode_table({"LOGIN": "guest", "PASSWORD": b"\xff"})[4:]),
        ("AMQPLAIN", fields.encode_table({"LOGIN": {"a": "guest"}, "PASSWORD": "guest"})[4:]),
    ],
)
def test_credentials_that_are_none_are_a_syntax_error(client: RawClient, mechanism: str, response: bytes) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, mechanism, response, "en_US"))

        assert client.expect(connection.Close).reply_code == 502


@pytest.mark.parametrize("mechanism", ["", "EXTERNAL", "SCRAM-SHA-256", "plain"])
def test_mechanism_that_was_not_offered_is_refused(client: RawClient, mechanism: str) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, mechanism, b"\0guest\0guest", "en_US"))

        close = client.expect(connection.Close)

    assert (close.reply_code, close.reply_text) == (
        503,
        f"COMMAND_INVALID - unknown authentication mechanism '{mechanism}'",
    )


def test_frame_before_the_login_is_at_most_8_kib(client: RawClient) -> None:
    with client:
        client.greet()
        client.send(b"\x01\0\0" + (8193).to_bytes(4, "big"))

        assert client.expect(connection.Close).reply_code == 501


def test_unknown_vhost_is_refused(client: RawClient) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        client.expect(connection.Tune)
        client.call(0, connection.TuneOk(0, 0, 0), connection.Open("nowhere"))

        close = client.expect(connection.Close)

    assert (close.reply_code, close.reply_text) == (530, "NOT_ALLOWED - vhost nowhere not found")


@pytest.mark.parametrize("tune", [(0, 100, 0), (0, 10_000_000, 0), (60_000, 0, 0)])
def test_limits_outside_what_was_offered_are_refused(client: RawClient, tune: tuple[int, int, int]) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        client.expect(connection.Tune)
        client.call(0, connection.TuneOk(*tune))

        assert client.expect(connection.Close).reply_code == 530


def test_close_is_answered_and_the_socket_ends(client: RawClient) -> None:
    with client:
        client.open()
        client.call(0, connection.Close(200, "bye"))

        client.expect(connection.CloseOk)
        assert client.is_closed()


@pytest.mark.parametrize(
    ("method", "code", "text"),
    [
        (queue.Declare(queue="no-such", passive=True), 404, "NOT_FOUND - no queue 'no-such' in vhost '/'"),
        (queue.Declare(queue="amq.mine"), 403, "queue name 'amq.mine' contains reserved prefix"),
        (queue.Bind(queue="no-such", exchange="amq.direct"), 404, "no queue 'no-such'"),
        (queue.Purge(queue="no-such"), 404, "no queue 'no-such'"),
        (queue.Bind(), 404, "no previously declared queue"),
        (exchange.Declare(exchange="no-such", type="direct", passive=True), 404, "no exchange 'no-such'"),
        (exchange.Declare(exchange="amq.mine", type="direct"), 403, "reserved prefix"),
        (exchange.Delete(exchange="amq.direct"), 403, "deletion of system exchange"),
        (basic.Consume(queue="no-such"), 404, "no queue 'no-such'"),
        (basic.Get(queue="no-such"), 404, "no queue 'no-such'"),
        (basic.Reject(99), 406, "PRECONDITION_FAILED - unknown delivery tag 99"),
        (basic.Ack(99), 406, "unknown delivery tag 99"),
    ],
    ids=lambda value: value.name if isinstance(value, Method) else "",
)
def test_soft_error_closes_the_channel_and_the_connection_lives(
    client: RawClient, method: Method, code: int, text: str
) -> None:
    with client:
        client.open().open_channel()
        client.call(1, method)

        close = client.expect(channel.Close)

        assert close.reply_code == code
        assert text in close.reply_text
        assert (close.failing_class_id, close.failing_method_id) == (method.class_id, method.method_id)
        client.call(1, channel.CloseOk())
        client.open_channel()


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (exchange.Declare(exchange="x", type="nonsense"), 503),
        (queue.DeclareOk("q", 0, 0), 503),
        (basic.Qos(prefetch_size=1), 540),
        (channel.Open(), 504),
    ],
    ids=lambda value: value.name if isinstance(value, Method) else "",
)
def test_hard_error_closes_the_connection(client: RawClient, method: Method, code: int) -> None:
    with client:
        client.open().open_channel()
        client.call(1, method)

        assert client.expect(connection.Close).reply_code == code
        assert client.is_closed(connection.CloseOk())


def test_confirms_of_one_read_come_as_one_multiple_ack(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.call(1, confirm.Select())
        client.expect(confirm.SelectOk)
        header = properties.encode({}, 1)
        publish = frames.method(1, basic.Publish(routing_key="nobody")) + frames.content(1, header, b"x", 0)

        client.send(publish * 5)

        assert client.expect(basic.Ack) == basic.Ack(5, True)


def test_returned_message_comes_before_its_confirm_with_its_header_untouched(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.call(1, confirm.Select())
        client.expect(confirm.SelectOk)
        header = properties.encode({"message_id": "m1", "headers": {"a": [1.5, None]}}, 4)

        client.send(frames.method(1, basic.Publish(routing_key="nobody", mandatory=True)))
        client.send(frames.content(1, header, b"body", 0))

        assert client.expect(basic.Return) == basic.Return(312, "NO_ROUTE", "", "nobody")
        assert client.read_frame() == (spec.HEADER, 1, header)
        assert client.read_frame() == (spec.BODY, 1, b"body")
        assert client.expect(basic.Ack) == basic.Ack(1, False)


def test_large_body_is_cut_to_the_frame_size_agreed(client: RawClient) -> None:
    body = bytes(range(256)) * 64
    with client:
        client.open(frame_max=4096).open_channel()
        client.call(1, queue.Declare(queue="conversation.large", auto_delete=True))
        client.expect(queue.DeclareOk)
        client.send(frames.method(1, basic.Publish(routing_key="conversation.large")))
        client.send(frames.content(1, properties.encode({}, len(body)), body, 4096))
        client.call(1, basic.Consume(queue="conversation.large", no_ack=True))
        client.expect(basic.ConsumeOk)
        client.expect(basic.Deliver)
        client.read_frame()

        got: list[bytes] = []
        while sum(len(part) for part in got) < len(body):
            got.append(client.read_frame()[2])

    assert b"".join(got) == body
    assert max(map(len, got)) == 4096 - 8


def test_forged_user_id_is_refused(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.send(frames.method(1, basic.Publish(routing_key="q")))
        client.send(frames.content(1, properties.encode({"user_id": "admin"}, 1), b"x", 0))

        close = client.expect(channel.Close)

    assert close.reply_code == 406
    assert "user_id property set to 'admin' but authenticated user was 'guest'" in close.reply_text


@pytest.mark.parametrize("mode", [0, 3])
def test_delivery_mode_that_amqp_does_not_have_is_refused(client: RawClient, mode: int) -> None:
    with client:
        client.open().open_channel()
        client.send(frames.method(1, basic.Publish(routing_key="q")))
        client.send(frames.content(1, properties.encode({"delivery_mode": mode}, 1), b"x", 0))

        close = client.expect(channel.Close)

    assert (close.reply_code, f"delivery mode {mode}" in close.reply_text) == (406, True)


def test_published_after_a_refused_publish_in_the_same_read_is_dropped_with_its_channel(client: RawClient) -> None:
    good = frames.method(1, basic.Publish(routing_key="conversation.dropped"))
    bad = frames.method(1, basic.Publish(exchange="no-such"))
    content = frames.content(1, properties.encode({}, 1), b"x", 0)
    with client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="conversation.dropped"))
        client.expect(queue.DeclareOk)
        client.send(bad + content + good + content)
        assert client.expect(channel.Close).reply_code == 404
        client.call(1, channel.CloseOk(), channel.Open(), queue.Delete(queue="conversation.dropped"))
        client.expect(channel.OpenOk)

        assert client.expect(queue.DeleteOk).message_count == 0


def test_cut_in_the_middle_of_a_body_leaves_nothing_behind(embedded_broker: EmbeddedBroker) -> None:
    with embedded_broker.connect() as watching:
        watched = watching.channel()
        watched.queue_declare("conversation.cut")
        whole = frames.method(1, basic.Publish(routing_key="conversation.cut")) + frames.content(
            1, properties.encode({}, 5), b"hello", 0
        )

        for cut in range(1, len(whole), 7):
            with RawClient(embedded_broker.amqp_port) as broken:
                broken.open().open_channel().send(whole[:cut])
                broken.call(2, channel.Open())

        assert watched.queue_delete("conversation.cut").method.message_count == 0


def test_open_behind_a_refused_tune_in_the_same_read_opens_nothing(client: RawClient) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        client.expect(connection.Tune)
        client.call(0, connection.TuneOk(0, 100, 0), connection.Open("/"))

        assert client.expect(connection.Close).reply_code == 530
        assert client.is_closed(connection.CloseOk())


def test_closes_that_cross_are_both_answered(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="no-such", passive=True), channel.Close(200))

        assert client.expect(channel.Close).reply_code == 404
        client.expect(channel.CloseOk)
        client.call(1, channel.CloseOk())
        client.open_channel()
