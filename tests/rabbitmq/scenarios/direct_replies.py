"""Direct reply-to: answers without a queue for them."""

from __future__ import annotations

from brokerctl.wire.methods import basic, queue
from tests.rabbitmq.steps import confirmed, hear, on, publish, scenario
from tests.rabbitmq.words import confirms, consume, q, take

REPLY_TO = "amq.rabbitmq.reply-to"
WAIT = consume(REPLY_TO, no_ack=True)

SCENARIOS = [
    scenario("wait for answers", WAIT),
    scenario("wait for answers under a generated tag", consume(REPLY_TO, tag="", no_ack=True)),
    scenario("wait with acks", consume(REPLY_TO)),
    scenario("wait twice", WAIT, consume(REPLY_TO, tag="d", no_ack=True)),
    scenario("wait twice under one tag", WAIT, WAIT),
    scenario("wait, cancel and wait", WAIT, basic.Cancel("c"), WAIT),
    scenario("wait on two channels", WAIT, on("a2", WAIT)),
    scenario("ask without waiting", q(), publish("q", reply_to=REPLY_TO), hear()),
    scenario("ask while waiting", q(), WAIT, confirms(), publish("q", reply_to=REPLY_TO, correlation_id="1"),
             confirmed(1), take()),
    scenario("is there an address of nobody", queue.Declare(queue=f"{REPLY_TO}.nobody", passive=True)),
    scenario("is there the bare name", queue.Declare(queue=REPLY_TO, passive=True)),
    scenario("answer to nobody", confirms(), publish(f"{REPLY_TO}.nobody"), confirmed(1)),
    scenario("answer to nobody, mandatory", publish(f"{REPLY_TO}.nobody", mandatory=True), hear()),
    scenario("get from the bare name", basic.Get(queue=REPLY_TO, no_ack=True)),
    scenario("delete the bare name", queue.Delete(queue=REPLY_TO)),
    scenario("purge the bare name", queue.Purge(queue=REPLY_TO)),
    scenario("bind the bare name", queue.Bind(queue=REPLY_TO, exchange="amq.direct")),
]  # fmt: skip
