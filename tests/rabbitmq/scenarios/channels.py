"""A channel's life, and flow."""

from __future__ import annotations

from brokerctl.wire import frames, properties
from brokerctl.wire.methods import basic, channel, confirm, connection, exchange, queue, tx
from tests.rabbitmq.steps import end, hear, on, publish, raw, said, scenario

SCENARIOS = [
    scenario("a channel opens and closes", channel.Open(), channel.Close(200, "bye")),
    scenario("a channel opens again under its number", channel.Open(), channel.Close(200), channel.Open()),
    scenario("a channel opened twice", channel.Open(), channel.Open(), end()),
    scenario("two channels of a connection", channel.Open(), *on("a7", channel.Open(), channel.Close(200))),
    scenario("an error closes one channel, the others live", *on("a2", queue.Declare(queue="q")),
             queue.Declare(queue="none", passive=True), *on("a2", queue.Declare(queue="q", passive=True))),
    scenario("a method on a channel that was never opened", said(queue.Declare(queue="q"), place="A9"), end("A9")),
    scenario("a publish on a channel that was never opened", publish("q", place="A9"), end("A9")),
    scenario("close of a channel that was never opened", said(channel.Close(200), place="A9"), end("A9")),
    scenario("close-ok of a channel that was never opened", said(channel.CloseOk(), place="A9"), end("A9")),
    scenario("what follows an error in the same breath is dropped",
             said(queue.Declare(queue="none", passive=True), queue.Declare(queue="q")), hear(),
             queue.Declare(queue="q", passive=True)),
    scenario("a close of our own crosses the broker's", said(queue.Declare(queue="none", passive=True),
             channel.Close(200)), hear(2), queue.Declare(queue="q")),
    scenario("flow on is acknowledged", channel.Flow(active=True)),
    scenario("flow off is refused", channel.Flow(active=False), end()),
    scenario("flow-ok that nobody asked for", said(channel.FlowOk(active=True)), end()),
    scenario("channel.open-ok from a client", said(channel.OpenOk()), end()),
    scenario("queue.declare-ok from a client", said(queue.DeclareOk("q", 0, 0)), end()),
    scenario("exchange.declare-ok from a client", said(exchange.DeclareOk()), end()),
    scenario("basic.deliver from a client", said(basic.Deliver("tag", 1, False, "", "q")),
             raw(frames.content(1, properties.encode({}, 1), b"x", 0)), end()),
    scenario("basic.get-empty from a client", said(basic.GetEmpty()), end()),
    scenario("confirm.select-ok from a client", said(confirm.SelectOk()), end()),
    scenario("tx.select-ok from a client", said(tx.SelectOk()), end()),
    scenario("connection.open on a channel", said(connection.Open("/")), end()),
    scenario("connection.close on a channel", said(connection.Close(200)), end()),
    scenario("a channel's method on channel 0", said(queue.Declare(queue="q"), place="a0"), end("a0")),
    scenario("channel.open on channel 0", said(channel.Open(), place="a0"), end("a0")),
    scenario("a publish on channel 0", publish("q", place="a0"), end("a0")),
]  # fmt: skip
