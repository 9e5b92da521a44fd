"""Nonsense, sent to every route: it is refused or means nothing, and no request makes the broker fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from brokerctl.management.app import RESOURCES
from tests.brokerctl.management.conftest import client
from tests.support import embedded

LARGE = "9" * 4500

NAMES = ("%2F", "q", "%00", "a%0Ab", "x" * 300, "%ED%95%9C", "~", "%2E%2E", "-1", "%D9%A3", LARGE[:300], "%25")
"""Of things in paths, those that are there among them."""

QUERIES = (
    f"page={LARGE}",
    "page=1&use_regex=true&name=(&sort=..&columns=.,a..b",
    f"lengths_age={LARGE}&lengths_incr=1",
    "msg_rates_age=--5&msg_rates_incr=%D9%A3&sort=%00",
    "disable_stats=true&enable_queue_totals=true&sort=messages&columns=messages,arguments.x",
    "page=%FF&node_stats_age=5&node_stats_incr=1&sort=arguments&sort_reverse=true",
)
BODIES = (
    "",
    "[]",
    '{"value": 1e999}',
    '{"value": [null], "name": {}, "users": [[]], "action": [], "tags": [1], "type": [], "count": []}',
    '{"arguments": {"x-max-length": 1e400}, "definition": [], "pattern": 7, "tags": {}}',
    '{"arguments": {"x-max-length": ' + LARGE + '}, "tags": "", "password": 1}',
    '{"count": "' + LARGE + '", "ackmode": "ack_requeue_true", "encoding": "auto", "default_queue_type": {}}',
    '{"routing_key": {}, "payload": "a", "payload_encoding": [], "properties": {"headers": {"a": [[[1]]]}}}',
    '{"tags": "a", "password_hash": "\\u00e9", "limits": [], "permissions": 7, "exchange": 7, "write": "", "read": {}}',
    '{"value": {"pattern": "a", "definition": {"max-length": {}}, "priority": "x", "apply-to": 7}}',
)


@pytest.fixture
def api(home: Path) -> Iterator[httpx.Client]:
    """Of a broker of its own: some of this is obeyed."""
    with embedded.running(home) as broker, client(broker, "guest", "guest") as found:
        found.put("/queues/%2F/q", json={"durable": True}).raise_for_status()
        yield found


def test_no_route_fails_on_nonsense(api: httpx.Client) -> None:
    names, queries, bodies = cycle(NAMES), cycle(QUERIES), cycle(BODIES)
    failed = []
    for known in RESOURCES:
        if known.produces == "text/event-stream":
            continue
        for method in known.methods:
            for _ in range(5 if method in ("PUT", "POST") else 3):
                where = re.sub(r"\{\w+\}", lambda _: next(names), known.path)
                content = next(bodies) if method in ("PUT", "POST") else None
                headers = {"content-type": "application/json"} if content is not None else {}
                reply = api.request(method, f"{where}?{next(queries)}", content=content, headers=headers)
                if reply.status_code >= 500 and reply.json().get("status") != "failed":
                    failed.append((method, str(reply.url), content, reply.text))

    assert failed == []
    assert api.get("/health/checks/alarms").json() == {"status": "ok"}
