"""Health checks, of a broker that is well and of one that is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from brokerctl.management.app import create_app
from brokerctl.management.door import NodeState
from brokerctl.names import path
from brokerctl.server.door import NodeDoor
from tests.brokerctl.management.conftest import Login, client
from tests.brokerctl.management.inside import inside
from tests.support import certificates, embedded
from tests.support.certificates import Authority, common_name
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS


@pytest.mark.parametrize(
    "where",
    [
        "/health/checks/alarms",
        "/health/checks/local-alarms",
        "/health/checks/virtual-hosts",
        "/health/checks/node-is-quorum-critical",
        "/health/checks/protocol-listener/amqp",
        "/health/checks/node-is-mirror-sync-critical",
        "/health/checks/protocol-listener/amqp091",
        "/health/checks/protocol-listener/AMQP0-9-1,management",
        "/health/checks/certificate-expiration/10/years",
        "/health/checks/metadata-store/initialized",
        "/health/checks/metadata-store/initialized/with-data",
        "/health/checks/quorum-queues-without-elected-leaders/all-vhosts",
        "/health/checks/quorum-queues-without-elected-leaders/all-vhosts/pattern/x",
        "/health/checks/quorum-queues-without-elected-leaders/vhost/%2F",
        "/health/checks/quorum-queues-without-elected-leaders/vhost/%2F/pattern/x",
        "/healthchecks/node",
        "/aliveness-test/%2F",
    ],
)
def test_a_healthy_broker_is_ok(api: httpx.Client, where: str) -> None:
    reply = api.get(where)

    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


def test_a_missing_listener_is_a_failure(embedded_broker: EmbeddedBroker, api: httpx.Client) -> None:
    ports = sorted({embedded_broker.amqp_port, embedded_broker.api_port})
    port = embedded_broker.amqp_port
    assert api.get(f"/health/checks/port-listener/{port}").json() == {"status": "ok", "port": port}

    for where, more in (
        ("/health/checks/port-listener/1", {"missing": 1, "ports": ports}),
        ("/health/checks/protocol-listener/mqtt", {"missing": "mqtt", "protocols": ["amqp", "http"]}),
    ):
        reply = api.get(where)
        assert reply.status_code == 503
        assert reply.json() == {"status": "failed", "reason": "No active listener", **more}
    assert api.get("/health/checks/port-listener/x").json()["reason"] == "Invalid port"


def test_aliveness_needs_rights_in_the_vhost(vhost: str, login: Login) -> None:
    assert login("management", vhost).get(path("aliveness-test", vhost)).status_code == 200
    assert login("management").get(path("aliveness-test", vhost)).status_code == 404
    assert login("administrator").get(path("aliveness-test", vhost)).status_code == 401


class AlarmedDoor(NodeDoor):
    """To a broker that is out of memory and disk."""

    def node(self) -> NodeState:
        state = super().node()
        state.memory_limit_bytes = state.memory_used_bytes - 1
        state.disk_free_limit_bytes = state.disk_free_bytes + 1
        return state


def test_alarms_fail_the_check_and_show_on_the_node() -> None:
    async def scenario() -> list[httpx.Response]:
        async with inside(AlarmedDoor) as door:
            transport = httpx.ASGITransport(create_app(door))
            async with httpx.AsyncClient(transport=transport, base_url="http://x/api", auth=("guest", "guest")) as api:
                return [await api.get("/health/checks/alarms"), await api.get("/nodes")]

    check, nodes = asyncio.run(scenario())

    (node,) = nodes.json()
    assert check.status_code == 503
    assert check.json() == {
        "status": "failed",
        "reason": "There are alarms in effect in the cluster",
        "alarms": [{"resource": "memory", "node": node["name"]}, {"resource": "disk space", "node": node["name"]}],
    }
    assert (node["mem_alarm"], node["disk_free_alarm"]) == (True, True)


@pytest.mark.parametrize(
    "check", ["is-in-service", "below-node-connection-limit", "ready-to-serve-clients", "reached-target-cluster-size"]
)
def test_load_balancers_need_no_login(api: httpx.Client, check: str) -> None:
    reply = httpx.get(f"{api.base_url}health/checks/{check}", timeout=PATIENCE_SECONDS)

    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("x/days", "Invalid expiration value."),
        ("999999999999/years", "Invalid expiration value."),
        ("9000/years", "Invalid expiration value."),
        ("1/fortnights", "Time unit not recognised. Supported units: days, weeks, months, years."),
    ],
)
def test_time_that_is_none_is_refused(api: httpx.Client, asked: str, reason: str) -> None:
    reply = api.get(f"/health/checks/certificate-expiration/{asked}")

    assert (reply.status_code, reply.json()["reason"]) == (400, reason)


def test_a_certificate_that_expires_soon_is_named(home: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.issue("broker", common_name("broker"))
    verify = {
        "POSTROOM_BROKER_TLS_CA": str(authority.file),
        "POSTROOM_BROKER_TLS_VERIFY_CLIENT": "optional",
    }
    with (
        embedded.running(home, **certificates.settings(pair, **verify)) as broker,
        client(broker, "guest", "guest") as api,
    ):
        good = api.get("/health/checks/certificate-expiration/3/weeks")
        soon = api.get("/health/checks/certificate-expiration/2/Months")

    assert good.json() == {"status": "ok"}
    assert (soon.status_code, soon.json()["reason"]) == (503, "Certificates expiring")
    found = {(each["protocol"], each["port"]): each for each in soon.json()["expired"]}
    assert {("amqp/ssl", broker.amqp_tls_port), ("https", broker.api_tls_port)} <= found.keys()
    for each in found.values():
        assert (each["certfile"], each["cacertfile"]) == (str(pair.certificate), str(authority.file))
        (own,), (of_ca,) = each["certfile_expires_on"], each["cacertfile_expires_on"]
        assert own[:2] == of_ca[:2] == "20"
