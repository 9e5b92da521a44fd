"""Very many small messages at once, faster than a client library can say them."""

from __future__ import annotations

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, channel
from tests.support.raw import RawClient


def flood(port: int, queue: str, count: int) -> None:
    """Publish `count` transient messages of one byte to the queue; return when the broker has read them all."""
    content = frames.content(1, properties.encode({}, 1), b"x", 0)
    one = frames.method(1, basic.Publish(routing_key=queue)) + content
    with RawClient(port) as client:
        client.open().open_channel()
        client.send(one * count)
        client.call(1, channel.Close(200, ""))
        client.expect(channel.CloseOk)
