"""basic.publish: what is refused, returned, changed on the way, and sent to more than one key."""

from __future__ import annotations

from typing import Any

from brokerctl.wire import fields
from brokerctl.wire.methods import basic, queue
from tests.rabbitmq.steps import Scenario, confirmed, end, hear, on, publish, scenario
from tests.rabbitmq.words import bind, confirms, declare, depth, q, q_with, take

EVERY_PROPERTY: dict[str, Any] = {
    "content_type": "text/plain",
    "content_encoding": "utf-8",
    "headers": {"a": 1, "b": [True, None, 1.5], "c": {"d": "e"}, "f": 2**40},
    "delivery_mode": 2,
    "priority": 3,
    "correlation_id": "c",
    "reply_to": "r",
    "expiration": "100000",
    "message_id": "m",
    "timestamp": fields.Timestamp(1),
    "type": "t",
    "user_id": "guest",
    "app_id": "app",
    "cluster_id": "cluster",
}


def refused(name: str, **given: Any) -> Scenario:
    """The channel closes, and the queue got nothing."""
    return scenario(name, q(), publish("q", **given), hear(), depth())


SCENARIOS = [
    scenario("every property arrives as it was", q(), confirms(), publish("q", **EVERY_PROPERTY), confirmed(1), take()),
    scenario("a body of many frames", q(), confirms(), publish("q", b"x" * 20_000), confirmed(1), take(),
             frame_max=32_768),
    scenario("an exchange that is not there", publish("q", exchange="none"), hear()),
    scenario("an exchange that is not there, with confirms", confirms(), publish("q", exchange="none"), hear()),
    scenario("a queue that is not there is no error", publish("none"), q()),
    scenario("mandatory comes back", publish("none", mandatory=True), hear()),
    scenario("mandatory comes back with its content", publish("none", b"body", mandatory=True, message_id="m",
             headers={"a": 1}), hear()),
    scenario("mandatory comes back before its confirm", confirms(), publish("none", mandatory=True), confirmed(1)),
    scenario("mandatory comes back from an exchange without bindings", declare(), publish("k", exchange="x",
             mandatory=True), hear()),
    scenario("mandatory that found a queue does not come back", q(), confirms(), publish("q", mandatory=True),
             confirmed(1), take()),
    scenario("immediate is refused", q(), publish("q", immediate=True), end()),
    refused("another's user id", user_id="nobody"),
    scenario("one's own user id", q(), confirms(), publish("q", user_id="guest"), confirmed(1), take()),
    refused("an expiration that is no number", expiration="soon"),
    refused("an expiration below zero", expiration="-1"),
    refused("an expiration with a fraction", expiration="1.5"),
    refused("an empty expiration", expiration=""),
    refused("an expiration with a space", expiration="10 "),
    refused("an expiration beyond ten years", expiration="315360000001"),
    refused("an expiration beyond every calendar", expiration="9" * 20),
    refused("CC that is no list", headers={"CC": "p"}),
    scenario("CC that lists numbers", q(), confirms(), publish("q", headers={"CC": [1]}), confirmed(1), take()),
    refused("BCC that is no list", headers={"BCC": "p"}),
    scenario("BCC that lists numbers", q(), confirms(), publish("q", headers={"BCC": [1]}), confirmed(1), take()),
    scenario("CC reaches more queues and stays on the message", q(), q("p"), confirms(),
             publish("q", headers={"CC": ["p"]}), confirmed(1), take(), take("p")),
    scenario("BCC reaches more queues and is taken off", q(), q("p"), confirms(),
             publish("q", headers={"BCC": ["p"], "a": 1}), confirmed(1), take(), take("p")),
    scenario("BCC alone leaves no headers", q(), q("p"), confirms(), publish("q", headers={"BCC": ["p"]}),
             confirmed(1), take(), take("p")),
    scenario("CC and BCC name one queue", q(), confirms(), publish("q", headers={"CC": ["q"], "BCC": ["q"]}),
             confirmed(1), take(), take()),
    scenario("CC at an exchange of one's own", declare("x"), q(), bind(key="l"), confirms(),
             publish("k", exchange="x", headers={"CC": ["l"]}, mandatory=True), confirmed(1), take()),
    scenario("CC that is no list, to nobody", publish("none", headers={"CC": 1}), hear()),
    scenario("priorities come first, and within one in order", q_with({"x-max-priority": 5}), confirms(),
             publish("q", b"0"), publish("q", b"5", priority=5), publish("q", b"1", priority=1),
             publish("q", b"5 again", priority=5), publish("q", b"above", priority=9), confirmed(5),
             take(), take(), take(), take(), take()),
    scenario("a priority means nothing to a queue without", q(), confirms(), publish("q", b"0"),
             publish("q", b"9", priority=9), confirmed(2), take(), take()),
    scenario("delivery mode 2 in a transient queue", q(), confirms(), publish("q", delivery_mode=2), confirmed(1),
             take()),
    refused("delivery mode 0", delivery_mode=0),
    refused("delivery mode 3", delivery_mode=3),
    scenario("order of one channel", q(), confirms(), *(publish("q", str(n).encode()) for n in range(5)),
             confirmed(5), *(take() for _ in range(5))),
    scenario("a full queue drops its head", q_with({"x-max-length": 2}), confirms(),
             *(publish("q", str(n).encode()) for n in range(4)), confirmed(4), take(), take(), take()),
    scenario("a full queue in bytes drops its head", q_with({"x-max-length-bytes": 10}), confirms(),
             *(publish("q", b"12345") for n in range(3)), confirmed(3), depth()),
    scenario("a message larger than a queue in bytes", q_with({"x-max-length-bytes": 3}), confirms(),
             publish("q", b"1234"), confirmed(1), depth()),
    scenario("a queue of no length", q_with({"x-max-length": 0}), confirms(), publish("q"), confirmed(1), depth()),
    scenario("a full queue refuses", q_with({"x-max-length": 1, "x-overflow": "reject-publish"}), confirms(),
             publish("q", b"1"), publish("q", b"2"), confirmed(2), take(), publish("q", b"3"), confirmed(3), take()),
    scenario("a full queue refuses in bytes", q_with({"x-max-length-bytes": 3, "x-overflow": "reject-publish"}),
             confirms(), publish("q", b"12"), publish("q", b"34"), confirmed(2), depth(), publish("q", b"5"),
             confirmed(3), depth()),
    scenario("one of two queues refuses", declare("x", "fanout"), q(), q_with({"x-max-length": 1,
             "x-overflow": "reject-publish"}, "p"), bind(), bind("p"), confirms(), publish("", exchange="x"),
             confirmed(1), publish("", exchange="x"), confirmed(2), depth(), depth("p")),
    scenario("unacked messages leave room", q_with({"x-max-length": 1, "x-overflow": "reject-publish"}), confirms(),
             publish("q"), confirmed(1), basic.Get(queue="q"), publish("q"), confirmed(2), depth()),
    scenario("time is over at once when nobody takes it", q(), confirms(), publish("q", expiration="0"), confirmed(1),
             depth()),
    scenario("time to live zero reaches a waiting consumer", q(), on("a2", basic.Consume(queue="q",
             consumer_tag="c", no_ack=True)), publish("q", expiration="0"), hear(place="a2")),
    scenario("time to live zero of a queue", q_with({"x-message-ttl": 0}), confirms(), publish("q"), confirmed(1),
             depth()),
    scenario("publish to a queue that was deleted", q(), queue.Delete(queue="q"), publish("q", mandatory=True),
             hear()),
]  # fmt: skip
