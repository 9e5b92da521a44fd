"""Who gets in, and what the tags open."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login, client
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

CHALLENGE = 'Basic realm="RabbitMQ Management"'


@pytest.fixture
def anonymous(embedded_broker: EmbeddedBroker) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{embedded_broker.api_port}/api", timeout=PATIENCE_SECONDS) as found:
        yield found


def test_without_credentials_the_answer_is_a_bare_challenge(anonymous: httpx.Client) -> None:
    reply = anonymous.get("/whoami")

    assert (reply.status_code, reply.content, reply.headers["www-authenticate"]) == (401, b"", CHALLENGE)


@pytest.mark.parametrize(("user", "password"), [("guest", "wrong"), ("guest", ""), ("nobody", "guest"), ("", "")])
def test_wrong_credentials_are_spelled_with_a_z(embedded_broker: EmbeddedBroker, user: str, password: str) -> None:
    with client(embedded_broker, user, password) as stranger:
        reply = stranger.get("/whoami")

    assert reply.status_code == 401
    assert reply.json() == {"error": "not_authorized", "reason": "Not_Authorized"}
    assert reply.headers["www-authenticate"] == CHALLENGE


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Bearer abc", "authorization scheme 'Bearer' is not supported; use Basic"),
        ("Basic !!", "the Basic credentials are not base64 of UTF-8 text"),
        ("Basic " + base64.b64encode(b"\xff:x").decode(), "the Basic credentials are not base64 of UTF-8 text"),
        (
            "Basic " + base64.b64encode(b"guest").decode(),
            "the Basic credentials have no colon between user and password",
        ),
    ],
)
def test_broken_credentials_are_a_bad_request(anonymous: httpx.Client, header: str, reason: str) -> None:
    reply = anonymous.get("/whoami", headers={"authorization": header})

    assert (reply.status_code, reply.json()) == (400, {"error": "bad_request", "reason": reason})


def test_a_name_may_hold_any_letter_and_a_password_any_sign(embedded_broker: EmbeddedBroker, api: httpx.Client) -> None:
    name, password = "ödd one", "a:b ü€\n"
    api.put(path("users", name), json={"password": password, "tags": "management"}).raise_for_status()

    with client(embedded_broker, name, password) as person:
        assert person.get("/whoami").json()["name"] == name

    api.delete(path("users", name)).raise_for_status()


def test_a_user_without_a_tag_sees_nothing(login: Login, vhost: str) -> None:
    for tags in ("", "made-up"):
        person = login(tags, vhost)
        for where in ("/whoami", "/overview", path("queues", vhost)):
            reply = person.get(where)
            assert (reply.status_code, reply.json()) == (
                401,
                {"error": "not_authorised", "reason": "Not management user"},
            )


@pytest.mark.parametrize(
    ("where", "opened_by", "reason"),
    [
        ("/whoami", {"management", "policymaker", "monitoring", "administrator"}, ""),
        ("/overview", {"management", "policymaker", "monitoring", "administrator"}, ""),
        ("/parameters", {"policymaker", "administrator"}, "User not authorised to access object"),
        ("/nodes", {"monitoring", "administrator"}, "Not monitor user"),
        ("/users", {"administrator"}, "Not administrator user"),
        ("/permissions", {"administrator"}, "Not administrator user"),
        ("/vhosts/%2F", {"administrator"}, "Not administrator user"),
    ],
)
def test_tags_open_levels(login: Login, where: str, opened_by: set[str], reason: str) -> None:
    for tag in ("management", "policymaker", "monitoring", "administrator"):
        reply = login(tag).get(where)
        if tag in opened_by:
            assert reply.status_code == 200
        else:
            assert (reply.status_code, reply.json()) == (401, {"error": "not_authorised", "reason": reason})


def test_a_hidden_vhost_looks_like_none(vhost: str, login: Login) -> None:
    person = login("management")

    for where in (path("queues", vhost), path("queues", "no such vhost")):
        reply = person.get(where)
        assert (reply.status_code, reply.json()) == (404, {"error": "not_found", "reason": "Not Found"})


def test_an_administrator_sees_every_vhost_but_acts_by_its_patterns(vhost: str, login: Login) -> None:
    administrator = login("administrator")

    assert administrator.get(path("queues", vhost)).status_code == 200
    reply = administrator.put(path("queues", vhost, "q"), json={})

    assert (reply.status_code, reply.json()["reason"]) == (401, "Access refused.")


def test_a_changed_password_counts_at_once(embedded_broker: EmbeddedBroker, api: httpx.Client, login: Login) -> None:
    person = login("management")
    name = person.get("/whoami").json()["name"]

    api.put(path("users", name), json={"password": "other", "tags": "management"})

    assert person.get("/whoami").status_code == 401
    with client(embedded_broker, name, "other") as again:
        assert again.get("/whoami").status_code == 200


def test_a_page_of_another_site_may_not_change_anything(api: httpx.Client, vhost: str) -> None:
    where = path("queues", vhost, "q")

    for origin in ("https://evil.example", "null", "http://[", "http://a:99999", "", "//"):
        reply = api.put(where, json={}, headers={"origin": origin})
        assert (reply.status_code, reply.json()["error"]) == (403, "forbidden")
    assert api.get(where).status_code == 404

    own = str(api.base_url).removesuffix("/api/")
    assert api.put(where, json={}, headers={"origin": own}).status_code == 201
