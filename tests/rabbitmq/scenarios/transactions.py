"""tx: publishes and acks wait for commit, or never were."""

from __future__ import annotations

from brokerctl.wire.methods import basic, channel, exchange, queue, tx
from tests.rabbitmq.scenarios.consuming import filled
from tests.rabbitmq.steps import hear, on, publish, scenario
from tests.rabbitmq.words import confirms, declare, depth, get, q

SELECT, COMMIT, ROLLBACK = tx.Select(), tx.Commit(), tx.Rollback()

SCENARIOS = [
    scenario("select, twice", SELECT, SELECT),
    scenario("select after confirms", confirms(), SELECT),
    scenario("commit without select", COMMIT),
    scenario("rollback without select", ROLLBACK),
    scenario("commit of nothing", SELECT, COMMIT, COMMIT),
    scenario("rollback of nothing", SELECT, ROLLBACK, ROLLBACK),
    scenario("publishes wait for commit", q(), SELECT, publish("q"), depth(), COMMIT, depth()),
    scenario("rollback drops publishes", q(), SELECT, publish("q"), ROLLBACK, COMMIT, depth()),
    scenario("publishes keep their order", q(), SELECT, publish("q", b"1"), publish("q", b"2"), COMMIT, get(), get()),
    scenario("a closed channel rolls back", q(), on("a2", SELECT), publish("q", place="a2"), on("a2",
             channel.Close(200)), depth()),
    scenario("acks wait for commit", filled(1), SELECT, get(), basic.Ack(1), on("a2", channel.Open()), COMMIT,
             depth()),
    scenario("an ack of a closed channel never was", filled(1), on("a2", SELECT, get(), basic.Ack(1),
             channel.Close(200)), get()),
    scenario("rollback puts acks back", filled(1), SELECT, get(), basic.Ack(1), ROLLBACK, basic.Ack(1), COMMIT,
             depth()),
    scenario("reject waits for commit", filled(1), SELECT, get(), basic.Reject(1), depth(), COMMIT, get()),
    scenario("nack for good waits for commit", filled(1), SELECT, get(), basic.Nack(1, requeue=False), COMMIT, depth()),
    scenario("an unknown tag fails at once", SELECT, basic.Ack(1), hear()),
    scenario("an unknown exchange fails at once", SELECT, publish("q", exchange="none"), hear()),
    scenario("mandatory comes back at commit", SELECT, publish("none", mandatory=True), tx.Commit()),
    scenario("a queue deleted before commit", q(), SELECT, publish("q", mandatory=True), queue.Delete(queue="q"),
             COMMIT),
    scenario("an exchange deleted before commit", declare("x"), SELECT, publish("k", exchange="x"),
             on("a2", exchange.Delete(exchange="x")), COMMIT),
    scenario("declares do not wait", SELECT, q(), ROLLBACK, depth()),
    scenario("a commit of many", q(durable=True), SELECT, *(publish("q", delivery_mode=2) for _ in range(50)), COMMIT,
             depth()),
]  # fmt: skip
