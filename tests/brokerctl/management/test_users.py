"""Users and permissions over the API."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pika.exceptions import ConnectionClosedByBroker

from brokerctl.names import path
from tests.brokerctl.management.conftest import client
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS

ALL = {"configure": ".*", "write": ".*", "read": ".*"}


@pytest.fixture
def user(api: httpx.Client) -> Iterator[str]:
    """The path of a user `ada` who does not exist yet."""
    where = path("users", "ada")
    yield where
    api.delete(where)


def can_log_in(broker: EmbeddedBroker, password: str) -> bool:
    with client(broker, "ada", password) as ada:
        return ada.get("/whoami").status_code == 200


def test_a_new_user_logs_in_and_shows_no_password(
    embedded_broker: EmbeddedBroker, api: httpx.Client, user: str
) -> None:
    assert api.put(user, json={"password": "secret", "tags": "management,monitoring"}).status_code == 201

    shown = api.get(user).json()

    assert (shown["name"], shown["tags"], shown["limits"]) == ("ada", ["management", "monitoring"], {})
    assert "secret" not in str(shown)
    with client(embedded_broker, "ada", "secret") as ada:
        me = {"name": "ada", "tags": ["management", "monitoring"], "is_internal_user": True}
        assert ada.get("/whoami").json() == me


def test_what_get_tells_can_be_put_back(embedded_broker: EmbeddedBroker, api: httpx.Client, user: str) -> None:
    api.put(user, json={"password": "secret", "tags": "management"})
    shown = api.get(user).json()

    reply = api.put(user, json={**shown, "tags": ["management", "policymaker"]})

    assert reply.status_code == 204
    assert can_log_in(embedded_broker, "secret")
    assert api.get(user).json()["tags"] == ["management", "policymaker"]


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password_hash": ""}])
def test_a_change_without_a_password_clears_it(
    embedded_broker: EmbeddedBroker, api: httpx.Client, user: str, body: dict[str, str]
) -> None:
    api.put(user, json={"password": "secret", "tags": "management"})

    assert api.put(user, json={"tags": "management", **body}).status_code == 204

    assert not can_log_in(embedded_broker, "secret")
    assert not can_log_in(embedded_broker, "")


@pytest.mark.parametrize("digest", ["sha256", "sha512", "md5"])
def test_a_hash_of_rabbitmqs_is_taken(
    embedded_broker: EmbeddedBroker, api: httpx.Client, user: str, digest: str
) -> None:
    salt = b"\x01\x02\x03\x04"
    raw = salt + hashlib.new(digest, salt + b"secret").digest()
    body: dict[str, Any] = {
        "password_hash": base64.b64encode(raw).decode(),
        "hashing_algorithm": f"rabbit_password_hashing_{digest}",
        "tags": ["management"],
    }

    assert api.put(user, json=body).status_code == 201

    assert can_log_in(embedded_broker, "secret")
    assert not can_log_in(embedded_broker, "Secret")
    shown = api.get(user).json()
    assert {name: shown[name] for name in body} == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"password": "x"}, "tags_not_present"),
        ({"tags": 7}, "tags must be a list of texts, or one text with commas"),
        ({"tags": "", "password": 7}, ["not_string", "password"]),
        ({"tags": "", "password": "x", "password_hash": "eA=="}, "both_password_and_password_hash_are_provided"),
        ({"tags": "", "password_hash": "!"}, ["not_base64", "!"]),
        ({"tags": "", "password_hash": "eHg="}, "password_hash and hashing_algorithm must be as GET told them"),
        (
            {"tags": "", "password_hash": "scrypt$30$" + "A" * 22 + "==$" + "A" * 43 + "="},
            ["not_base64", "scrypt$30$" + "A" * 22 + "==$" + "A" * 29],
        ),
        ({"tags": "", "limits": {"max-queues": 1}}, "Unrecognised terms max-queues in user-limits"),
        ({"tags": "", "permissions": {"no such": ALL}}, "vhost_or_user_not_found"),
    ],
)
def test_what_a_user_cannot_be_is_refused(api: httpx.Client, user: str, body: object, reason: Any) -> None:
    reply = api.put(user, json=body)

    assert reply.status_code == 400
    found = reply.json()["reason"]
    assert found == reason if isinstance(reason, list) else found.startswith(reason)
    assert api.get(user).status_code == 404


def test_a_new_user_may_bring_permissions(api: httpx.Client, user: str, vhost: str) -> None:
    api.put(user, json={"tags": "management", "permissions": {vhost: {**ALL, "write": "^mine"}}})

    assert api.get(user + "/permissions").json() == [{"user": "ada", "vhost": vhost, **ALL, "write": "^mine"}]


def test_a_deleted_user_is_out_at_once(
    embedded_broker: EmbeddedBroker, api: httpx.Client, user: str, vhost: str
) -> None:
    api.put(user, json={"password": "secret", "tags": "management", "permissions": {vhost: ALL}})
    connection = embedded_broker.connect(vhost, "ada", "secret")

    assert api.delete(user).status_code == 204

    with pytest.raises(ConnectionClosedByBroker, match="user 'ada' is deleted"):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)
    assert not can_log_in(embedded_broker, "secret")
    assert (api.get(user).status_code, api.delete(user).status_code) == (404, 404)


def test_many_users_are_deleted_together_or_not_at_all(api: httpx.Client) -> None:
    for name in ("one", "two"):
        api.put(path("users", name), json={"tags": ""})

    refused = api.post("/users/bulk-delete", json={"users": ["one", "nobody"]})
    assert (refused.status_code, refused.json()["reason"]) == (400, ["no_such_user", "nobody"])
    assert api.get("/users/one").status_code == 200
    assert api.post("/users/bulk-delete", json={}).json()["reason"] == "[{key_missing,users}]"
    assert api.post("/users/bulk-delete", json={"users": 7}).status_code == 400

    assert api.post("/users/bulk-delete", json={"users": ["one", "two", "one"]}).status_code == 204

    assert api.get("/users/one").status_code == api.get("/users/two").status_code == 404


def test_users_are_listed_paged_and_searched(api: httpx.Client, user: str) -> None:
    api.put(user, json={"tags": ""})

    names = [each["name"] for each in api.get("/users").json()]
    assert names == sorted(names)
    assert {"ada", "guest"} <= set(names)
    assert [each["name"] for each in api.get("/users", params={"page": 1, "name": "AD"}).json()["items"]] == ["ada"]
    without = [each["name"] for each in api.get("/users/without-permissions").json()]
    assert "ada" in without
    assert "guest" not in without


def test_permissions_are_given_changed_and_taken(api: httpx.Client, user: str, vhost: str) -> None:
    api.put(user, json={"tags": "management"})
    where = path("permissions", vhost, "ada")
    granted = {"user": "ada", "vhost": vhost, **ALL, "configure": "^q"}
    assert api.get(where).status_code == 404

    assert api.put(where, json={**ALL, "configure": "^q"}).status_code == 201
    assert api.put(where, json={**ALL, "configure": "^q"}).status_code == 204

    assert api.get(where).json() == granted
    assert granted in api.get("/permissions").json()
    assert granted in api.get(path("vhosts", vhost, "permissions")).json()
    assert api.delete(where).status_code == 204
    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"configure": ""}, "[{key_missing,write},{key_missing,read}]"),
        ({**ALL, "write": 7}, ["not_string", "write"]),
        (
            {**ALL, "read": "("},
            ["invalid_regexp", "(", "not a regular expression, or one that takes too much to compile"],
        ),
    ],
)
def test_permissions_that_make_no_sense_are_refused(
    api: httpx.Client, user: str, vhost: str, body: object, reason: object
) -> None:
    api.put(user, json={"tags": "management"})

    reply = api.put(path("permissions", vhost, "ada"), json=body)

    assert (reply.status_code, reply.json()["reason"]) == (400, reason)


def test_permissions_need_a_user_and_a_vhost(api: httpx.Client, user: str, vhost: str) -> None:
    api.put(user, json={"tags": ""})

    for where in (path("permissions", vhost, "nobody"), path("permissions", "nowhere", "ada")):
        reply = api.put(where, json=ALL)
        assert (reply.status_code, reply.json()["reason"]) == (400, "vhost_or_user_not_found")
    assert api.get(path("vhosts", "nowhere", "permissions")).status_code == 404
    assert api.get(path("users", "nobody", "permissions")).status_code == 404
