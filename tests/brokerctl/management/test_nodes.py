"""The one node."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from brokerctl.management.app import create_app
from brokerctl.names import path
from tests.brokerctl.management.inside import inside


def test_the_node_tells_its_memory_and_disk(api: httpx.Client) -> None:
    (node,) = api.get("/nodes").json()

    assert node["running"] is True
    assert 0 < node["mem_used"] < node["mem_limit"]
    assert node["disk_free"] > 0
    assert (node["mem_alarm"], node["disk_free_alarm"]) == (False, False)
    assert node["uptime"] > 0
    assert 0 < node["fd_used"] < node["fd_total"]
    assert set(node["mem_used_details"]) == {"rate"}
    assert api.get(path("nodes", node["name"])).json()["os_pid"] == node["os_pid"]
    assert api.get("/nodes/nope").status_code == 404


def test_a_reset_forgets_readings_and_keeps_totals() -> None:
    async def scenario() -> list[dict[str, Any]]:
        async with inside() as door:
            app = create_app(door)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://x/api", auth=("guest", "guest")) as api:
                await api.put("/queues/%2F/q", json={})
                app.state.sampler.read_all()
                asked = {"lengths_age": 60, "lengths_incr": 5}
                before = (await api.get("/queues/%2F/q", params=asked)).json()
                assert (await api.delete("/reset")).status_code == 204
                assert (await api.delete(path("reset", door.node().name))).status_code == 204
                assert (await api.delete("/reset/nope")).status_code == 404
                return [before, (await api.get("/queues/%2F/q", params=asked)).json()]

    before, after = asyncio.run(scenario())

    assert len(before["messages_details"]["samples"]) == 1
    assert after["messages_details"] == {"rate": 0.0, "samples": []}
    assert after["messages"] == before["messages"]
