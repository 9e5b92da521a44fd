"""Requests that nobody would write, made of the API's own description: no failure of the server's, no answer that the
description does not know, nothing told to those who are not logged in.

A broker of its own, because among these requests are those that delete everything.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from brokerctl.names import path
from tests.house.tree import ROOT
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.reliability import SEED, evidence, runs
from tests.support.waiting import PATIENCE_SECONDS

EXAMPLES = runs(short=3, long=150)
"""Of each operation and mode."""

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]

LOGIN = ("fuzzer", "fuzzer")
"""An administrator whose name no request has, so that it is still there at the end."""

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
ENDLESS = "/api/vhosts/{vhost}/firehose"
"""Its answer has no end."""

SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


class Target:
    def __init__(self, broker: EmbeddedBroker) -> None:
        self.url = f"http://127.0.0.1:{broker.api_port}"
        self.owner = httpx.Client(base_url=f"{self.url}/api", auth=("guest", "guest"), timeout=PATIENCE_SECONDS)
        self.session = requests.Session()
        self.stranger = requests.Session()
        self.count = 0

    def close(self) -> None:
        for each in (self.owner, self.session, self.stranger):
            each.close()

    def furnish(self) -> None:
        """What the examples of the description name."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        for where, body in (
            (path("users", LOGIN[0]), {"password": LOGIN[1], "tags": "administrator"}),
            (path("users", "alice"), {"tags": "management"}),
            (path("vhosts", "shop"), {}),
            (path("permissions", "shop", LOGIN[0]), everything),
            (path("permissions", "shop", "guest"), everything),
            (path("queues", "shop", "orders"), {"durable": True}),
        ):
            if self.owner.get(where).status_code == 404:
                self.owner.put(where, json=body).raise_for_status()

    def check(self, case: Any) -> None:
        """Raises FailureGroup of schemathesis, or AssertionError."""
        self.count += 1
        where = f"{case.method} {case.formatted_path}"
        response = case.call(base_url=self.url, session=self.session, auth=LOGIN, timeout=PATIENCE_SECONDS)
        documented = case.operation.definition.raw["responses"]
        assert response.status_code < 500 or str(response.status_code) in documented, f"{where}: {response.text}"
        case.validate_response(response, checks=CHECKS)
        if case.operation.definition.raw.get("security") != []:
            case.headers.pop("Authorization", None)
            refused = case.call(base_url=self.url, session=self.stranger, timeout=PATIENCE_SECONDS)
            assert refused.status_code in (401, 403), f"{where} without a login: {refused.status_code}"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    with embedded.running(tmp_path_factory.mktemp("schemathesis")) as found:
        yield found


@pytest.fixture
def target(broker: EmbeddedBroker) -> Iterator[Target]:
    found = Target(broker)
    yield found
    found.close()


@pytest.mark.reliability("c12")
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: str(mode.value))
def test_no_request_breaks_the_api(target: Target, mode: GenerationMode) -> None:
    operations = _operations(DOCUMENT)
    target.furnish()
    failures: list[str] = []
    with evidence(f"C12 schemathesis_{mode.value}", "0 failures of the server, 0 breaks of the schema") as figures:
        for operation in operations:
            if operation.path == ENDLESS:
                continue
            if operation.method != "get":
                target.furnish()
            failures += _try(target, operation, mode)
            figures |= {"requests": target.count, "failures": len(failures)}

    assert failures == [], "\n".join(failures)
    assert target.count > len(operations) * EXAMPLES // 4


def _operations(document: dict[str, Any]) -> list[Any]:
    schema: Any = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in schema.get_all_operations()]


def _try(target: Target, operation: Any, mode: GenerationMode) -> list[str]:
    @hypothesis.seed(SEED)
    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        target.check(case)

    attempt: Callable[[], None] = run
    try:
        attempt()
    except (Failure, FailureGroup, AssertionError) as error:
        return [f"{operation.label}: {error}"]
    except hypothesis.errors.Unsatisfiable:
        # Nothing in this operation can be wrong.
        return []
    return []


def _mistake(of: str) -> dict[str, Any]:
    """The description with one mistake in it."""
    wrong: dict[str, Any] = copy.deepcopy(DOCUMENT)
    operation = wrong["paths"]["/api/whoami" if of != "login" else "/api/version"]["get"]
    if of == "kind":
        wrong["components"]["schemas"]["Whoami"]["properties"]["name"] = {"type": "integer"}
    elif of == "status":
        operation["responses"]["201"] = operation["responses"].pop("200")
    elif of == "media type":
        operation["responses"]["200"]["content"] = {"text/plain": {}}
    else:
        del operation["security"]
    wrong["paths"] = {
        where: {"get": methods["get"]} for where, methods in wrong["paths"].items() if operation in methods.values()
    }
    return wrong


@pytest.mark.reliability("c12")
@pytest.mark.parametrize("of", ["kind", "status", "media type", "login"])
def test_a_mistake_in_the_description_is_found_out(target: Target, of: str) -> None:
    """Without this, a test that never fails proves nothing."""
    (operation,) = _operations(_mistake(of))
    target.furnish()

    assert len(_try(target, operation, GenerationMode.POSITIVE)) == 1
