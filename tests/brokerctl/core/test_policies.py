"""Which policies are in force for what, how they go together with arguments, and what a change does at once."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.core import enforcing, publishing
from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects, Save
from brokerctl.core.message import Arguments, Message
from brokerctl.core.policies import Kind, Policy, Scope, merged
from brokerctl.core.queue import Queue
from brokerctl.core.vhost import Vhost
from brokerctl.errors import PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

CODEC = WireCodec()
ENDLESS, ENDLESS_ON = "^(a|aa)+$", "a" * 100 + "!"
"""A pattern, and a name on which it would take longer than anybody waits."""


class Stage:
    def __init__(self) -> None:
        self.broker = Broker(CODEC)
        self.broker.add_vhost("/", [])
        self.vhost: Vhost = self.broker.vhosts["/"]

    def put(self, name: str = "p", *, kind: Kind = Kind.POLICY, pattern: str = ".*", **rest: Any) -> Effects:
        """Keywords of the definition in snake_case; priority and applies_to as they are."""
        priority, applies_to = rest.pop("priority", 0), rest.pop("applies_to", Scope.ALL)
        definition = {key.replace("_", "-"): value for key, value in rest.items()}
        effects: Effects = []
        enforcing.put_policy(self.vhost, kind, Policy(name, pattern, definition, priority, applies_to), effects)
        return effects

    def limit(self, **definition: Any) -> Effects:
        return self.put("o", kind=Kind.OPERATOR, **definition)

    def queue(self, name: str = "q", **arguments: Any) -> Queue:
        given = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
        return self.vhost.declare_queue(name, [], is_durable="queue_type" in arguments, arguments=given)

    def publish(self, *bodies: str, key: str = "q", exchange: str = "") -> int:
        reached = 0
        for body in bodies:
            message = Message(exchange, key, properties.encode({}, len(body)), body.encode())
            reached = publishing.publish(self.vhost, None, message, False, [])
        return reached


def bodies(queue: Queue) -> list[str]:
    return [entry.message.body.decode() for entry in queue.entries()]


def names(queue: Queue) -> tuple[str | None, str | None]:
    found = queue.in_force.policy, queue.in_force.operator_policy
    return found[0].name if found[0] else None, found[1].name if found[1] else None


def test_highest_priority_of_those_that_match_is_in_force() -> None:
    stage = Stage()
    stage.put("low", max_length=1, priority=1)
    stage.put("high", max_length=2, priority=2)
    stage.put("other", pattern="^x", max_length=3, priority=3)

    queue = stage.queue()

    assert names(queue) == ("high", None)
    assert queue.rules.max_length == 2


@pytest.mark.parametrize(
    ("scope", "classic", "quorum", "exchange"),
    [
        (Scope.ALL, True, True, True),
        (Scope.QUEUES, True, True, False),
        (Scope.EXCHANGES, False, False, True),
        (Scope.CLASSIC_QUEUES, True, False, False),
        (Scope.QUORUM_QUEUES, False, True, False),
        (Scope.STREAMS, False, False, False),
    ],
)
def test_policy_is_for_what_it_applies_to(scope: Scope, classic: bool, quorum: bool, exchange: bool) -> None:
    stage = Stage()
    stage.put(applies_to=scope, max_length=1)
    one, other = stage.queue("one"), stage.queue("other", queue_type="quorum")
    source = stage.vhost.declare_exchange("x", "fanout", [], is_durable=False)

    found = [each.in_force.policy is not None for each in (one, other, source)]

    assert found == [classic, quorum, exchange]


def test_policy_with_a_setting_of_another_type_does_not_match() -> None:
    stage = Stage()
    stage.put(delivery_limit=3, max_length=1)

    classic, quorum = stage.queue("c"), stage.queue("q", queue_type="quorum")

    assert (classic.rules.max_length, classic.rules.delivery_limit) == (None, None)
    assert (quorum.rules.max_length, quorum.rules.delivery_limit) == (1, 3)


def test_smaller_limit_of_argument_and_policy_is_in_force_and_else_the_argument() -> None:
    stage = Stage()
    stage.put(max_length=10, message_ttl=100, overflow="reject-publish", dead_letter_exchange="policy", expires=5)

    queue = stage.queue(max_length=20, message_ttl=50, overflow="drop-head", dead_letter_exchange="argument")

    rules = queue.rules
    assert (rules.max_length, rules.message_ttl_ms, rules.expires_ms) == (10, 50, 5)
    assert (rules.overflow, rules.dead_letter_exchange) == ("drop-head", "argument")


def test_operator_policy_bounds_the_other_and_has_the_last_word_on_the_rest() -> None:
    own = Policy("p", "", {"max-length": 10, "message-ttl": 5, "overflow": "drop-head", "dead-letter-exchange": "d"})
    operators = Policy("o", "", {"max-length": 3, "message-ttl": 9, "overflow": "reject-publish", "expires": 7})

    assert merged(own, operators) == {
        "max-length": 3,
        "message-ttl": 5,
        "overflow": "reject-publish",
        "dead-letter-exchange": "d",
        "expires": 7,
    }
    assert merged(own, None) == own.definition
    assert merged(None, operators) == operators.definition
    assert merged(None, None) == {}


@pytest.mark.parametrize(
    ("argument", "policy", "operator", "limit"),
    [
        (None, None, None, 20),
        (5, 7, None, 5),
        (-1, None, None, None),
        (-1, 7, None, 7),
        (None, -1, 4, 4),
        (None, -1, None, None),
        (9, 8, 3, 3),
    ],
)
def test_delivery_limit_is_the_smallest_one_that_is_one(
    argument: int | None, policy: int | None, operator: int | None, limit: int | None
) -> None:
    stage = Stage()
    if policy is not None:
        stage.put(delivery_limit=policy)
    if operator is not None:
        stage.limit(delivery_limit=operator)

    given: dict[str, Any] = {} if argument is None else {"delivery_limit": argument}

    assert stage.queue(queue_type="quorum", **given).rules.delivery_limit == limit


def test_queue_that_is_too_long_for_a_new_policy_shrinks_at_once_and_dead_letters() -> None:
    stage = Stage()
    queue, dead = stage.queue(), stage.queue("dead")
    stage.publish("1", "2", "3")

    stage.put(pattern="^q$", max_length=1, dead_letter_exchange="", dead_letter_routing_key="dead")

    assert (bodies(queue), bodies(dead)) == (["3"], ["1", "2"])


def test_queue_told_to_refuse_keeps_what_it_has_and_refuses_the_next() -> None:
    stage = Stage()
    queue = stage.queue()
    stage.publish("1", "2")

    stage.put(max_length=1, overflow="reject-publish")
    stage.publish("3")

    assert bodies(queue) == ["1", "2"]


def test_cleared_policy_leaves_the_arguments() -> None:
    stage = Stage()
    queue = stage.queue(max_length=5)
    stage.put(max_length=1, overflow="reject-publish")
    effects: Effects = []

    enforcing.clear_policy(stage.vhost, Kind.POLICY, "p", effects)

    assert effects == [Save("policy", ("/", "p"), None)]
    assert (queue.rules.max_length, queue.rules.overflow, names(queue)) == (5, "drop-head", (None, None))
    assert not stage.vhost.has_refusing_queues


def test_new_time_to_live_is_for_messages_to_come() -> None:
    stage = Stage()
    queue = stage.queue()
    stage.publish("stays")
    stage.put(message_ttl=100)
    stage.publish("goes")
    stage.vhost.purge_queue(stage.queue("other"), [])

    head = next(queue.entries())
    stage.broker.context.clock.now += 1
    stage.broker.expire([])

    assert head.expires_at is None
    assert bodies(queue) == ["stays", "goes"]


def test_expiry_by_policy_counts_from_when_it_was_set() -> None:
    stage = Stage()
    stage.queue(expires=1_000_000)
    clock = stage.broker.context.clock
    stage.broker.expire([])
    clock.now = 100.0
    stage.put(expires=1000)
    stage.broker.expire([])

    clock.now = 100.9
    stage.broker.expire([])
    assert "q" in stage.vhost.queues
    clock.now = 101.0
    stage.broker.expire([])

    assert "q" not in stage.vhost.queues


def test_alternate_exchange_by_policy_takes_what_has_no_route_and_an_argument_wins() -> None:
    stage = Stage()
    stage.vhost.declare_exchange("plain", "direct", [], is_durable=False)
    own: Arguments = {"alternate-exchange": "amq.direct"}
    stage.vhost.declare_exchange("own", "direct", [], is_durable=False, arguments=own)
    queue = stage.queue()
    stage.vhost.bind(stage.vhost.exchange("amq.fanout"), queue, "", {}, [])
    assert stage.publish("lost", exchange="plain", key="k") == 0

    stage.put(pattern="plain|own", applies_to=Scope.EXCHANGES, alternate_exchange="amq.fanout")

    assert stage.publish("found", exchange="plain", key="k") == 1
    assert stage.publish("lost", exchange="own", key="k") == 0
    assert bodies(queue) == ["found"]


@pytest.mark.parametrize(
    ("definition", "kind", "text"),
    [
        ({}, Kind.POLICY, "no policy provided"),
        ({"nonsense": 1}, Kind.POLICY, "nonsense are not recognised policy settings"),
        ({"dead-letter-exchange": "x"}, Kind.OPERATOR, "dead-letter-exchange are not recognised policy settings"),
        ({"max-length": -1}, Kind.POLICY, "-1 is not a valid maximum length"),
        ({"max-length": True}, Kind.POLICY, "True is not a valid maximum length"),
        ({"message-ttl": "1"}, Kind.POLICY, "1 is not a valid message TTL"),
        ({"expires": 0}, Kind.POLICY, "0 is not a valid queue expiry"),
        ({"overflow": "explode"}, Kind.OPERATOR, "explode is not a valid overflow value"),
        ({"dead-letter-exchange": "x" * 256}, Kind.POLICY, "x* is not a valid dead letter exchange name"),
        ({"queue-version": 3}, Kind.POLICY, "3 is not a valid queue-version value"),
    ],
)
def test_definition_that_makes_no_sense_is_refused(definition: Arguments, kind: Kind, text: str) -> None:
    with pytest.raises(PreconditionFailed, match=f"^Validation failed\n\n{text}\n$"):
        enforcing.put_policy(Stage().vhost, kind, Policy("p", "", definition), [])


def test_pattern_that_is_none_or_does_not_end_is_refused() -> None:
    stage = Stage()
    stage.queue(ENDLESS_ON)

    with pytest.raises(PreconditionFailed, match="should be regular expression"):
        stage.put(pattern="(", max_length=1)
    with pytest.raises(PreconditionFailed, match="takes too long on 'aaa"):
        stage.put(pattern=ENDLESS, max_length=1)
    assert stage.vhost.policies.are_none


def test_name_on_which_a_pattern_does_not_end_does_not_match_and_is_tried_once() -> None:
    policy = Policy("p", ENDLESS, {"max-length": 1})

    assert not policy.matches(ENDLESS_ON)
    policy.pattern = ".*"

    assert not policy.matches(ENDLESS_ON)
    assert policy.matches("a")


def test_policies_are_saved_and_in_force_after_a_restart() -> None:
    stage = Stage()
    effects: Effects = []
    stage.broker.add_vhost("/", effects)
    stage.broker.put_vhost("/", "", (), effects)
    effects += stage.put(max_length=1, applies_to=Scope.QUEUES, priority=3)
    effects += stage.limit(message_ttl=5)
    stage.vhost.declare_queue("q", effects, is_durable=True)
    saved = [(effect.kind, effect.key, effect.value) for effect in effects if isinstance(effect, Save)]

    again = Broker(CODEC)
    again.restore([(kind, key, value) for kind, key, value in saved if value is not None])

    queue = again.vhosts["/"].queues["q"]
    assert queue.in_force == stage.vhost.queues["q"].in_force
    assert (queue.rules.max_length, queue.rules.message_ttl_ms) == (1, 5)


def test_policies_go_with_their_vhost() -> None:
    stage = Stage()
    stage.put(max_length=1)
    effects: Effects = []

    stage.broker.delete_vhost("/", effects)

    assert Save("policy", ("/", "p"), None) in effects
