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
from pika.exceptions import ConnectionClosedByBroker

from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.rabbitmq

Run = Callable[..., str]


@pytest.fixture(scope="module")
def script(rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("cli") / "rabbitmqadmin"
    address = f"http://127.0.0.1:{rabbitmq.api_port}/cli/rabbitmqadmin"
    found.write_bytes(httpx.get(address, timeout=PATIENCE_SECONDS).raise_for_status().content)
    return found


@pytest.fixture
def run(script: Path, embedded_broker: EmbeddedBroker, vhost: str) -> Run:
    """Run a command in the test's vhost; return what it prints. `code` is what it must exit with."""

    def command(*words: str, code: int = 0) -> str:
        options = ["--port", str(embedded_broker.api_port), "--vhost", vhost]
        done = subprocess.run(
            [sys.executable, str(script), *options, *words], capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert done.returncode == code, done.stdout + done.stderr
        return (done.stdout if code == 0 else done.stdout + done.stderr).strip()

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


def test_policies_and_limits_are_set_and_cleared(run: Run, vhost: str) -> None:
    run("declare", "queue", "name=q", "queue_type=quorum")
    policy = ("name=p", "pattern=^q$", 'definition={"max-length": 3}', "priority=7", "apply-to=queues")
    assert run("declare", "policy", *policy) == "policy declared"
    assert run("declare", "operator_policy", *policy) == "operator_policy declared"
    assert run("declare", "vhost_limit", f"vhost={vhost}", "name=max-queues", "value=1") == "vhost_limit declared"

    (queue,) = listed(run, "list", "queues")
    (policy_listed,) = listed(run, "list", "policies")
    limits = {each["name"]: each["value"] for each in listed(run, "list", "parameters") if each["vhost"] == vhost}

    assert (queue["type"], queue["policy"], queue["operator_policy"]) == ("quorum", "p", "p")
    assert (policy_listed["definition"], policy_listed["priority"]) == ({"max-length": 3}, 7)
    assert limits["limits"] == {"max-queues": 1}
    refused = run("declare", "queue", "name=another", code=1)
    assert "queue limit" in refused

    assert run("delete", "policy", "name=p") == "policy deleted"
    assert run("delete", "parameter", "component=operator_policy", "name=p") == "parameter deleted"
    assert run("delete", "vhost_limit", f"vhost={vhost}", "name=max-queues") == "vhost_limit deleted"
    assert listed(run, "list", "policies") == listed(run, "list", "operator_policies") == []


def test_a_connection_is_closed(embedded_broker: EmbeddedBroker, run: Run, vhost: str) -> None:
    connection = embedded_broker.connect(vhost)
    (name,) = [each["name"] for each in listed(run, "list", "connections") if each["vhost"] == vhost]

    assert run("close", "connection", f"name={name}") == "connection closed"

    with pytest.raises(ConnectionClosedByBroker, match="Closed via management plugin"):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)


def test_definitions_go_out_and_come_in(run: Run, api: httpx.Client, vhost: str, tmp_path: Path) -> None:
    file = tmp_path / "definitions.json"
    run("declare", "queue", "name=kept", 'arguments={"x-max-length": 5}')
    run("declare", "exchange", "name=x", "type=topic")
    run("declare", "binding", "source=x", "destination=kept", "routing_key=a.#", 'arguments={"n": 1}')
    assert "Exported definitions" in run("export", str(file))
    run("delete", "queue", "name=kept")
    run("delete", "exchange", "name=x")

    assert "Uploaded definitions" in run("import", str(file))

    (queue,) = listed(run, "list", "queues")
    assert (queue["name"], queue["durable"], queue["arguments"]) == ("kept", True, {"x-max-length": 5})
    bindings = {
        (each["source"], each["routing_key"], str(each["arguments"])) for each in listed(run, "list", "bindings")
    }
    assert ("x", "a.#", "{'n': 1}") in bindings


def test_a_payload_is_written_into_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "payload"
    run("declare", "queue", "name=q")
    properties = 'properties={"content_type": "text/plain", "delivery_mode": 2}'
    run("publish", "routing_key=q", "payload=aMO2", "payload_encoding=base64", properties)

    run("get", "queue=q", f"payload_file={file}", "ackmode=ack_requeue_false")

    assert file.read_bytes() == "h\xf6".encode()
    assert listed(run, "get", "queue=q") == []


def test_what_is_refused_is_told_in_the_brokers_words(run: Run) -> None:
    run("declare", "queue", "name=q", "durable=true")

    assert "inequivalent arg 'durable'" in run("declare", "queue", "name=q", "durable=false", code=1)
    assert "Not found" in run("delete", "queue", "name=nope", code=1)
    assert "Access refused" in run("--username", "guest", "--password", "wrong", "list", "queues", code=1)


@pytest.mark.parametrize(
    "what",
    [
        *("connections", "channels", "consumers", "exchanges", "nodes"),
        *("policies", "operator_policies", "parameters", "vhost_limits", "permissions", "vhosts"),
    ],
)
def test_everything_can_be_listed(run: Run, what: str) -> None:
    assert isinstance(listed(run, "list", what), list)


def test_the_overview_is_shown(run: Run) -> None:
    assert "postroom" in run("show", "overview")
