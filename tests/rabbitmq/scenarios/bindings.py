"""queue.bind and unbind, exchange.bind and unbind."""

from __future__ import annotations

from brokerctl.wire.methods import exchange, queue
from tests.rabbitmq.steps import confirmed, publish, scenario
from tests.rabbitmq.words import bind, confirms, declare, q, take


def matching(value: object) -> queue.Bind:
    return queue.Bind(queue="q", exchange="x", arguments={"x-match": value, "a": 1})


SCENARIOS = [
    scenario("bind and unbind", declare(), q(), bind(key="k"), queue.Unbind(queue="q", exchange="x", routing_key="k")),
    scenario("bind twice is one binding", declare(), q(), bind(key="k"), bind(key="k"), confirms(),
             publish("k", exchange="x"), confirmed(1), take(), take()),
    scenario("bind by two keys", declare(), q(), bind(key="k"), bind(key="l"), confirms(), publish("l", exchange="x"),
             publish("k", exchange="x"), confirmed(2), take(), take(), take()),
    scenario("bind without an answer", declare(), q(), queue.Bind(queue="q", exchange="x", nowait=True), confirms(),
             publish("", exchange="x"), confirmed(1), take()),
    scenario("bind to an exchange that is not there", q(), bind(exchange="none")),
    scenario("bind a queue that is not there", declare(), bind("none")),
    scenario("bind when neither is there", bind("none", exchange="none")),
    scenario("bind to the default exchange", q(), bind(exchange="")),
    scenario("unbind from the default exchange", q(), queue.Unbind(queue="q", exchange="", routing_key="q")),
    scenario("unbind what is not bound", declare(), q(), queue.Unbind(queue="q", exchange="x", routing_key="k")),
    scenario("unbind with other arguments leaves the binding", declare(), q(), bind(key="k", a=1),
             queue.Unbind(queue="q", exchange="x", routing_key="k", arguments={"a": 2}), confirms(),
             publish("k", exchange="x"), confirmed(1), take()),
    scenario("unbind from an exchange that is not there", q(), queue.Unbind(queue="q", exchange="none")),
    scenario("unbind a queue that is not there", declare(), queue.Unbind(queue="none", exchange="x")),
    scenario("unbind both not there", queue.Unbind(queue="none", exchange="none")),
    scenario("bind exchange to exchange, and unbind", declare("x"), declare("y"),
             exchange.Bind(destination="y", source="x", routing_key="k"),
             exchange.Unbind(destination="y", source="x", routing_key="k")),
    scenario("through two exchanges by key", declare("x"), declare("y"), q(),
             exchange.Bind(destination="y", source="x", routing_key="k"), bind(exchange="y", key="k"), confirms(),
             publish("k", exchange="x"), publish("l", exchange="x"), confirmed(2), take(), take()),
    scenario("two ways to a queue are one message", declare("x", "fanout"), declare("y", "fanout"), q(),
             exchange.Bind(destination="y", source="x"), bind(exchange="y"), bind(), confirms(),
             publish("", exchange="x"), confirmed(1), take(), take()),
    scenario("exchanges in a circle", declare("x", "fanout"), declare("y", "fanout"), q(),
             exchange.Bind(destination="y", source="x"), exchange.Bind(destination="x", source="y"),
             bind(exchange="y"), confirms(), publish("", exchange="x"), confirmed(1), take(), take()),
    scenario("an exchange bound to itself", declare("x", "fanout"), q(), exchange.Bind(destination="x", source="x"),
             bind(), confirms(), publish("", exchange="x"), confirmed(1), take(), take()),
    scenario("bind exchange, source is not there", declare("y"), exchange.Bind(destination="y", source="none")),
    scenario("bind exchange, destination is not there", declare("x"),
             exchange.Bind(destination="none", source="x")),
    scenario("bind exchange, neither is there", exchange.Bind(destination="none", source="nor")),
    scenario("bind the default exchange as source", declare("y"), exchange.Bind(destination="y", source="")),
    scenario("bind the default exchange as destination", declare("x"), exchange.Bind(destination="", source="x")),
    scenario("unbind exchanges that are not bound", declare("x"), declare("y"),
             exchange.Unbind(destination="y", source="x")),
    scenario("unbind exchange, source is not there", declare("y"), exchange.Unbind(destination="y", source="none")),
    scenario("an auto-delete source goes when its destination does", declare("x", auto_delete=True), declare("y"),
             exchange.Bind(destination="y", source="x"), exchange.Delete(exchange="y"),
             exchange.Declare(exchange="x", passive=True)),
    scenario("bind to a headers exchange, x-match unknown", declare("x", "headers"), q(),
             matching("some")),
    scenario("bind to a headers exchange, x-match of a wrong type", declare("x", "headers"), q(),
             matching(1)),
    scenario("bind a durable queue to a transient exchange", declare("x"), q(durable=True), bind()),
    scenario("bind a transient queue to a durable exchange", declare("x", durable=True), q(), bind()),
]  # fmt: skip
