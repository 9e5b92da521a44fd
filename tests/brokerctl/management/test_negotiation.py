"""Media types: what is wanted, what is sent."""

from __future__ import annotations

import httpx
import pytest

from brokerctl.names import path


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/*", 200),
        ("*/*", 200),
        ("text/html, application/JSON;q=0.5", 200),
        ("", 200),
        ("application/bert", 406),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json;q=0.0, text/*", 406),
        ("*/*;q=0.001", 200),
    ],
)
def test_json_is_all_there_is(api: httpx.Client, accept: str, status: int) -> None:
    assert api.get("/whoami", headers={"accept": accept}).status_code == status


def test_nothing_is_changed_by_who_could_not_read_the_answer(api: httpx.Client, vhost: str) -> None:
    where = path("queues", vhost, "never")

    reply = api.put(where, json={}, headers={"accept": "application/bert"})

    assert (reply.status_code, reply.json()["error"]) == (406, "not_acceptable")
    assert api.get(where).status_code == 404


@pytest.mark.parametrize(
    "where",
    ["/vhost-limits/{vhost}/max-queues", "/user-limits/guest/max-channels", "/operator-policies/{vhost}/p"],
)
def test_some_bodies_must_be_called_json(api: httpx.Client, vhost: str, where: str) -> None:
    where = where.replace("{vhost}", path(vhost)[1:])

    sent = api.put(where, content=b"{}", headers={"content-type": "text/plain"})
    unsaid = api.put(where, content=b"{}")
    said = api.put(where, content=b"{}", headers={"content-type": "application/json; charset=utf-8"})

    assert (sent.status_code, unsaid.status_code, said.status_code) == (415, 415, 400)
    assert sent.json()["error"] == "unsupported_media_type"


def test_other_bodies_are_json_whatever_they_are_called(api: httpx.Client, vhost: str) -> None:
    body, headers = b'{"durable": true}', {"content-type": "application/x-www-form-urlencoded"}

    assert api.put(path("queues", vhost, "q"), content=body, headers=headers).status_code == 201
