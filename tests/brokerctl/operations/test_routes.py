"""What is predicted for a message, against what becomes of it on the embedded broker and on a RabbitMQ."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from brokerctl.clients.models import Binding, Exchange, Policy
from brokerctl.operations.matches import fits
from brokerctl.operations.routes import Routes, Wiring, alternates, route
from tests.brokerctl.operations.wirings import QUEUES, Plan, Sent, arrived, plans, predicted, wired
from tests.support.brokers import PERSISTENT, VHOST, Place


@settings(
    max_examples=15,
    deadline=None,
    # Each try declares and publishes on a broker: a counterexample is small enough as it is found.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans)
def test_queues_that_get_a_message_are_the_predicted_ones(place: Place, plan: Plan) -> None:
    with wired(place, plan) as channel:
        expected = predicted(place, plan.sent)

        found = arrived(place, channel, plan.sent)

    for sent, routes, queues in zip(plan.sent, expected, found, strict=True):
        assert set(routes.queues) == queues, (sent, routes)
        assert routes.is_certain
        assert bool(routes.reason) is not bool(queues)


def test_alternate_exchange_of_a_policy_is_followed(place: Place) -> None:
    client = place.client
    client.declare_exchange(VHOST, "routes.policed", "direct")
    client.declare_exchange(VHOST, "routes.fallback", "fanout")
    client.put_policy(Policy(VHOST, "routes", "^routes.policed$", {"alternate-exchange": "routes.fallback"}))
    queue = place.queue("routes.caught")
    client.bind(VHOST, "routes.fallback", "queue", queue, "")
    sent = Sent("routes.policed", "anything", {})

    [routes] = predicted(place, [sent])
    with client.messages(VHOST) as session:
        session.publish("routes.policed", "anything", PERSISTENT, b"x")

    assert routes.queues == (queue,)
    assert [(hop.exchange, hop.alternate) for hop in routes.hops] == [
        ("routes.policed", "routes.fallback"),
        ("routes.fallback", None),
    ]
    assert place.count(queue) == 1
    client.delete_policy(VHOST, "routes")
    client.delete_exchange(VHOST, "routes.policed")
    client.delete_exchange(VHOST, "routes.fallback")
    client.delete_queue(VHOST, queue)


def exchange(name: str, type: str = "direct", **arguments: str) -> Exchange:
    given = {key.replace("_", "-"): value for key, value in arguments.items()}
    return Exchange("/", name, type, True, False, name == "internal", given, None, 0, 0)


def binding(source: str, destination: str, routing_key: str = "", **arguments: object) -> Binding:
    kind = "queue" if destination in QUEUES else "exchange"
    return Binding("/", source, destination, kind, routing_key, arguments, "~")


def routed(exchanges: list[Exchange], bindings: list[Binding], key: str = "", start: str = "start") -> Routes:
    return route(Wiring.of(exchanges, QUEUES, bindings), start, key, {})


@pytest.mark.parametrize(
    ("routes", "reason"),
    [
        (routed([], []), "There is no exchange start"),
        (routed([exchange("internal")], [], start="internal"), "internal is internal: only other exchanges"),
        (routed([], [], "nobody", ""), "there is no queue nobody"),
        (routed([], [], "", ""), "there is no queue an empty key"),
        (routed([exchange("start")], []), "start has no bindings, and it has no alternate exchange"),
        (routed([exchange("start")], [binding("start", QUEUES[0], "a")], "b"), "its one binding does not match b"),
        (
            routed(
                [exchange("start", alternate_exchange="gone")],
                [binding("start", QUEUES[0], key) for key in "ab"],
                "c",
            ),
            "none of its 2 bindings matches c, and its alternate exchange gone does not exist",
        ),
        (
            routed([exchange("start", "fanout"), exchange("end")], [binding("start", "end")]),
            "end has no bindings, and it has no alternate",
        ),
        (
            routed(
                [exchange("start", "fanout"), exchange("back", "fanout")],
                [binding("start", "back"), binding("back", "start")],
            ),
            "The bindings of back lead back",
        ),
        (routed([exchange(""), exchange("start", alternate_exchange="")], []), "The default exchange cannot be an"),
    ],
)  # fmt: skip
def test_message_that_reaches_no_queue_is_told_why(routes: Routes, reason: str) -> None:
    assert routes.queues == ()
    assert reason in routes.reason


def test_type_of_a_plugin_makes_its_bindings_possible_not_certain() -> None:
    bindings = [binding("start", queue, "1") for queue in QUEUES[:2]]

    routes = routed([exchange("start", "x-consistent-hash")], bindings, "anything")

    assert not routes.is_certain
    assert routes.queues == tuple(QUEUES[:2])


def test_delayed_exchange_chooses_as_the_type_in_its_argument() -> None:
    bindings = [binding("start", QUEUES[0], "a.*"), binding("start", QUEUES[1], "b")]

    routes = routed([exchange("start", "x-delayed-message", x_delayed_type="topic")], bindings, "a.b")

    assert routes.is_certain
    assert routes.queues == (QUEUES[0],)


def test_alternate_by_argument_wins_over_one_by_policy() -> None:
    policed = Exchange("/", "e", "direct", True, False, False, {"alternate-exchange": "mine"}, "p", 0, 0)

    assert alternates([policed], [Policy("/", "p", "", {"alternate-exchange": "theirs"})]) == {"e": "mine"}


def test_pattern_made_to_explode_is_answered_at_once() -> None:
    assert not fits(".".join(["#", "a"] * 60), ".".join(["a"] * 120) + ".b")
    assert fits(".".join(["#"] * 120), "a.b")
