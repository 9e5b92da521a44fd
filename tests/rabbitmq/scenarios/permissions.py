"""What a user may not: connection l is of a user with rights on names that begin with `mine` only."""

from __future__ import annotations

from brokerctl.wire.methods import exchange, queue
from tests.rabbitmq.steps import confirmed, hear, on, publish, scenario
from tests.rabbitmq.words import bind, confirms, consume, declare, depth, get, q, q_with, take

SCENARIOS = [
    scenario("what is one's own", on("l", q("mine.q"), declare("mine.x"),
             queue.Bind(queue="mine.q", exchange="mine.x"), get("mine.q"), consume("mine.q"),
             queue.Purge(queue="mine.q"), queue.Delete(queue="mine.q"), exchange.Delete(exchange="mine.x"))),
    scenario("declare a queue", on("l", q())),
    scenario("declare a queue passively", q(), on("l", depth())),
    scenario("declare a queue that is not there passively", on("l", depth("none"))),
    scenario("declare a queue without a name", on("l", queue.Declare(exclusive=True))),
    scenario("delete a queue", q(), on("l", queue.Delete(queue="q"))),
    scenario("delete a queue that is not there", on("l", queue.Delete(queue="none"))),
    scenario("purge a queue", q(), on("l", queue.Purge(queue="q"))),
    scenario("get", q(), on("l", get())),
    scenario("consume", q(), on("l", consume())),
    scenario("get from a queue that is not there", on("l", get("none"))),
    scenario("declare an exchange", on("l", declare("x"))),
    scenario("declare an exchange passively", declare("x"), on("l", exchange.Declare(exchange="x", passive=True))),
    scenario("delete an exchange", declare("x"), on("l", exchange.Delete(exchange="x"))),
    scenario("publish to the default exchange", q(), publish("q", place="l"), hear(place="l")),
    scenario("publish to an exchange", declare("x"), publish("k", exchange="x", place="l"), hear(place="l")),
    scenario("publish to an exchange that is not there", publish("k", exchange="none", place="l"), hear(place="l")),
    scenario("bind somebody's queue", q(), declare("mine.x"), on("l", queue.Bind(queue="q", exchange="mine.x"))),
    scenario("bind to somebody's exchange", q("mine.q"), declare("x"),
             on("l", queue.Bind(queue="mine.q", exchange="x"))),
    scenario("unbind somebody's queue", q(), declare("mine.x"), on("l", queue.Unbind(queue="q", exchange="mine.x"))),
    scenario("bind exchanges", declare("x"), declare("mine.x"),
             on("l", exchange.Bind(destination="x", source="mine.x")),
             on("l", exchange.Bind(destination="mine.x", source="x"))),
    scenario("dead-letter to somebody's exchange", on("l", q_with({"x-dead-letter-exchange": "x"}, "mine.q"))),
    scenario("an alternate of somebody's", on("l", declare("mine.x", arguments={"alternate-exchange": "x"}))),
    scenario("keys of a topic exchange", on("l", q("mine.q"), declare("mine.topics", "topic"), confirms(),
             bind("mine.q", "mine.topics", "a.#")), publish("a.b", exchange="mine.topics", place="l"),
             confirmed(1, place="l"), on("l", take("mine.q"))),
    scenario("a key of a topic exchange that is not granted: publish", on("l", declare("mine.topics", "topic")),
             publish("b.a", exchange="mine.topics", place="l"), hear(place="l")),
    scenario("a key of a topic exchange that is not granted: bind", on("l", q("mine.q"),
             declare("mine.topics", "topic"), bind("mine.q", "mine.topics", "b.#"))),
    scenario("another's user id", on("l", declare("mine.x")),
             publish("", exchange="mine.x", user_id="guest", place="l"), hear(place="l")),
    scenario("the refusal names nobody's password", on("l", queue.Declare(queue="größe"))),
]  # fmt: skip
