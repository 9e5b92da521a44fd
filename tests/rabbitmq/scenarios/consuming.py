"""basic.consume and cancel: tags, exclusivity, priority, single active consumer, prefetch."""

from __future__ import annotations

from brokerctl.wire.methods import basic, channel, queue
from tests.rabbitmq.steps import Step, confirmed, end, hear, hear_any_order, on, publish, said, scenario
from tests.rabbitmq.words import confirms, consume, depth, q, q_with


def filled(count: int, name: str = "q") -> list[Step]:
    """A queue with so many messages, published and confirmed on a channel of its own."""
    return [
        *on("a9", q(name), confirms()),
        *(publish(name, str(n).encode(), place="a9") for n in range(1, count + 1)),
        confirmed(count, place="a9"),
    ]


SCENARIOS = [
    scenario("deliveries carry tag, number, key and body", filled(2), consume(), hear(2)),
    scenario("without ack", filled(2), consume(no_ack=True), hear(2), depth()),
    scenario("a generated tag", filled(1), consume(tag=""), hear()),
    scenario("without an answer", filled(1), said(consume(nowait=True)), hear()),
    scenario("a queue that is not there", consume("none")),
    scenario("a tag twice on a channel", q(), consume(), consume(), end()),
    scenario("a tag on two channels", q(), consume(), on("a2", consume())),
    scenario("a cancelled tag may come again", q(), consume(), basic.Cancel("c"), consume()),
    scenario("exclusive, then another", q(), consume(exclusive=True), on("a2", consume(tag="d"))),
    scenario("one, then exclusive", q(), consume(), on("a2", consume(tag="d", exclusive=True))),
    scenario("exclusive goes with cancel", q(), consume(exclusive=True), basic.Cancel("c"), on("a2", consume(tag="d"))),
    scenario("exclusive goes with its channel", q(), on("a2", consume(exclusive=True), channel.Close(200)), consume()),
    scenario("no-local means nothing", q(), consume(no_local=True, no_ack=True), publish("q"), hear()),
    scenario("x-priority of a wrong type", q(), consume(arguments={"x-priority": "high"})),
    scenario("x-priority is a number", q(), consume(arguments={"x-priority": -5})),
    scenario("the higher priority gets it", q(), consume(tag="low", arguments={"x-priority": 1}, no_ack=True),
             consume(tag="high", arguments={"x-priority": 2}, no_ack=True), publish("q"), publish("q"), hear(2)),
    scenario("the lower priority gets what the higher has no credit for", q(), basic.Qos(prefetch_count=1),
             consume(tag="low", arguments={"x-priority": 1}), consume(tag="high", arguments={"x-priority": 2}),
             publish("q"), hear(), publish("q"), hear()),
    scenario("two consumers take turns", q(), consume(tag="c", no_ack=True), consume(tag="d", no_ack=True),
             *(publish("q", str(n).encode()) for n in range(4)), hear(4)),
    scenario("arguments that mean nothing", q(), consume(arguments={"foo": "bar"})),
    scenario("single active: the second waits for the first", q_with({"x-single-active-consumer": True}),
             consume(tag="c", no_ack=True), consume(tag="d", no_ack=True), publish("q"), publish("q"), hear(2),
             basic.Cancel("c"), publish("q"), hear()),
    scenario("single active refuses exclusive", q_with({"x-single-active-consumer": True}), consume(exclusive=True)),
    scenario("cancel", q(), consume(), basic.Cancel("c")),
    scenario("cancel without an answer", q(), consume(), basic.Cancel("c", nowait=True), depth()),
    scenario("cancel a tag nobody has", basic.Cancel("none")),
    scenario("cancel keeps what is unacked", filled(1), consume(), hear(), basic.Cancel("c"), basic.Ack(1), depth()),
    scenario("cancel of another channel's tag", q(), consume(), on("a2", basic.Cancel("c")),
             publish("q"), hear()),
    scenario("a deleted queue cancels its consumers", q(), consume(), on("b", queue.Delete(queue="q")), hear()),
    scenario("one's own delete cancels, too", q(), consume(), said(queue.Delete(queue="q")), hear_any_order(2)),
    scenario("a client that knows no cancel hears none", q(), consume(), on("b", queue.Delete(queue="q")), depth("q"),
             capabilities={}),
    scenario("a consumer's auto-delete queue goes with its channel", q(auto_delete=True), on("a2", consume(),
             channel.Close(200)), depth()),
    scenario("qos", basic.Qos(prefetch_count=1)),
    scenario("qos with a size", basic.Qos(prefetch_size=1), end()),
    scenario("qos limits each consumer", filled(3), basic.Qos(prefetch_count=1), consume(), hear(), depth(),
             basic.Ack(1), hear()),
    scenario("qos is for consumers to come", filled(3), basic.Qos(prefetch_count=1), consume(), hear(),
             basic.Qos(prefetch_count=2), basic.Ack(1), hear(), depth()),
    scenario("qos of two consumers", filled(3), basic.Qos(prefetch_count=1), consume(), hear(), consume(tag="d"),
             hear(), depth()),
    scenario("qos does not limit without ack", filled(3), basic.Qos(prefetch_count=1), consume(no_ack=True), hear(3)),
    scenario("global qos limits the channel", filled(3), basic.Qos(prefetch_count=2, is_global=True), consume(),
             hear(2), consume(tag="d"), depth(), basic.Ack(1), hear(), depth()),
    scenario("global qos raised lets more through", filled(2), basic.Qos(prefetch_count=1, is_global=True), consume(),
             hear(), said(basic.Qos(prefetch_count=2, is_global=True)), hear_any_order(2)),
    scenario("global and own qos, the smaller holds", filled(3), basic.Qos(prefetch_count=2, is_global=True),
             basic.Qos(prefetch_count=1), consume(), hear(), depth()),
    scenario("qos does not limit get", filled(2), basic.Qos(prefetch_count=1), basic.Get(queue="q"),
             basic.Get(queue="q")),
    scenario("qos counts acks of many", filled(4), basic.Qos(prefetch_count=2), consume(), hear(2),
             basic.Ack(2, multiple=True), hear(2), depth()),
]  # fmt: skip
