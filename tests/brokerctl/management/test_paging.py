"""Lists: pages, filters, orders, columns. Shown on queues; every list goes the same way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from brokerctl.management import render
from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.test_queues import publish


@pytest.fixture
def queues(api: httpx.Client, vhost: str) -> str:
    """The path of a list of five queues; `b` holds two messages, `Delta` one."""
    for name in ("a", "b", "c", "Delta", "e.1"):
        api.put(path("queues", vhost, name), json={"arguments": {"x-max-length": 10 + len(name)}}).raise_for_status()
    for name in ("b", "b", "Delta"):
        publish(api, vhost, name)
    return path("queues", vhost)


def names(reply: httpx.Response) -> list[str]:
    body = reply.raise_for_status().json()
    return [queue["name"] for queue in (body if isinstance(body, list) else body["items"])]


def test_without_a_page_the_list_is_whole_and_in_order(api: httpx.Client, queues: str) -> None:
    assert names(api.get(queues)) == ["Delta", "a", "b", "c", "e.1"]
    assert names(api.get(queues, params={"sort_reverse": "true"})) == ["e.1", "c", "b", "a", "Delta"]


def test_a_page_comes_in_an_envelope(api: httpx.Client, queues: str) -> None:
    body = api.get(queues, params={"page": 2, "page_size": 2, "columns": "name"}).json()

    assert body == {
        "total_count": 5,
        "filtered_count": 5,
        "item_count": 2,
        "page": 2,
        "page_size": 2,
        "page_count": 3,
        "items": [{"name": "b"}, {"name": "c"}],
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "DELT"}, ["Delta"]),
        ({"name": "."}, ["e.1"]),
        ({"name": "^[a-c]$", "use_regex": "true"}, ["a", "b", "c"]),
        ({"name": "delta", "use_regex": "true"}, ["Delta"]),
        ({"name": "(", "use_regex": "true"}, []),
        ({"name": ""}, ["Delta", "a", "b", "c", "e.1"]),
    ],
)
def test_names_are_filtered_before_paging(
    api: httpx.Client, queues: str, asked: dict[str, str], found: list[str]
) -> None:
    reply = api.get(queues, params={"page": 1, **asked})

    assert names(reply) == found
    assert (reply.json()["total_count"], reply.json()["filtered_count"]) == (5, len(found))


def test_without_a_page_nothing_is_filtered(api: httpx.Client, queues: str) -> None:
    assert len(names(api.get(queues, params={"name": "a"}))) == 5


def test_a_pattern_that_never_ends_is_stopped(api: httpx.Client, vhost: str) -> None:
    api.put(path("queues", vhost, "a" * 60 + "!"), json={}).raise_for_status()

    reply = api.get(path("queues", vhost), params={"page": 1, "name": "(a|aa|a?)+$", "use_regex": "true"})

    assert reply.status_code == 400
    assert "takes too long" in reply.json()["reason"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"sort": "messages", "sort_reverse": "true"}, ["b", "Delta", "a", "c", "e.1"]),
        ({"sort": "messages"}, ["a", "c", "e.1", "Delta", "b"]),
        ({"sort": "message_stats.publish", "sort_reverse": "true"}, ["b", "Delta", "a", "c", "e.1"]),
        ({"sort": "arguments.x-max-length"}, ["a", "b", "c", "e.1", "Delta"]),
        ({"sort": "no such field"}, ["Delta", "a", "b", "c", "e.1"]),
        ({"sort": ""}, ["Delta", "a", "b", "c", "e.1"]),
        ({"sort": "name.no.such"}, ["Delta", "a", "b", "c", "e.1"]),
    ],
)
def test_any_field_sorts_and_ties_keep_the_default_order(
    api: httpx.Client, queues: str, asked: dict[str, str], found: list[str]
) -> None:
    assert names(api.get(queues, params=asked)) == found
    assert names(api.get(queues, params={"page": 1, **asked})) == found


def test_columns_project_nested_fields(api: httpx.Client, queues: str) -> None:
    asked = {"columns": "name,message_stats.publish,message_stats.publish_details.rate,arguments,nope,name.x"}

    rows: list[dict[str, Any]] = api.get(queues, params={"page": 1, "name": "b", **asked}).json()["items"]

    assert set(rows[0]) == {"name", "message_stats", "arguments"}
    assert set(rows[0]["message_stats"]) == {"publish", "publish_details"}
    assert rows[0]["message_stats"]["publish"] == 2


def test_columns_project_a_single_object(api: httpx.Client, queues: str) -> None:
    assert api.get(queues + "/b", params={"columns": "name,messages"}).json() == {"name": "b", "messages": 2}


@pytest.mark.parametrize(
    ("asked", "error", "reason"),
    [
        ({"page": "9"}, "page_out_of_range", "Page out of range, page: 9 page size: 100, len: 5"),
        ({"page": "0"}, "invalid_pagination_parameters", "page number 0, page size undefined"),
        ({"page": "1", "page_size": "501"}, "invalid_pagination_parameters", "page number 1, page size 501"),
        ({"page": "1", "page_size": "0"}, "invalid_pagination_parameters", "page number 1, page size 0"),
        ({"page": "one"}, "bad_request", "Pagination parameters are invalid"),
        ({"page": "1", "page_size": "x"}, "bad_request", "Pagination parameters are invalid"),
        ({"page": "1", "name": "x" * 1025, "use_regex": "true"}, "invalid_pagination_parameters", "1024"),
    ],
)
def test_impossible_pages_are_refused(
    api: httpx.Client, queues: str, asked: dict[str, str], error: str, reason: str
) -> None:
    reply = api.get(queues, params=asked)

    assert reply.status_code == 400
    assert reply.json()["error"] == error
    assert reason in reply.json()["reason"]


def test_the_first_page_of_nothing_and_the_one_after_a_full_last_are_empty(api: httpx.Client, queues: str) -> None:
    assert api.get(queues, params={"page": 1, "name": "nothing"}).json()["items"] == []
    assert api.get(queues, params={"page": 2, "page_size": 5}).json()["items"] == []


def test_a_list_of_all_vhosts_keeps_to_what_the_user_sees(
    api: httpx.Client, queues: str, vhost: str, login: Login
) -> None:
    person = login("management", vhost)

    assert names(person.get("/queues")) == ["Delta", "a", "b", "c", "e.1"]
    assert names(login("management").get("/queues")) == []


def test_x_vhost_restricts_a_list_of_all_vhosts(api: httpx.Client, queues: str, vhost: str) -> None:
    assert len(names(api.get("/queues", headers={"x-vhost": vhost}))) == 5
    assert names(api.get("/queues", headers={"x-vhost": "/"})) != names(api.get("/queues"))
    assert api.get("/queues", headers={"x-vhost": "nope"}).status_code == 404


@pytest.mark.parametrize("where", ["/consumers", "/bindings", "/nodes", "/permissions"])
def test_some_lists_have_no_pages(api: httpx.Client, where: str) -> None:
    assert isinstance(api.get(where, params={"page": 1}).json(), list)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("a,a.b", {"a": {"b": 1, "c": 2}}),
        ("a.b,a", {"a": {"b": 1, "c": 2}}),
        ("a.c,list.x", {"a": {"c": 2}, "list": [{"x": 1}, {}]}),
        ("a.b.c,list.nope,text.x,nope", {"a": {}, "list": [{}, {}]}),
        ("list", {"list": [{"x": 1, "y": 2}, {"y": 3}, 4]}),
        (",", {"a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}, {"y": 3}, 4], "text": "t"}),
    ],
)
def test_columns_reach_into_objects_and_lists(columns: str, found: object) -> None:
    row = {"a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}, {"y": 3}, 4], "text": "t"}

    assert render.project(row, render.parse_columns(columns)) == found
