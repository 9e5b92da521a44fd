"""RabbitMQ's own command-line tool, as a real RabbitMQ serves it, at work on the embedded broker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ

pytestmark = pytest.mark.rabbitmq

Run = Callable[..., str]


@pytest.fixture(scope="module")
def script(rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("cli") / "rabbitmqadmin"
    address = f"http://127.0.0.1:{rabbitmq.api_port}/cli/rabbitmqadmin"
    found.write_bytes(httpx.get(address).raise_for_status().content)
    return found


@pytest.fixture
def run(script: Path, embedded_broker: EmbeddedBroker, vhost: str) -> Run:
    """Run a command in the test's vhost; return what it prints."""

    def command(*words: str) -> str:
        options = ["--port", str(embedded_broker.api_port), "--vhost", vhost]
        done = subprocess.run(
            [sys.executable, str(script), *options, *words], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return command


def listed(run: Run, *words: str) -> list[dict[str, Any]]:
    return list(json.loads(run("--format", "raw_json", *words)))


def test_a_topology_is_declared_used_and_deleted(run: Run) -> None:
    assert run("declare", "queue", "name=q", "durable=true", 'arguments={"x-max-length": 5}') == "queue declared"
    assert run("declare", "exchange", "name=x", "type=topic") == "exchange declared"
    assert run("declare", "binding", "source=x", "destination=q", "routing_key=a.#") == "binding declared"
    assert run("publish", "exchange=x", "routing_key=a.b", "payload=hello") == "Message published"
    assert run("publish", "routing_key=nobody", "payload=hello") == "Message published but NOT routed"

    (queue,) = listed(run, "list", "queues")
    (message,) = listed(run, "get", "queue=q", "ackmode=ack_requeue_true")
    bindings = listed(run, "list", "bindings")

    assert (queue["name"], queue["messages"], queue["arguments"]) == ("q", 1, {"x-max-length": 5})
    assert (message["payload"], message["exchange"], message["routing_key"]) == ("hello", "x", "a.b")
    assert {(binding["source"], binding["routing_key"]) for binding in bindings} == {("", "q"), ("x", "a.#")}

    assert run("purge", "queue", "name=q") == "queue purged"
    assert listed(run, "get", "queue=q") == []
    unbind = ("destination_type=queue", "destination=q", "properties_key=a.%23")
    assert run("delete", "binding", "source=x", *unbind) == "binding deleted"
    assert run("delete", "exchange", "name=x") == "exchange deleted"
    assert run("delete", "queue", "name=q") == "queue deleted"
    assert listed(run, "list", "queues") == []


def test_people_and_vhosts_are_managed(run: Run, vhost: str) -> None:
    run("declare", "vhost", "name=of-the-tool")
    run("declare", "user", "name=of-the-tool", "password=x", "tags=management")
    run("declare", "permission", f"vhost={vhost}", "user=of-the-tool", "configure=.*", "write=.*", "read=.*")

    assert "of-the-tool" in [each["name"] for each in listed(run, "list", "users")]
    assert "of-the-tool" in [each["user"] for each in listed(run, "list", "permissions")]

    run("delete", "permission", f"vhost={vhost}", "user=of-the-tool")
    run("delete", "user", "name=of-the-tool")
    run("delete", "vhost", "name=of-the-tool")
    assert "of-the-tool" not in [each["name"] for each in listed(run, "list", "vhosts")]


@pytest.mark.parametrize(
    "what",
    ["connections", "channels", "consumers", "exchanges", "nodes", "policies", "operator_policies", "parameters"],
)
def test_everything_can_be_listed(run: Run, what: str) -> None:
    assert isinstance(listed(run, "list", what), list)


def test_the_overview_is_shown(run: Run) -> None:
    assert "postroom" in run("show", "overview")
