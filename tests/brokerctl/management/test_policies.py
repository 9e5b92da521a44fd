"""Policies and operator policies over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.support import embedded

KINDS = ["policies", "operator-policies"]


def policy(**change: Any) -> dict[str, Any]:
    return {"pattern": "^q", "definition": {"max-length": 5}, "priority": 1, "apply-to": "queues", **change}


@pytest.mark.parametrize("kind", KINDS)
def test_policy_is_set_shown_changed_and_cleared(api: httpx.Client, vhost: str, kind: str) -> None:
    where = path(kind, vhost, "limits")
    assert api.put(where, json=policy()).status_code == 201
    assert api.put(where, json=policy(priority=2)).status_code == 204

    shown = api.get(where).json()

    assert shown == {"vhost": vhost, "name": "limits"} | policy(priority=2)
    assert api.get(path(kind, vhost)).json() == [shown]
    assert shown in api.get(path(kind)).json()
    assert api.delete(where).status_code == 204
    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)


def test_list_is_ordered_by_priority(api: httpx.Client, vhost: str) -> None:
    for name, priority in (("a", 9), ("b", 1), ("c", 5)):
        api.put(path("policies", vhost, name), json=policy(priority=priority)).raise_for_status()

    assert [found["name"] for found in api.get(path("policies", vhost)).json()] == ["b", "c", "a"]


def test_queue_and_exchange_tell_their_policies(api: httpx.Client, vhost: str, queue: str) -> None:
    bare = api.get(queue).json()
    assert (bare["policy"], bare["operator_policy"], bare["effective_policy_definition"]) == (None, None, {})
    assert "policy" not in api.get(path("exchanges", vhost, "amq.topic")).json()

    api.put(path("policies", vhost, "p"), json=policy(**{"apply-to": "all", "pattern": ".*"}))
    api.put(path("operator-policies", vhost, "o"), json=policy(definition={"max-length": 3, "expires": 60000}))

    shown = api.get(queue).json()
    assert (shown["policy"], shown["operator_policy"]) == ("p", "o")
    assert shown["effective_policy_definition"] == {"max-length": 3, "expires": 60000}
    assert api.get(path("exchanges", vhost, "amq.topic")).json()["policy"] == "p"


def test_operator_policies_are_listed_as_parameters(api: httpx.Client, vhost: str) -> None:
    api.put(path("operator-policies", vhost, "o"), json=policy()).raise_for_status()

    [parameter] = api.get(path("parameters", "operator_policy", vhost)).json()

    assert parameter == {"vhost": vhost, "component": "operator_policy", "name": "o", "value": policy()}
    assert parameter in api.get("/parameters").json()
    assert api.get("/parameters/federation").json() == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "[{key_missing,pattern},{key_missing,definition}]"),
        (policy(definition={}), "no policy provided"),
        (policy(definition={"max-length": -1}), "-1 is not a valid maximum length"),
        (policy(pattern="("), "pattern should be regular expression"),
        (policy(priority="high"), "priority should be a number"),
        (policy(**{"apply-to": "everything"}), "apply-to should be one of all, queues"),
        (policy(definition="max-length=5"), "definition must be an object"),
    ],
)
def test_wrong_policy_is_refused_with_its_reason(
    api: httpx.Client, vhost: str, body: dict[str, Any], reason: str
) -> None:
    reply = api.put(path("policies", vhost, "wrong"), json=body)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
    assert reason in reply.json()["reason"]


def test_policymakers_set_policies_and_only_administrators_the_operators(login: Login, vhost: str) -> None:
    maker, manager, stranger = login("policymaker", vhost), login("management", vhost), login("policymaker")
    body = policy()

    assert maker.put(path("policies", vhost, "p"), json=body).status_code == 201
    assert maker.put(path("operator-policies", vhost, "o"), json=body).status_code == 401
    assert manager.put(path("policies", vhost, "p"), json=body).status_code == 401
    assert manager.get(path("policies", vhost)).status_code == 200
    assert stranger.put(path("policies", vhost, "p"), json=body).status_code == 404
    assert stranger.get(path("policies")).json() == []


def test_policy_survives_a_kill(home: Path) -> None:
    broker = embedded.start(home)
    with client(broker, "guest", "guest") as api:
        api.put(path("policies", "/", "p"), json=policy()).raise_for_status()
        api.put(path("queues", "/", "q"), json={"durable": True}).raise_for_status()
    broker.kill()

    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        assert api.get(path("queues", "/", "q")).json()["effective_policy_definition"] == {"max-length": 5}
