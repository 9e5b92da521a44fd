"""What the broker has none of, and what is done already."""

from __future__ import annotations

import httpx
import pytest

from tests.brokerctl.management.conftest import Login


@pytest.mark.parametrize("where", ["/feature-flags", "/deprecated-features", "/deprecated-features/used"])
def test_what_the_broker_has_none_of_is_an_empty_list(api: httpx.Client, where: str) -> None:
    assert api.get(where).json() == []


def test_no_flag_can_be_turned_on(api: httpx.Client, login: Login) -> None:
    reply = api.put("/feature-flags/quorum_queue/enable", json={})

    assert (reply.status_code, reply.json()["reason"]) == (400, "unsupported")
    assert login("monitoring").put("/feature-flags/x/enable", json={}).status_code == 401


def test_queues_need_no_rebalancing(api: httpx.Client) -> None:
    assert api.post("/rebalance/queues").status_code == 204
    assert api.post("/rebalance/queues", headers={"accept": "application/json"}).status_code == 406


@pytest.mark.parametrize(
    "where",
    [
        "/shovels",
        "/federation-links",
        "/traces",
        "/trace-files",
        "/top/postroom@localhost",
        "/stream/connections",
        "/config/effective",
        "/queues/quorum/%2F/q/status",
        "/connections/x/sessions",
    ],
)
def test_what_belongs_to_plugins_is_answered_as_without_them(api: httpx.Client, where: str) -> None:
    reply = api.get(where)

    assert (reply.status_code, reply.json()) == (404, {"error": "Object Not Found", "reason": "Not Found"})
