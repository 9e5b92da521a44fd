"""The one node."""

from __future__ import annotations

import httpx

from brokerctl.names import path


def test_the_node_tells_its_memory_and_disk(api: httpx.Client) -> None:
    (node,) = api.get("/nodes").json()

    assert node["running"] is True
    assert 0 < node["mem_used"] < node["mem_limit"]
    assert node["disk_free"] > 0
    assert (node["mem_alarm"], node["disk_free_alarm"]) == (False, False)
    assert node["uptime"] > 0
    assert set(node["mem_used_details"]) == {"rate"}
    assert api.get(path("nodes", node["name"])).json()["os_pid"] == node["os_pid"]
    assert api.get("/nodes/nope").status_code == 404
