"""basic.get."""

from __future__ import annotations

from brokerctl.wire.methods import basic, connection, queue
from tests.rabbitmq.scenarios.consuming import filled
from tests.rabbitmq.steps import on, scenario
from tests.rabbitmq.words import depth, get, q, q_with, take

SCENARIOS = [
    scenario("an empty queue", q(), get(), take()),
    scenario("tells how many are left", filled(3), get(), get(), get(), get()),
    scenario("without ack the message is gone", filled(1), take(), depth()),
    scenario("with ack the message is not ready", filled(1), get(), depth()),
    scenario("a queue that is not there", get("none")),
    scenario("numbers go on without ack", filled(3), take(), get(), take(), basic.Ack(2)),
    scenario("unacked messages return with the channel, redelivered", filled(2), on("a2", get(), get()),
             on("a2", queue.Declare(queue="none", passive=True)), get(), get()),
    scenario("unacked messages return with the connection, redelivered", filled(2), on("b", get(), get()),
             on("b0", connection.Close(200)), get(), get()),
    scenario("beside a single active consumer", q_with({"x-single-active-consumer": True}),
             basic.Consume(queue="q", consumer_tag="c"), on("a2", get())),
    scenario("beside an exclusive consumer", q(), basic.Consume(queue="q", consumer_tag="c", exclusive=True),
             on("a2", get())),
]  # fmt: skip
