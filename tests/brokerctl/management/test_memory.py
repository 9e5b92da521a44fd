"""Where the node's memory is."""

from __future__ import annotations

import httpx

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.test_queues import publish

LARGE = 1_000_000


def test_messages_are_found_in_the_memory_of_their_kind_of_queue(api: httpx.Client, vhost: str) -> None:
    where = path("nodes", api.get("/overview").json()["node"], "memory")
    api.put(path("queues", vhost, "c"), json={"durable": True})
    api.put(path("queues", vhost, "q"), json={"durable": True, "arguments": {"x-queue-type": "quorum"}})
    before = api.get(where).json()["memory"]
    publish(api, vhost, "c", "x" * LARGE)
    publish(api, vhost, "q", "x" * LARGE)
    publish(api, vhost, "q", "x" * LARGE)

    after = api.get(where).json()["memory"]

    assert after["queue_procs"] - before["queue_procs"] >= LARGE
    assert after["quorum_queue_procs"] - before["quorum_queue_procs"] >= 2 * LARGE
    parts = ("queue_procs", "quorum_queue_procs", "other_system")
    assert sum(after[part] for part in parts) == after["total"]["rss"]
    assert after["strategy"] == "rss"

    shares = api.get(where + "/relative").json()["memory"]
    assert shares["total"] == 100
    assert all(1 <= shares[part] <= 100 for part in parts)


def test_it_is_shown_with_the_node_when_asked_for(api: httpx.Client) -> None:
    node = path("nodes", api.get("/overview").json()["node"])

    assert "memory" not in api.get(node).json()
    assert (
        api.get(node, params={"memory": "true"}).json()["memory"].keys()
        == api.get(node + "/memory").json()["memory"].keys()
    )


def test_erlangs_tables_are_not_available(api: httpx.Client, login: Login) -> None:
    node = path("nodes", api.get("/overview").json()["node"])

    for more in ("", "/management", "/relative", "/management/relative"):
        assert api.get(f"{node}/memory/ets{more}").json() == {"ets_tables_memory": "not_available"}
    for more in ("", "/relative", "/ets"):
        assert api.get(f"/nodes/nope/memory{more}").status_code == 404
        assert login("management").get(f"{node}/memory{more}").status_code == 401
