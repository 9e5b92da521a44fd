"""Runtime parameters over the API, of vhosts and of the whole broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.support import embedded

POLICY = {"pattern": "^q", "definition": {"max-length": 5}, "priority": 1, "apply-to": "queues"}


def test_operator_policy_is_a_parameter_too(api: httpx.Client, vhost: str) -> None:
    where = path("parameters", "operator_policy", vhost, "p")
    assert api.put(where, json={"value": POLICY}).status_code == 201
    assert api.put(where, json={"value": POLICY | {"priority": 2}}).status_code == 204

    shown = api.get(where).json()

    assert shown == {"vhost": vhost, "component": "operator_policy", "name": "p", "value": POLICY | {"priority": 2}}
    assert api.get(path("operator-policies", vhost, "p")).json()["priority"] == 2
    assert api.get(path("parameters", "operator_policy", vhost)).json() == [shown]
    assert api.delete(where).status_code == 204
    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)
    assert api.get(path("operator-policies", vhost)).json() == []


def test_limits_are_one_parameter_that_replaces_them_all(api: httpx.Client, vhost: str) -> None:
    where = path("parameters", "vhost-limits", vhost, "limits")
    api.put(path("vhost-limits", vhost, "max-queues"), json={"value": 5})

    assert api.put(where, json={"value": {"max-connections": 7}}).status_code == 204
    assert api.get(path("vhost-limits", vhost)).json() == [{"vhost": vhost, "value": {"max-connections": 7}}]
    assert api.put(where, json={"value": {"max-queues": "x"}}).status_code == 400
    assert api.get(where).json()["value"] == {"max-connections": 7}
    assert api.delete(where).status_code == 204
    assert (api.delete(where).status_code, api.put(where, json={"value": {"max-queues": 1}}).status_code) == (404, 201)


@pytest.mark.parametrize(
    ("where", "body", "reason"),
    [
        ("shovel/{vhost}/s", {"value": {}}, "component shovel not found"),
        ("policy/{vhost}/p", {"value": POLICY}, "policies may not be set using this method"),
        ("operator_policy/{vhost}/p", {"value": 7}, "p is not an object"),
        ("operator_policy/{vhost}/p", {"value": {"pattern": ""}}, 'Key "definition" not found in p'),
        ("operator_policy/{vhost}/p", {"value": POLICY | {"definition": {}}}, "no policy provided"),
        ("vhost-limits/{vhost}/others", {"value": {}}, "one parameter called limits"),
        ("vhost-limits/{vhost}/limits", {"value": 7}, "limits are not an object"),
        ("vhost-limits/{vhost}/limits", {}, "[{key_missing,value}]"),
    ],
)
def test_what_is_no_parameter_here_is_refused(
    api: httpx.Client, vhost: str, where: str, body: dict[str, Any], reason: str
) -> None:
    reply = api.put("/parameters/" + where.replace("{vhost}", path(vhost)[1:]), json=body)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
    assert reason in reply.json()["reason"]
    assert api.get(path("parameters", "operator_policy", vhost)).json() == []


def test_unknown_vhost_is_said(api: httpx.Client) -> None:
    where = path("parameters", "vhost-limits", "nowhere", "limits")

    assert api.put(where, json={"value": {}}).json() == {"error": "not_found", "reason": "vhost_not_found"}
    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)


def test_global_parameters_hold_any_json_and_survive_a_restart(home: Path) -> None:
    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        assert api.put("/global-parameters/a", json={"value": {"x": [1, None, "größe"]}}).status_code == 201
        assert api.put("/global-parameters/b", json={"value": 1}).status_code == 201
        assert api.put("/global-parameters/b", json={"value": None}).status_code == 204
        assert api.put("/global-parameters/gone", json={"value": 1}).status_code == 201
        assert api.delete("/global-parameters/gone").status_code == 204
        assert api.put("/cluster-name", json={"name": "our broker"}).status_code == 204

    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        assert api.get("/global-parameters").json() == [
            {"name": "a", "value": {"x": [1, None, "größe"]}},
            {"name": "b", "value": None},
            {"name": "cluster_name", "value": "our broker"},
        ]
        assert api.get("/cluster-name").json() == {"name": "our broker"}
        assert api.get("/overview").json()["cluster_name"] == "our broker"
        assert api.get("/overview").json()["node"] == "postroom@localhost"


def test_global_parameters_that_are_not_there_or_wrong(api: httpx.Client) -> None:
    where = "/global-parameters/nope"

    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)
    assert api.put(where, json={}).json()["reason"] == "[{key_missing,value}]"
    assert api.put("/cluster-name", json={}).json()["reason"] == "[{key_missing,name}]"
    for name in (7, "", None):
        assert api.put("/cluster-name", json={"name": name}).status_code == 400


def test_what_administrators_set_elsewhere_no_policymaker_sets_here(
    api: httpx.Client, vhost: str, login: Login
) -> None:
    """Operator policies and limits bound what policymakers may do: two doors, one right."""
    policymaker = login("policymaker", vhost)
    wanted = {
        path("parameters", "operator_policy", vhost, "p"): POLICY,
        path("parameters", "vhost-limits", vhost, "limits"): {"max-queues": 5},
        path("global-parameters", "cluster_name"): "theirs",
    }

    for where, value in wanted.items():
        assert policymaker.put(where, json={"value": value}).status_code == 401, where
        assert api.put(where, json={"value": value}).is_success
        assert policymaker.delete(where).status_code == 401, where
        assert policymaker.get(where).json()["value"] == value
        assert api.delete(where).status_code == 204


def test_policymakers_set_them_and_others_do_not(login: Login) -> None:
    assert login("policymaker").get("/global-parameters").status_code == 200
    assert login("management").get("/global-parameters").status_code == 401
    assert login("policymaker").put("/cluster-name", json={"name": "x"}).status_code == 401
