"""Every limit that a peer can run into, on the wire: the code, the words, and that one less is fine."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest

from brokerctl.wire import fields, frames, methods, properties, spec
from brokerctl.wire.methods import Method, basic, channel, connection, exchange, queue
from tests.support import certificates, embedded
from tests.support.bombs import BOMBS
from tests.support.certificates import Authority, common_name
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient

CONSUMERS, MESSAGE_BYTES = 5, 10_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[EmbeddedBroker]:
    """A broker whose limits are soon reached."""
    with embedded.running(
        tmp_path_factory.mktemp("narrow"),
        **certificates.settings(authority.issue("broker", common_name("localhost"))),
        POSTROOM_CHANNEL_MAX="7",
        POSTROOM_FRAME_MAX="8192",
        POSTROOM_CONSUMERS_PER_CHANNEL=str(CONSUMERS),
        POSTROOM_MAX_MESSAGE_BYTES=str(MESSAGE_BYTES),
        POSTROOM_UNFINISHED_BYTES="65536",
    ) as broker:
        yield broker


@pytest.fixture(params=["plain", "tls"])
def client(request: pytest.FixtureRequest, narrow: EmbeddedBroker, authority: Authority) -> RawClient:
    """By each door: a limit that is enforced at one of them is none."""
    if request.param == "plain":
        return RawClient(narrow.amqp_port)
    return RawClient(narrow.amqp_tls_port, tls=ssl.create_default_context(cafile=str(authority.file)))


@pytest.mark.parametrize(
    ("tune", "text"),
    [
        ({"frame_max": 1}, "negotiated frame_max = 1 is lower than the minimum allowed value (4096)"),
        ({"frame_max": 4095}, "negotiated frame_max = 4095 is lower than the minimum allowed value (4096)"),
        ({"frame_max": 8193}, "negotiated frame_max = 8193 is higher than the maximum allowed value (8192)"),
        ({"channel_max": 8}, "negotiated channel_max = 8 is higher than the maximum allowed value (7)"),
    ],
)
def test_tuning_outside_of_what_was_offered_is_refused(client: RawClient, tune: dict[str, int], text: str) -> None:
    with client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        client.expect(connection.Tune)
        client.call(0, connection.TuneOk(**({"frame_max": 8192, "channel_max": 7, "heartbeat": 0} | tune)))

        close = client.expect(connection.Close)

    assert (close.reply_code, close.reply_text) == (530, f"NOT_ALLOWED - {text}")


@pytest.mark.parametrize("agreed", [0, 4096, 8192])
def test_frame_over_the_size_agreed_closes_the_connection(client: RawClient, agreed: int) -> None:
    size = agreed or 8192
    with client:
        client.open(frame_max=agreed).open_channel()
        client.send(publish(b"x" * (size - spec.FRAME_OVERHEAD), size - spec.FRAME_OVERHEAD))
        client.call(1, queue.Declare(queue="limits.frame", auto_delete=True))
        client.expect(queue.DeclareOk)

        # Its eight bytes around are forgiven to clients that forget to count them.
        client.send(publish(b"x" * (size + 1), size + 1))

        assert client.expect(connection.Close).reply_code == 501


def test_one_channel_more_than_agreed_closes_the_connection(client: RawClient) -> None:
    with client:
        client.open()
        for number in range(1, 8):
            client.open_channel(number)

        client.call(8, channel.Open())

        assert client.expect(connection.Close).reply_code == 530


@pytest.mark.parametrize("size", [0, 1, 127, 128, 254, 255])
def test_names_of_every_length_that_fits_work(client: RawClient, size: int) -> None:
    """LavinMQ 2.4.0: a routing key of exactly 255 bytes broke its arithmetic."""
    name = "k" * size
    # No test's exchange is that of another, which may be on its way out still.
    source = f"{size}{name}"[:255]
    with client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue=name, exclusive=True))
        declared = client.expect(queue.DeclareOk).queue
        client.call(1, exchange.Declare(exchange=source, type="topic", auto_delete=True))
        client.expect(exchange.DeclareOk)
        client.call(1, queue.Bind(queue=declared, exchange=source, routing_key=name))
        client.expect(queue.BindOk)
        client.call(1, basic.Consume(queue=declared, consumer_tag=name, no_ack=True))
        tag = client.expect(basic.ConsumeOk).consumer_tag
        header = properties.encode({"message_id": name, "headers": {name: name}}, 0)
        client.send(frames.method(1, basic.Publish(exchange=source, routing_key=name)))
        client.send(frames.frame(spec.HEADER, 1, header))

        delivery = client.expect(basic.Deliver)

        assert (delivery.consumer_tag, delivery.routing_key) == (tag, name)
        assert client.read_frame() == (spec.HEADER, 1, header)


def test_name_of_256_bytes_has_no_way_to_be_said(client: RawClient) -> None:
    """A length byte of 255 and one byte more is another frame to us, too: 502 or 501, never a queue of that name."""
    payload = methods.encode(queue.Declare(queue="k" * 255))
    longer = payload[:7] + b"k" * 256 + payload[7 + 255 :]
    with client:
        client.open().open_channel()
        client.send(frames.frame(spec.METHOD, 1, longer))

        assert client.expect(connection.Close).reply_code in (501, 502)


def test_one_consumer_more_than_allowed_closes_the_connection(client: RawClient) -> None:
    with client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="limits.consumers", exclusive=True))
        client.expect(queue.DeclareOk)
        for _ in range(CONSUMERS):
            client.call(1, basic.Consume(queue="limits.consumers"))
            client.expect(basic.ConsumeOk)

        client.call(1, basic.Consume(queue="limits.consumers"))

        close = client.expect(connection.Close)
        assert close.reply_code == 530
        assert close.reply_text == f"NOT_ALLOWED - reached maximum ({CONSUMERS}) of consumers per channel"


@pytest.mark.parametrize("size", [MESSAGE_BYTES + 1, 2**63, 2**64 - 1])
def test_message_over_the_limit_closes_its_channel_before_its_body_came(client: RawClient, size: int) -> None:
    with client:
        client.open().open_channel()
        client.send(publish(b"", size))

        close = client.expect(channel.Close)

        assert close.reply_code == 406
        assert close.reply_text.endswith(f"message size {size} is larger than configured max size {MESSAGE_BYTES}")
        client.call(1, channel.CloseOk(), channel.Open())
        client.expect(channel.OpenOk)


def test_unfinished_messages_of_one_connection_are_bounded(client: RawClient) -> None:
    with client:
        client.open()
        for number in range(1, 8):
            client.open_channel(number)
        headers: properties.Properties = {"headers": {"long": "x" * 8000}}
        client.send(b"".join(publish(b"x" * 8000, MESSAGE_BYTES, number, headers) for number in range(1, 8)))

        close = client.expect(connection.Close)

        assert close.reply_code == 506


ARGUMENTS = {"KEY": 1}
DOORS: dict[str, Method] = {
    "exchange.declare": exchange.Declare(exchange="x", type="fanout", arguments=ARGUMENTS),
    "queue.declare": queue.Declare(queue="q", arguments=ARGUMENTS),
    "queue.bind": queue.Bind(queue="q", exchange="amq.headers", arguments=ARGUMENTS),
    "queue.unbind": queue.Unbind(queue="q", exchange="amq.headers", arguments=ARGUMENTS),
    "exchange.bind": exchange.Bind(source="amq.headers", destination="amq.fanout", arguments=ARGUMENTS),
    "basic.consume": basic.Consume(queue="q", arguments=ARGUMENTS),
}
"""Methods with a table, each of which a bomb takes the place of."""


def armed(method: Method, bomb: str, size: int) -> bytes:
    harmless = fields.encode_table(ARGUMENTS)
    payload = methods.encode(method)
    assert harmless in payload
    return payload.replace(harmless, BOMBS[bomb](size))


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("door", DOORS)
def test_table_bomb_ends_its_connection_with_a_syntax_error(
    embedded_broker: EmbeddedBroker, door: str, bomb: str
) -> None:
    with RawClient(embedded_broker.amqp_port) as client:
        client.open().open_channel()
        client.send(frames.frame(spec.METHOD, 1, armed(DOORS[door], bomb, 100_000)))

        assert client.expect(connection.Close).reply_code in (501, 502)


@pytest.mark.parametrize("bomb", ["nested arrays", "nested tables", "voids", "text longer than all"])
def test_table_bomb_before_login_does_too(client: RawClient, bomb: str) -> None:
    hello = connection.StartOk(ARGUMENTS, "PLAIN", b"\0guest\0guest", "en_US")
    with client:
        client.greet()
        client.send(frames.frame(spec.METHOD, 0, armed(hello, bomb, 8000)))

        assert client.expect(connection.Close).reply_code in (501, 502)


def publish(body: bytes, size: int, number: int = 1, values: properties.Properties | None = None) -> bytes:
    """A basic.publish whose header announces `size` bytes, and one body frame, if there is a body."""
    data = frames.method(number, basic.Publish(routing_key="limits"))
    data += frames.frame(spec.HEADER, number, properties.encode(values or {}, size))
    return data + (frames.frame(spec.BODY, number, body) if body else b"")
