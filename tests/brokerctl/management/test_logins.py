"""Logging in by a form, how logins went, hashes of passwords."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pika.exceptions import ProbableAuthenticationError

from brokerctl.names import path
from tests.brokerctl.management.conftest import client
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def outside(embedded_broker: EmbeddedBroker) -> Iterator[httpx.Client]:
    """Nobody, without credentials."""
    with httpx.Client(base_url=f"http://127.0.0.1:{embedded_broker.api_port}/api", timeout=PATIENCE_SECONDS) as found:
        yield found


def test_a_form_logs_in_and_leaves_no_cookie(outside: httpx.Client) -> None:
    reply = outside.post("/login", data={"username": "guest", "password": "guest"})

    assert (reply.status_code, reply.json()) == (200, "ok")
    assert "set-cookie" not in reply.headers
    assert outside.delete("/login").status_code == 204
    assert outside.get("/overview").status_code == 401


@pytest.mark.parametrize("form", [{"username": "guest", "password": "wrong"}, {"username": "guest"}, {}])
def test_a_form_with_the_wrong_words_is_refused(outside: httpx.Client, form: dict[str, str]) -> None:
    reply = outside.post("/login", content=urlencode(form), headers=FORM)

    assert (reply.status_code, reply.json()) == (401, {"error": "not_authorized", "reason": "Login failed"})


def test_what_is_no_form_is_refused(outside: httpx.Client) -> None:
    assert outside.post("/login", json={"username": "guest", "password": "guest"}).status_code == 415
    assert outside.post("/login", content="nonsense", headers=FORM).status_code == 400
    assert outside.post("/login", content="username=%ff&password=x", headers=FORM).status_code == 400
    assert outside.post("/login", content="password=" + "x" * 9000, headers=FORM).status_code == 400


def test_a_form_of_one_who_may_not_manage_is_refused(outside: httpx.Client, api: httpx.Client) -> None:
    api.put("/users/untagged", json={"password": "secret", "tags": ""}).raise_for_status()

    reply = outside.post("/login", data={"username": "untagged", "password": "secret"})

    assert (reply.status_code, reply.json()["reason"]) == (401, "Not management user")
    api.delete("/users/untagged")


def test_settings_of_login_pages_say_that_there_is_no_oauth(outside: httpx.Client) -> None:
    assert outside.get("/auth").json() == {"oauth_enabled": False}


def test_attempts_are_counted_by_protocol_and_reset(home: Path) -> None:
    with embedded.running(home) as broker, client(broker, "guest", "guest") as api:
        where = path("auth", "attempts", api.get("/overview").json()["node"])
        broker.connect().close()
        with pytest.raises(ProbableAuthenticationError):
            broker.connect(password="wrong")
        api.get("/overview", auth=("guest", "wrong"))

        counted = {each.pop("protocol"): each for each in api.get(where).json()}

        assert counted["amqp091"] == {
            "auth_attempts": 2,
            "auth_attempts_failed": 1,
            "auth_attempts_succeeded": 1,
        }
        assert counted["http"]["auth_attempts_failed"] == 1
        assert counted["http"]["auth_attempts_succeeded"] >= 2
        assert api.get(where + "/source").json() == []
        assert api.delete(where).status_code == 204
        assert [each["auth_attempts"] for each in api.get(where).json()] == [1]


def test_attempts_are_of_the_one_node(api: httpx.Client) -> None:
    for where in ("/auth/attempts/nope", "/auth/attempts/nope/source"):
        assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)


def test_hash_is_one_that_a_user_can_have(embedded_broker: EmbeddedBroker, api: httpx.Client) -> None:
    word = "pässword/with a slash"
    hashes = [api.get(path("auth", "hash_password", word)).json()["ok"] for _ in range(2)]
    assert hashes[0] != hashes[1]
    api.put("/users/hashed", json={"password_hash": hashes[0], "tags": "management"}).raise_for_status()

    with client(embedded_broker, "hashed", word) as person:
        assert person.get("/whoami").json()["name"] == "hashed"
    assert api.get(path("auth", "hash_password", "x" * 1025)).status_code == 400
    api.delete("/users/hashed")
