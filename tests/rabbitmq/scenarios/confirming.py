"""confirm.select, and what is confirmed when."""

from __future__ import annotations

from brokerctl.wire.methods import confirm, queue, tx
from tests.rabbitmq.steps import confirmed, end, hear, on, publish, scenario
from tests.rabbitmq.words import bind, confirms, declare, q, take

SCENARIOS = [
    scenario("select, twice", confirms(), confirms()),
    scenario("select without an answer", confirm.Select(nowait=True), q(), publish("q"), confirmed(1)),
    scenario("select after transactions", tx.Select(), confirms()),
    scenario("numbers count from select", q(), publish("q"), confirms(), publish("q"), confirmed(1)),
    scenario("a second select does not count anew", q(), confirms(), publish("q"), confirmed(1), confirms(),
             publish("q"), confirmed(2)),
    scenario("persistent in a durable queue", q(durable=True), confirms(), publish("q", delivery_mode=2), confirmed(1),
             take()),
    scenario("transient in a durable queue", q(durable=True), confirms(), publish("q"), confirmed(1), take()),
    scenario("to nobody", confirms(), publish("none"), confirmed(1)),
    scenario("to many queues, durable and not", declare("x", "fanout"), q(durable=True), q("p"), bind(), bind("p"),
             confirms(), publish("", exchange="x", delivery_mode=2), confirmed(1)),
    scenario("a hundred", q(durable=True), confirms(), *(publish("q", delivery_mode=2) for _ in range(100)),
             confirmed(100)),
    scenario("each channel counts for itself", q(), confirms(), on("a2", confirms()), publish("q"), confirmed(1),
             publish("q", place="a2"), confirmed(1, place="a2")),
    scenario("a reopened channel counts anew", q(), confirms(), publish("q"), confirmed(1),
             queue.Declare(queue="none", passive=True), confirms(), publish("q"), confirmed(1)),
    scenario("a refused publish has no confirm", confirms(), publish("q", exchange="none"), hear(), q()),
    scenario("ack from a client in confirm mode", confirms(), publish("none"), confirmed(1),
             publish("none", immediate=True), end()),
]  # fmt: skip
