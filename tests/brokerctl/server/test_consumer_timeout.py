"""A consumer that settles nothing loses its channel, over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokerctl.server import overdue
from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, channel, queue
from tests.support import embedded
from tests.support.raw import RawClient


def test_channel_that_holds_a_message_too_long_is_closed_and_the_message_goes_back(home: Path) -> None:
    with embedded.running(home, POSTROOM_CONSUMER_TIMEOUT_SECONDS="1") as broker, RawClient(broker.amqp_port) as client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="q"), basic.Consume(queue="q"))
        client.expect(queue.DeclareOk)
        client.expect(basic.ConsumeOk)
        client.send(frames.method(1, basic.Publish(routing_key="q")))
        client.send(frames.content(1, properties.encode({}, 1), b"x", 0))
        client.expect(basic.Deliver)
        client.read_frame(), client.read_frame()

        close = client.expect(channel.Close)

        assert (close.reply_code, close.failing_class_id, close.failing_method_id) == (406, 0, 0)
        assert close.reply_text.startswith(
            "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1000 ms."
        )
        client.call(1, channel.CloseOk())
        client.open_channel(2).call(2, basic.Get(queue="q"))
        assert client.expect(basic.GetOk).redelivered


@pytest.mark.parametrize(("timeout", "interval"), [(1800, 60.0), (240, 60.0), (4, 1.0), (0, 60.0)])
def test_look_is_as_often_as_the_timeout_needs(timeout: int, interval: float) -> None:
    assert overdue.interval_seconds(timeout) == interval
