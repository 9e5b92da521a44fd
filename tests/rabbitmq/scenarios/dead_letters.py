"""Dead-lettering: x-death after reject, expiry, overflow and the delivery limit; cycles; keys."""

from __future__ import annotations

from typing import Any

from brokerctl.wire.methods import basic, queue
from tests.rabbitmq.steps import Step, confirmed, hear, on, publish, scenario
from tests.rabbitmq.words import bind, confirms, consume, declare, depth, get, q, q_with

DLX = "x-dead-letter-exchange"
KEY = "x-dead-letter-routing-key"


def grave(**options: Any) -> list[Step]:
    """A queue `grave` with a consumer on a connection of its own: what dies is heard at once."""
    return on("b", q("grave"), consume("grave", "grave", no_ack=True, **options))


def heard(count: int = 1) -> Step:
    return hear(count, place="b")


def buried(**arguments: Any) -> queue.Declare:
    """Queue q, whose dead go to `grave`."""
    return q_with({DLX: "", KEY: "grave", **{name.replace("_", "-"): value for name, value in arguments.items()}})


QUORUM = {"x-queue-type": "quorum"}

SCENARIOS = [
    scenario("rejected", grave(), buried(), confirms(), publish("q"), confirmed(1), get(),
             basic.Reject(1, requeue=False), heard()),
    scenario("nacked, two at once", grave(), buried(), confirms(), publish("q", b"1"), publish("q", b"2"),
             confirmed(2), get(), get(), basic.Nack(2, multiple=True, requeue=False), heard(2)),
    scenario("expired by its own time", grave(), buried(), publish("q", expiration="1"), heard()),
    scenario("expired at once", grave(), buried(), publish("q", expiration="0"), heard()),
    scenario("expired by the queue's time", grave(), buried(x_message_ttl=1), publish("q"), heard()),
    scenario("expired by both times", grave(), buried(x_message_ttl=1), publish("q", expiration="100000"), heard()),
    scenario("pushed out", grave(), buried(x_max_length=1), publish("q", b"1"), publish("q", b"2"), heard()),
    scenario("pushed out by bytes", grave(), buried(x_max_length_bytes=3), publish("q", b"12"), publish("q", b"34"),
             heard()),
    scenario("refused with dead-lettering", grave(), buried(x_max_length=1, x_overflow="reject-publish-dlx"),
             confirms(), publish("q", b"1"), publish("q", b"2"), confirmed(2), heard(), depth()),
    scenario("refused without dead-lettering", q("grave"), buried(x_max_length=1, x_overflow="reject-publish"),
             confirms(), publish("q", b"1"), publish("q", b"2"), confirmed(2), depth("grave")),
    scenario("keeps its key without a key of the queue's", declare("x", "fanout"), q_with({DLX: "x"}), grave(),
             bind("grave"), confirms(), publish("q"), confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("keeps its properties", grave(), buried(), confirms(),
             publish("q", message_id="m", headers={"a": 1}, delivery_mode=2, priority=4, expiration="100000"),
             confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("from an exchange of one's own", declare(), grave(), buried(), bind(key="k"), confirms(),
             publish("k", exchange="x"), confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("with CC", grave(), buried(), confirms(), publish("q", headers={"CC": ["other", "q"]}), confirmed(1),
             get(), basic.Reject(1, requeue=False), heard()),
    scenario("with CC and no key of the queue's", declare("x", "fanout"), q_with({DLX: "x"}), grave(), bind("grave"),
             confirms(), publish("q", headers={"CC": ["other"]}), confirmed(1), get(),
             basic.Reject(1, requeue=False), heard()),
    scenario("with BCC", grave(), buried(), confirms(), publish("q", headers={"BCC": ["other"]}), confirmed(1),
             get(), basic.Reject(1, requeue=False), heard()),
    scenario("an exchange that is not there", q_with({DLX: "none"}), confirms(), publish("q"), confirmed(1), get(),
             basic.Reject(1, requeue=False), depth()),
    scenario("rejected twice from one queue counts", grave(), buried(), confirms(), publish("q", headers={"x-death": [
             {"count": 4, "queue": "q", "reason": "rejected", "exchange": "", "routing-keys": ["q"]}]}),
             confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("another queue's death stays below", grave(), buried(), confirms(), publish("q", headers={"x-death": [
             {"count": 1, "queue": "p", "reason": "expired", "exchange": "", "routing-keys": ["p"]}],
             "x-first-death-queue": "p", "x-first-death-reason": "expired", "x-first-death-exchange": ""}),
             confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("another reason is another death", grave(), buried(), confirms(), publish("q", headers={"x-death": [
             {"count": 1, "queue": "q", "reason": "expired", "exchange": "", "routing-keys": ["q"]}]}),
             confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("x-death that is no list", grave(), buried(), confirms(), publish("q", headers={"x-death": "x"}),
             confirmed(1), get(), basic.Reject(1, requeue=False), heard()),
    scenario("a circle of expiry ends", q_with({DLX: "", KEY: "p", "x-message-ttl": 1}),
             q_with({DLX: "", KEY: "q", "x-message-ttl": 1}, "p"), publish("q"), *grave(), publish("grave"), heard()),
    scenario("a circle with a rejection goes on", q_with({DLX: "", KEY: "p"}),
             q_with({DLX: "", KEY: "q", "x-message-ttl": 1}, "p"), consume(), publish("q"), hear(),
             basic.Reject(1, requeue=False), hear()),
    scenario("purge and delete bury nobody", grave(), buried(), confirms(), publish("q"), confirmed(1),
             queue.Purge(queue="q"), publish("q"), confirmed(2), queue.Delete(queue="q"), depth("grave")),
    scenario("a quorum queue counts deliveries", q_with(QUORUM, durable=True), confirms(), publish("q"), confirmed(1),
             basic.Qos(prefetch_count=1), consume(), hear(), basic.Reject(1), hear(), basic.Reject(2), hear()),
    scenario("a quorum queue's limit", grave(), q_with({**QUORUM, DLX: "", KEY: "grave", "x-delivery-limit": 1},
             durable=True), confirms(), publish("q"), confirmed(1), basic.Qos(prefetch_count=1), consume(), hear(),
             basic.Reject(1), hear(), basic.Reject(2), heard()),
]  # fmt: skip
