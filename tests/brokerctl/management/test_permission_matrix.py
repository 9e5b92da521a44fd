"""Every route × every tag × one's own and another vhost: what `matrix.py` says, over the whole application."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects
from brokerctl.management.app import create_app
from brokerctl.management.door import Door
from brokerctl.management.resources import Endpoint
from tests.brokerctl.management.inside import inside
from tests.brokerctl.management.matrix import DENIED, HIDDEN, IN, REFUSED, ROUTES, ROWS, TAGS

OWN, OTHER = "own", "other"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}

BODIES: dict[str, Any] = {
    "/publish": {"routing_key": "", "properties": {}, "payload": "", "payload_encoding": "string"},
    "/get": {"count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"},
    "/copy": {"all": True, "destination": {"routing_key": "x"}},
    "/move": {"all": True, "destination": {"routing_key": "x"}},
    "/delete": {"all": True},
}
"""By the end of a path: bodies that must be right before anybody asks for rights. All others are empty objects."""

QUERIES = {"/firehose": {"events": "none"}}
"""Where the right answer would have no end: a mistake that is found after the rights were asked for."""

REFUSALS = ("Access refused.", "User not authorised to access virtual host")


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    async def routes() -> set[str]:
        async with inside() as door:
            return {
                f"{method} {route.path}"
                for route in create_app(door).routes
                if isinstance(route, Route) and isinstance(route.endpoint, Endpoint)
                for method in route.endpoint.resource.methods
            }

    assert asyncio.run(routes()) == set(ROWS)
    assert len(ROWS) == sum(len(lines.split("\n")) - 2 for lines in ROUTES.values()), "a route has two rows"


@pytest.mark.parametrize("tag", TAGS)
def test_every_route_opens_to_whom_it_should(tag: str) -> None:
    at = TAGS.index(tag)

    async def run() -> list[str]:
        wrong = []
        async with inside() as door:
            transport = httpx.ASGITransport(create_app(door))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                await _people(client, tag)
                for row, expected in ROWS.items():
                    for vhost, outcome in ((OWN, expected.own[at]), (OTHER, expected.other[at])):
                        door.run(_scene(door))
                        reply = await _ask(client, row, vhost, tag)
                        if (found := _outcome(reply)) != outcome or reply.status_code == 500:
                            wrong.append(f"{row} in {vhost}: {found} ({reply.status_code}), not {outcome}")
        return wrong

    assert asyncio.run(run()) == []


async def _people(client: httpx.AsyncClient, tag: str) -> None:
    root = httpx.BasicAuth("guest", "guest")
    for vhost in (OWN, OTHER):
        (await client.put(f"/api/vhosts/{vhost}", json={}, auth=root)).raise_for_status()
    body = {"password": "x", "tags": "" if tag == "none" else tag, "permissions": {OWN: ALL}}
    (await client.put("/api/users/asking", json=body, auth=root)).raise_for_status()


def _scene(door: Door) -> Callable[[Effects], None]:
    """What the requests are about is there for each of them, whatever the one before did to it."""

    def command(effects: Effects) -> None:
        broker: Broker = door.broker
        for name in (OWN, OTHER):
            vhost = broker.vhosts[name]
            exchange = vhost.declare_exchange("x", "direct", effects, is_durable=False)
            vhost.bind(exchange, vhost.declare_queue("x", effects), "", {}, effects)
            # Who may delete a vhost would end the scene.
            broker.put_vhost(name, "", (), effects, {"protected_from_deletion": True})

    return command


async def _ask(client: httpx.AsyncClient, row: str, vhost: str, tag: str) -> httpx.Response:
    method, _, path = row.partition(" ")
    body: Any = next((body for end, body in BODIES.items() if path.endswith(end)), {})
    for name, value in {"vhost": vhost, "node": "postroom%40localhost", "kind": "q", "properties_key": "~"}.items():
        path = path.replace(f"{{{name}}}", value)
    path = re.sub(r"\{\w+\}", "x", path)
    json = body if method in ("PUT", "POST") else None
    params = next((query for end, query in QUERIES.items() if path.endswith(end)), None)
    return await client.request(method, path, json=json, params=params, auth=("asking", "x"))


def _outcome(reply: httpx.Response) -> str:
    if reply.status_code == 401:
        found = reply.json()
        assert found["error"] == "not_authorised", found
        is_refused = found["reason"] in REFUSALS or " refused for user " in found["reason"]
        return REFUSED if is_refused else DENIED
    if reply.status_code == 404 and reply.json() == {"error": "not_found", "reason": "Not Found"}:
        return HIDDEN
    return IN
