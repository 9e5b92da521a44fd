"""Definitions out and in: files of RabbitMQ 3.x and 4.x, of everything and of one vhost, all of a file or none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import client
from tests.brokerctl.management.exports import EVERYTHING_OF_3_8, ONE_VHOST_OF_4_1, Json, hashed
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Not the one of the session: a file may change anything."""
    with embedded.running(tmp_path_factory.mktemp("definitions")) as found:
        yield found


@pytest.fixture
def root(broker: EmbeddedBroker) -> Iterator[httpx.Client]:
    with client(broker, "guest", "guest") as found:
        yield found


@pytest.fixture
def place(root: httpx.Client) -> Iterator[str]:
    root.put(path("vhosts", "here")).raise_for_status()
    yield "here"
    root.delete(path("vhosts", "here"))


def unordered(rows: list[Json]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def exported(api: httpx.Client, vhost: str | None = None) -> Json:
    found: Json = api.get(path("definitions", *([vhost] if vhost else []))).raise_for_status().json()
    return found


def test_a_file_of_everything_comes_back_with_nothing_lost(root: httpx.Client, broker: EmbeddedBroker) -> None:
    assert root.post("/definitions", json=EVERYTHING_OF_3_8).status_code == 204

    found = exported(root)
    for section in ("permissions", "topic_permissions", "parameters", "policies", "exchanges", "bindings"):
        rows = [row for row in found[section] if row["vhost"] == "three"]
        assert unordered(rows) == unordered(EVERYTHING_OF_3_8[section]), section
    queues = [{**row, "type": "classic"} for row in EVERYTHING_OF_3_8["queues"]]
    assert unordered([row for row in found["queues"] if row["vhost"] == "three"]) == unordered(queues)
    assert EVERYTHING_OF_3_8["global_parameters"][0] in found["global_parameters"]
    users = {user["name"]: (user["password_hash"], user["hashing_algorithm"], user["tags"]) for user in found["users"]}
    assert users["old"] == (hashed("sha512"), "rabbit_password_hashing_sha512", ["management", "monitoring"])
    assert users["older"] == (hashed("md5"), "rabbit_password_hashing_md5", ["administrator"])
    assert users["mute"][0] == ""
    for name in ("old", "older"):
        with client(broker, name, "secret") as person:
            assert person.get("/whoami").json()["name"] == name
    assert root.get(path("queues", "three", "q")).json()["effective_policy_definition"]["max-length"] == 5
    assert root.post("/definitions", json=found).status_code == 204
    assert exported(root) == found


def test_a_file_of_one_vhost_goes_into_any_vhost(root: httpx.Client, place: str) -> None:
    assert root.post(path("definitions", place), json=ONE_VHOST_OF_4_1).status_code == 204

    found = exported(root, place)
    limits = {"component": "vhost-limits", "name": "limits", "value": {"max-connections": 7}}
    expected = {**ONE_VHOST_OF_4_1, "parameters": [limits, *ONE_VHOST_OF_4_1["parameters"]]}
    for key in ("description", "metadata", "limits", "rabbitmq_definition_format"):
        assert found[key] == expected[key]
    assert found["original_vhost_name"] == place
    for section in ("parameters", "policies", "exchanges", "queues", "bindings"):
        assert unordered(found[section]) == unordered(expected[section])
    assert [queue["name"] for queue in root.get(path("queues", place)).json()] == ["orders"]


def test_what_is_kept_only_survives_a_restart_and_is_deleted_by_its_name(tmp_path: Path) -> None:
    with embedded.running(tmp_path) as first, client(first, "guest", "guest") as root:
        root.post(path("definitions", "/"), json=ONE_VHOST_OF_4_1).raise_for_status()
        before = exported(root, "/")

    with embedded.running(tmp_path) as again, client(again, "guest", "guest") as root:
        assert exported(root, "/") == before
        assert root.delete(path("queues", "/", "events")).status_code == 204
        assert root.delete(path("queues", "/", "events")).status_code == 404
        after = exported(root, "/")

    assert [queue["name"] for queue in after["queues"]] == ["orders"]
    assert [binding["destination"] for binding in after["bindings"]] == ["orders"]


@pytest.mark.parametrize(
    ("section", "item", "reason"),
    [
        ("queues", {"vhost": "here"}, "queues[1]: not_string name"),
        ("queues", {"name": "x"}, "queues[1] 'x': says no vhost; a file of one vhost is imported under"),
        ("queues", {"name": "x", "vhost": "no"}, "queue 'x' in vhost 'no': vhost 'no' is neither here nor in the file"),
        (
            "queues",
            {"name": "x", "vhost": "here", "arguments": {"x-max-length": "5"}},
            "queue 'x' in vhost 'here': invalid arg 'x-max-length'",
        ),
        (
            "queues",
            {"name": "x", "vhost": "here", "arguments": {"x-queue-type": "quorum"}},
            "queue 'x' in vhost 'here': invalid property 'non-durable'",
        ),
        ("queues", {"name": "x" * 256, "vhost": "here"}, "name takes at most 255 bytes"),
        (
            "exchanges",
            {"name": "x", "vhost": "here", "type": "fanuot"},
            "exchange 'x' in vhost 'here': unknown exchange",
        ),
        ("exchanges", {"name": "x", "vhost": "here"}, "exchanges[0] 'x': not_string type"),
        (
            "bindings",
            {"source": "no", "destination": "fine", "destination_type": "queue", "vhost": "here"},
            "binding of queue 'fine' to exchange 'no' with key '' in vhost 'here': exchange 'no' is neither here nor",
        ),
        (
            "permissions",
            {"user": "no", "vhost": "here", "configure": "", "write": "", "read": ""},
            "user 'no' is neither",
        ),
        (
            "permissions",
            {"user": "guest", "vhost": "here", "configure": "(", "write": "", "read": ""},
            "permissions[0] 'guest': invalid_regexp (",
        ),
        (
            "users",
            {"name": "x", "password_hash": "eA==", "tags": ""},
            "users[0] 'x': password_hash and hashing_algorithm",
        ),
        ("users", {"name": "x", "tags": "", "limits": {"max-queues": 1}}, "user 'x': Unrecognised terms max-queues"),
        (
            "policies",
            {"name": "p", "vhost": "here", "pattern": "(", "definition": {"max-length": 1}},
            "policy 'p' in vhost 'here': Validation failed",
        ),
        (
            "policies",
            {"name": "p", "vhost": "here", "pattern": "", "definition": {"max-length": -1}},
            "policy 'p' in vhost 'here': Validation failed\n\n-1 is not a valid maximum length",
        ),
        (
            "parameters",
            {"vhost": "here", "component": "shovel", "name": "s"},
            "parameters[0] 's': [{key_missing,value}]",
        ),
        (
            "parameters",
            {"vhost": "here", "component": "vhost-limits", "name": "limits", "value": {"max-queues": 0}},
            "queue limit in vhost 'here' (0)",
        ),
        ("vhosts", {"name": 7}, "vhosts[0]: not_string name"),
        ("vhosts", "here", "vhosts must be a list of objects"),
    ],
)
def test_one_wrong_item_is_named_and_nothing_is_applied(
    root: httpx.Client, place: str, section: str, item: Any, reason: str
) -> None:
    before = exported(root)
    file: Json = {
        "users": [],
        "queues": [{"name": "fine", "vhost": place, "durable": True}],
        "vhosts": [],
    }
    file[section] = [*file.get(section, []), item]

    reply = root.post("/definitions", json=file)

    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
    assert reason in reply.json()["reason"]
    assert exported(root) == before


def test_limits_of_a_file_take_the_place_of_those_there_are(root: httpx.Client, place: str) -> None:
    """They are one parameter, and its value is replaced; `_check_limits` counts on that, too."""
    root.put(path("vhost-limits", place, "max-queues"), json={"value": 1}).raise_for_status()
    given = {"vhost": place, "component": "vhost-limits", "name": "limits", "value": {"max-connections": 7}}
    file = {"parameters": [given], "queues": [{"name": name, "vhost": place} for name in ("q", "r", "s")]}

    assert root.post("/definitions", json=file).status_code == 204

    assert root.get(path("vhost-limits", place)).json() == [{"vhost": place, "value": {"max-connections": 7}}]
    assert root.put(path("queues", place, "t"), json={}).status_code == 201


def test_what_is_there_stays_or_is_overwritten_as_with_rabbitmq(root: httpx.Client, place: str) -> None:
    root.put(path("queues", place, "q"), json={"durable": True}).raise_for_status()
    policy = {"name": "p", "pattern": "q", "definition": {"max-length": 1}}
    root.put(path("policies", place, "p"), json=policy).raise_for_status()
    file = {
        "queues": [{"name": "q", "durable": False, "arguments": {"x-max-length": 1}}, {"name": "r"}],
        "policies": [{**policy, "definition": {"max-length": 2}}],
    }

    assert root.post(path("definitions", place), json=file).status_code == 204

    queues = {queue["name"]: queue for queue in exported(root, place)["queues"]}
    assert (queues["q"]["durable"], queues["q"]["arguments"], queues["r"]["durable"]) == (True, {}, False)
    assert root.get(path("queues", place, "q")).json()["effective_policy_definition"] == {"max-length": 2}


def test_a_file_is_uploaded_by_a_form_and_downloaded_under_a_name(root: httpx.Client, place: str) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps({"queues": [{"name": "über"}]}, ensure_ascii=False).encode()
    where = path("definitions", place)

    assert root.post(where, files={"file": ("x.json", raw)}).status_code == 204
    reply = root.post(where, files={"file": ("x.json", raw)}, data={"redirect": "../#/done"})
    assert (reply.status_code, reply.headers["location"]) == (303, "../#/done")
    reply = root.get(where, params={"download": "shop.json"})

    assert reply.headers["content-disposition"] == "attachment; filename=shop.json"
    assert [queue["name"] for queue in reply.json()["queues"]] == ["über"]
    assert root.get("/all-configuration").json() == exported(root)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b"x", "application/json", 400, "failed_to_parse_json"),
        (b"[]", "application/json", 400, "failed_to_parse_json"),
        (b"", "application/json", 204, ""),
        (b"{}", "text/plain", 415, "multipart/form-data with a field 'file'"),
        (b"{}", "multipart/form-data", 400, "no boundary"),
        (b"--b\r\n\r\n{}", "multipart/form-data; boundary=b", 400, "cut off"),
        (
            b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n{}\r\n--b--",
            "multipart/form-data; boundary=b",
            400,
            "no field",
        ),
    ],
)
def test_what_is_no_file_of_definitions_is_refused(
    root: httpx.Client, body: bytes, content_type: str, status: int, reason: str
) -> None:
    reply = root.post("/definitions", content=body, headers={"content-type": content_type})

    assert reply.status_code == status
    assert reason in reply.text


@pytest.mark.parametrize(
    "redirect",
    [
        "https://elsewhere.example/",
        "http://[",
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        " \\/elsewhere.example",
        "x\ny",
    ],
)
def test_a_form_cannot_send_people_elsewhere(root: httpx.Client, redirect: str) -> None:
    reply = root.post("/definitions", files={"file": b"{}"}, data={"redirect": redirect})

    assert (reply.status_code, reply.json()["reason"]) == (400, "redirect: a path of this broker")


def test_unknown_vhost_and_bad_name_are_told(root: httpx.Client) -> None:
    for reply, status, reason in (
        (root.get(path("definitions", "nowhere")), 400, "vhost_not_found"),
        (root.post(path("definitions", "nowhere"), json={}), 404, "vhost_not_found"),
        (root.get("/definitions", params={"download": 'x"y'}), 400, "download: a file name"),
    ):
        assert reply.status_code == status
        assert reason in reply.json()["reason"]


def test_a_real_rabbitmq_gets_back_what_it_gave(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    vhost, user = f"defs-{os.getpid()}", f"keeper-{os.getpid()}"
    with rabbitmq.api() as real, embedded.running(tmp_path) as own, client(own, "guest", "guest") as root:
        _play(real, vhost, user)
        before = exported(real)
        root.post("/definitions", json=before).raise_for_status()
        ours = exported(root)
        for where in (path("vhosts", vhost), path("users", user), path("global-parameters", user)):
            real.delete(where).raise_for_status()

        real.post("/definitions", json=ours).raise_for_status()

        after = exported(real)
        for where in (path("vhosts", vhost), path("users", user), path("global-parameters", user)):
            real.delete(where)
    for section, rows in before.items():
        if isinstance(rows, list):
            assert any(vhost in row.values() or user in row.values() for row in rows), f"{section} has nothing of ours"
            assert unordered(after[section]) == unordered(rows), section


def _play(real: httpx.Client, vhost: str, user: str) -> None:
    """A vhost with some of everything that RabbitMQ 3.10 can keep."""
    limits = {"value": 50}
    policy = {"pattern": "^q", "definition": {"max-length": 5, "ha-mode": "all"}, "priority": 3, "apply-to": "queues"}
    shovel = {"value": {"src-uri": "amqp://", "src-queue": "q", "dest-uri": "amqp://", "dest-queue": "r"}}
    stream = {"durable": True, "arguments": {"x-queue-type": "stream", "x-max-age": "1D"}}
    quorum = {"durable": True, "arguments": {"x-queue-type": "quorum", "x-delivery-limit": 5}}
    for where, body in (
        (path("vhosts", vhost), {"description": "the shop", "tags": "prod,eu"}),
        (path("users", user), {"password": "secret", "tags": "management,policymaker"}),
        (path("user-limits", user, "max-connections"), {"value": 5}),
        (path("permissions", vhost, user), {"configure": "^a", "write": ".*", "read": ""}),
        (path("topic-permissions", vhost, user), {"exchange": "topic", "write": "^k", "read": ".*"}),
        (path("vhost-limits", vhost, "max-queues"), limits),
        (path("policies", vhost, "p"), policy),
        (path("operator-policies", vhost, "o"), {"pattern": ".*", "definition": {"expires": 5000000}}),
        (path("parameters", "shovel", vhost, "s"), shovel),
        (path("global-parameters", user), {"value": {"a": [1, 2.5, None, True]}}),
        *(
            (path("exchanges", vhost, kind), {"type": kind, "durable": True, "arguments": {"alternate-exchange": "x"}})
            for kind in ("direct", "fanout", "topic", "headers")
        ),
        (path("exchanges", vhost, "inner"), {"type": "fanout", "durable": True, "internal": True}),
        (path("exchanges", vhost, "passing"), {"type": "fanout", "auto_delete": True}),
        (path("queues", vhost, "q"), {"durable": True, "arguments": {"x-max-priority": 5, "x-message-ttl": 60000}}),
        (path("queues", vhost, "quorum"), quorum),
        (path("queues", vhost, "stream"), stream),
        (path("queues", vhost, "passing"), {"auto_delete": True}),
    ):
        real.put(where, json=body).raise_for_status()
    arguments = {"x-match": "any", "n": 1, "list": ["a", {"b": 2}]}
    for source, to, destination in (
        ("direct", "q", "q"),
        ("headers", "q", "quorum"),
        ("topic", "q", "stream"),
        ("topic", "e", "fanout"),
        ("inner", "q", "passing"),
        ("amq.rabbitmq.trace", "q", "q"),
    ):
        body = {"routing_key": "k.#", "arguments": arguments}
        real.post(path("bindings", vhost, "e", source, to, destination), json=body).raise_for_status()
