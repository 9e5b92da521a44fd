"""The description of the API: served to everybody, and true of what the API answers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from brokerctl.management.openapi.schemas import SCHEMAS
from brokerctl.management.openapi.shapes import shape
from brokerctl.names import path
from tests.brokerctl.management.test_queues import publish
from tests.house.tree import ROOT
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS, wait_until


def test_the_description_is_served_without_a_login(embedded_broker: EmbeddedBroker) -> None:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{embedded_broker.api_port}/api", timeout=PATIENCE_SECONDS
    ) as stranger:
        document = stranger.get("/openapi.json")
        page = stranger.get("/index.html", headers={"accept": "text/html"})
        root = stranger.get("/")

    assert document.json() == json.loads((ROOT / "docs/openapi.json").read_text())
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text == root.text


def test_the_page_shows_every_operation_and_loads_nothing(api: httpx.Client) -> None:
    page = api.get("/index.html")
    document = api.get("/openapi.json").json()

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in page.text
    assert "//" not in page.text.replace("-&gt;", "")
    for where, methods in document["paths"].items():
        for method in set(methods) - {"parameters"}:
            assert f"<code>{method.upper()} {where}</code>" in page.text


def test_the_notation_of_shapes() -> None:
    assert shape("int?") == {"type": ["integer", "null"]}
    assert shape("[Queue]|Page") == {
        "anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Queue"}}, shape("Page")]
    }
    assert shape("{text|int}") == {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    }


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Overview", "/overview"),
        ("Node", "/nodes"),
        ("Vhost", "/vhosts/{vhost}"),
        ("Queue", "/queues/{vhost}"),
        ("Queue", "/queues/{vhost}/q"),
        ("Exchange", "/exchanges/{vhost}/amq.topic"),
        ("Binding", "/bindings/{vhost}"),
        ("Connection", "/connections"),
        ("Channel", "/channels"),
        ("Consumer", "/consumers/{vhost}"),
        ("User", "/users/guest"),
        ("Policy", "/policies/{vhost}"),
        ("Unacked", "/queues/{vhost}/q/unacked"),
        ("Unacked", "/queues/{vhost}/q/unacked?group_by=consumer"),
        ("Definitions", "/definitions"),
    ],
)
def test_every_key_that_is_answered_is_described(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str, queue: str, name: str, where: str
) -> None:
    api.put(path("policies", vhost, "p"), json={"pattern": "^none", "definition": {"max-length": 1}})
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.basic_consume("q", lambda *_: None)
        publish(api, vhost, "q")
        wait_until(lambda: api.get(queue).json()["messages_unacknowledged"] == 1)
        found: Any = api.get(where.format(vhost=path(vhost)[1:])).json()

    rows = found if isinstance(found, list) else [found]
    assert rows
    described = set(SCHEMAS[name]["properties"])
    if name == "Definitions":
        rows = [{key: row[key] for key in row if isinstance(row[key], list)} for row in rows]
    assert {key for row in rows for key in row} - described == set()
