"""A plan of an import says what each item will come to, and applying it does just that, on both brokers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from brokerctl.clients.models import Definitions, Policy
from brokerctl.errors import ObjectNotFound, OperationCancelled, RequestRefused
from brokerctl.operations.importing import Plan, Verdict, apply, into, plan, told
from brokerctl.operations.progress import Control, Outcome
from tests.brokerctl.conftest import REAL
from tests.support.brokers import VHOST, Place

QUEUE = {"name": "imp", "durable": True, "auto_delete": False, "arguments": {}}


@pytest.fixture(params=["ours", pytest.param("real", marks=REAL)])
def there(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A vhost with the queue `imp` of at most 3 messages, and a policy."""
    place: Place = request.getfixturevalue(request.param)
    client = place.client
    client.declare_queue(VHOST, "imp", arguments={"x-max-length": 3})
    client.put_policy(Policy(VHOST, "imp", "^imp", {"max-length": 9}, 0, "queues"))
    yield place
    for name in ("imp", "imp.new", "imp.late"):
        try:
            client.delete_queue(VHOST, name)
        except ObjectNotFound:
            continue
    for policy in client.policies(VHOST):
        client.delete_policy(VHOST, policy.name)


def policy(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "pattern": "^imp", "definition": definition, "apply-to": "queues", "priority": 0}


def short(found: Plan) -> set[tuple[str, str]]:
    return {(each.verdict.value, told(each)[1]) for each in found.items}


def test_each_item_gets_its_verdict() -> None:
    current = Definitions(
        {
            "vhosts": [{"name": "/"}],
            "users": [{"name": "u", "password_hash": "a", "tags": ""}, {"name": "mine", "tags": ""}],
            "queues": [{**QUEUE, "vhost": "/", "name": "q"}, {**QUEUE, "vhost": "/", "name": "other"}],
        }
    )
    document = {
        "vhosts": [{"name": "/"}, {"name": "new"}],
        "users": [{"name": "u", "password_hash": "b", "tags": ""}],
        "queues": [
            {**QUEUE, "vhost": "/", "name": "q", "durable": False},
            {**QUEUE, "vhost": "/", "name": "amq.gen-1"},
        ],
        "bindings": [{"vhost": "/", "source": "", "destination": "q", "destination_type": "queue", "routing_key": "q"}],
        "shovels": [],
        "rabbitmq_version": "3.8.1",
    }

    found = plan(current, into(document, None))

    assert short(found) == {
        ("add", "vhost new"),
        ("change", "user u"),
        ("conflict", "queue q"),
        ("ignored", "queue amq.gen-1"),
        ("ignored", "binding  → q (q)"),
        ("ignored", "shovel"),
    }
    assert (found.same, found.only_there) == (1, 2)
    assert found.of(Verdict.CONFLICT)[0].reason.startswith("it is there with other durable")
    assert "b" not in repr(found.of(Verdict.CHANGE)[0])[-80:]
    assert [each.kind for each in found.to_apply()] == ["vhosts", "users"]


def test_a_file_of_everything_goes_into_one_vhost_without_users() -> None:
    document = {"users": [{"name": "u"}], "queues": [{**QUEUE, "vhost": "elsewhere"}]}

    found = plan(Definitions({}, "here"), into(document, "here"))

    assert short(found) == {("add", "queue imp"), ("ignored", "user")}
    assert told(found.to_apply()[0]) == ("here", "queue imp")


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(RequestRefused, match="queues of the file is not a list"):
        plan(Definitions({}), into({"queues": {"a": 1}}, None))


def test_a_plan_is_applied_with_a_result_for_each_item(there: Place) -> None:
    wanted = into(
        {
            "policies": [policy("imp", {"max-length": 5}), policy("imp.bad", {"no-such-key": 1})],
            "queues": [QUEUE, {**QUEUE, "name": "imp.new"}, {**QUEUE, "name": "amq.imp"}],
            "bindings": [
                {"source": "amq.topic", "destination": "imp.new", "destination_type": "queue", "routing_key": "i",
                 "arguments": {}},
            ],
        },
        VHOST,
    )  # fmt: skip
    made = plan(there.client.definitions(VHOST), wanted)
    assert short(made) >= {
        ("change", "policy imp"),
        ("add", "policy imp.bad"),
        ("conflict", "queue imp"),
        ("add", "queue imp.new"),
        ("add", "binding amq.topic → imp.new (i)"),
        ("ignored", "queue amq.imp"),
    }

    tally = apply(there.client, wanted, made.digest())

    results = {each.queue: each.outcome for each in tally.items}
    # What the embedded broker does not know in a policy of a file is kept and does nothing; RabbitMQ refuses it.
    bad = Outcome.DONE if there.is_embedded else Outcome.FAILED
    assert results == {
        "policy imp": Outcome.DONE,
        "policy imp.bad": bad,
        "queue imp.new": Outcome.DONE,
        "binding amq.topic → imp.new (i)": Outcome.DONE,
    }
    assert there.client.queue(VHOST, "imp").arguments == {"x-max-length": 3}
    assert {each.name: each.definition for each in there.client.policies(VHOST)}["imp"] == {"max-length": 5}
    assert [each.routing_key for each in there.client.queue_bindings(VHOST, "imp.new") if each.source] == ["i"]
    rest = plan(there.client.definitions(VHOST), wanted)
    assert {each.verdict for each in rest.items} <= {Verdict.CONFLICT, Verdict.IGNORED, Verdict.ADD}


def test_a_broker_that_changed_meanwhile_needs_another_plan(there: Place) -> None:
    wanted = into({"queues": [{**QUEUE, "name": "imp.new"}, {**QUEUE, "name": "imp.late"}]}, VHOST)
    digest = plan(there.client.definitions(VHOST), wanted).digest()
    there.client.declare_queue(VHOST, "imp.late")

    with pytest.raises(RequestRefused, match="changed after the plan was made"):
        apply(there.client, wanted, digest)

    with pytest.raises(ObjectNotFound):
        there.client.queue(VHOST, "imp.new")


def test_a_cancelled_import_says_what_was_not_tried(ours: Place) -> None:
    wanted = into({"queues": [{**QUEUE, "name": "imp.never"}]}, VHOST)
    digest = plan(ours.client.definitions(VHOST), wanted).digest()
    seen = []

    with pytest.raises(OperationCancelled):
        apply(
            ours.client,
            wanted,
            digest,
            Control(report=lambda tally: seen.append(dict(tally.counts)), is_cancelled=lambda: True),
        )

    assert seen[-1] == {Outcome.LEFT: 1}
