"""Publishers beside consumers whose sockets are full."""

from __future__ import annotations

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, confirm, queue
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient

BODY = bytes(65_536)
CONTENT = frames.content(1, properties.encode({}, len(BODY)), BODY, 0)
COUNT = 200
"""12 MiB: more than the window, the broker's buffer and both sockets hold."""


def test_a_publisher_does_not_wait_for_a_consumer_that_never_reads(embedded_broker: EmbeddedBroker) -> None:
    port = embedded_broker.amqp_port
    with RawClient(port) as consumer, RawClient(port) as publisher:
        consumer.open().open_channel().call(1, queue.Declare(queue="pace", exclusive=False, auto_delete=True))
        consumer.expect(queue.DeclareOk)
        consumer.call(1, basic.Consume(queue="pace", no_ack=True))
        publisher.open().open_channel().call(1, confirm.Select())
        publisher.expect(confirm.SelectOk)

        one = frames.method(1, basic.Publish(routing_key="pace")) + CONTENT
        confirmed = 0
        for _ in range(COUNT):
            publisher.send(one)
        while confirmed < COUNT:
            answer = publisher.expect(basic.Ack)
            confirmed = answer.delivery_tag if answer.multiple else confirmed + 1

        publisher.call(1, queue.Declare(queue="pace", passive=True))
        waiting = publisher.expect(queue.DeclareOk).message_count
    assert waiting > 0
