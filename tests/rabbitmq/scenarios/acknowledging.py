"""basic.ack, nack and reject: known tags, unknown tags, many at once."""

from __future__ import annotations

from brokerctl.wire.methods import basic
from tests.rabbitmq.scenarios.consuming import filled
from tests.rabbitmq.steps import confirmed, hear, on, publish, scenario
from tests.rabbitmq.words import confirms, consume, depth, get, q, q_with

SCENARIOS = [
    scenario("ack", filled(1), get(), basic.Ack(1), depth()),
    scenario("ack an unknown tag", basic.Ack(1), hear(), q()),
    scenario("ack tag 0", basic.Ack(0), hear(), q()),
    scenario("ack tag 0 with something out", filled(1), get(), basic.Ack(0), hear(), depth()),
    scenario("ack twice", filled(1), get(), basic.Ack(1), basic.Ack(1), hear(), depth()),
    scenario("ack on another channel", filled(1), get(), on("a2", basic.Ack(1)), hear(place="a2"), depth()),
    scenario("ack a delivery that needed none", filled(1), basic.Get(queue="q", no_ack=True), basic.Ack(1), hear()),
    scenario("ack many", filled(3), get(), get(), get(), basic.Ack(2, multiple=True), basic.Ack(3), depth()),
    scenario("ack all that is out", filled(2), get(), get(), basic.Ack(0, multiple=True), depth()),
    scenario("ack all when nothing is out", basic.Ack(0, multiple=True), q()),
    scenario("ack many up to an unknown tag", filled(1), get(), basic.Ack(5, multiple=True), hear(), depth()),
    scenario("ack many up to one that was acked", filled(3), get(), get(), get(), basic.Ack(2),
             basic.Ack(2, multiple=True), hear(), depth()),
    scenario("ack many up to one that was acked, nothing below", filled(1), get(), basic.Ack(1),
             basic.Ack(1, multiple=True), hear(), depth()),
    scenario("nack goes back", filled(1), get(), basic.Nack(1), get()),
    scenario("nack for good", filled(1), get(), basic.Nack(1, requeue=False), depth()),
    scenario("nack many goes back in order", filled(3), get(), get(), get(), basic.Nack(2, multiple=True), get(),
             get(), get()),
    scenario("nack all goes back in order", filled(3), get(), get(), get(), basic.Nack(0, multiple=True), get(), get(),
             get()),
    scenario("nack an unknown tag", basic.Nack(1), hear()),
    scenario("nack all when nothing is out", basic.Nack(0, multiple=True), q()),
    scenario("reject goes back", filled(1), get(), basic.Reject(1), get()),
    scenario("reject for good", filled(1), get(), basic.Reject(1, requeue=False), depth()),
    scenario("reject an unknown tag", basic.Reject(1), hear()),
    scenario("reject tag 0", basic.Reject(0), hear()),
    scenario("reject twice", filled(1), get(), basic.Reject(1, requeue=False), basic.Reject(1), hear()),
    scenario("a rejected message keeps its place", filled(3), get(), get(), basic.Reject(1), basic.Reject(2), get(),
             get(), get()),
    scenario("a rejected message comes again to its consumer", filled(1), basic.Qos(prefetch_count=1), consume(),
             hear(), basic.Reject(1), hear(), basic.Ack(2), depth()),
    scenario("a rejected message keeps its priority", q_with({"x-max-priority": 3}, "p"),
             confirms(), publish("p", b"high", priority=3), publish("p", b"low"),
             confirmed(2),
             get("p"), basic.Reject(1), get("p")),
]  # fmt: skip
