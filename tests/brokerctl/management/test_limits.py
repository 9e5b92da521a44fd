"""Limits of vhosts and users over the API, and over AMQP what they refuse."""

from __future__ import annotations

import httpx
import pika.exceptions
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.support.embedded import EmbeddedBroker


def name_of(person: httpx.Client) -> str:
    return str(person.get("/whoami").json()["name"])


def test_limits_of_a_vhost_are_set_listed_and_cleared(api: httpx.Client, vhost: str) -> None:
    assert api.get(path("vhost-limits", vhost)).json() == []
    for name, value in (("max-queues", 1), ("max-connections", 2)):
        assert api.put(path("vhost-limits", vhost, name), json={"value": value}).status_code == 204

    listed = {"vhost": vhost, "value": {"max-queues": 1, "max-connections": 2}}
    assert api.get(path("vhost-limits", vhost)).json() == [listed]
    assert listed in api.get("/vhost-limits").json()
    assert api.get(path("parameters", "vhost-limits", vhost)).json() == [
        {"component": "vhost-limits", "name": "limits", **listed}
    ]
    assert api.delete(path("vhost-limits", vhost, "max-connections")).status_code == 204
    assert api.get(path("vhost-limits", vhost)).json() == [{"vhost": vhost, "value": {"max-queues": 1}}]


def test_queue_above_the_limit_is_refused_on_every_door(
    api: httpx.Client, vhost: str, embedded_broker: EmbeddedBroker, login: Login
) -> None:
    api.put(path("vhost-limits", vhost, "max-queues"), json={"value": 0})
    text = f"queue limit in vhost '{vhost}' (0) is reached"

    assert text in api.put(path("queues", vhost, "q"), json={}).json()["reason"]
    with embedded_broker.connect(vhost) as connection, pytest.raises(pika.exceptions.ChannelClosedByBroker) as refused:
        connection.channel().queue_declare("q")

    assert (refused.value.reply_code, text in refused.value.reply_text) == (406, True)


def test_limits_of_a_user_are_set_listed_and_cleared(api: httpx.Client, vhost: str, login: Login) -> None:
    person = login("management", vhost)
    name = name_of(person)
    for limit in ("max-connections", "max-channels"):
        assert api.put(path("user-limits", name, limit), json={"value": 7}).status_code == 204

    listed = {"user": name, "value": {"max-connections": 7, "max-channels": 7}}
    assert listed in api.get("/user-limits").json()
    assert person.get(path("user-limits", name)).json() == [listed]
    assert api.get(path("users", name)).json()["limits"] == listed["value"]
    assert person.get(path("user-limits", "guest")).status_code == 401
    assert person.put(path("user-limits", name, "max-channels"), json={"value": 9}).status_code == 401
    assert api.delete(path("user-limits", name, "all")).status_code == 204
    assert api.get(path("user-limits", name)).json() == []


def test_connection_and_channel_above_the_limit_are_refused(
    api: httpx.Client, vhost: str, login: Login, embedded_broker: EmbeddedBroker
) -> None:
    name = name_of(login("management", vhost))
    api.put(path("user-limits", name, "max-connections"), json={"value": 1})
    api.put(path("user-limits", name, "max-channels"), json={"value": 1})

    with embedded_broker.connect(vhost, name, "secret") as connection:
        with pytest.raises(pika.exceptions.ProbableAccessDeniedError, match="user connection limit"):
            embedded_broker.connect(vhost, name, "secret")
        connection.channel()
        with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as refused:
            connection.channel()

    assert refused.value.reply_code == 530
    assert f"number of channels opened for user '{name}'" in refused.value.reply_text


@pytest.mark.parametrize(
    ("where", "body", "status", "reason"),
    [
        ("/vhost-limits/{}/max-nothing", {"value": 1}, 400, "Unrecognised terms max-nothing in limits"),
        ("/vhost-limits/{}/max-queues", {"value": "1"}, 400, "max-queues should be a number"),
        ("/vhost-limits/{}/max-queues", {}, 400, "[{key_missing,value}]"),
        ("/user-limits/guest/max-queues", {"value": 1}, 400, "Unrecognised terms max-queues in user-limits"),
        ("/user-limits/nobody/max-channels", {"value": 1}, 400, "nobody"),
        ("/vhost-limits/nowhere/max-queues", {"value": 1}, 404, "vhost_not_found"),
    ],
)
def test_wrong_limit_is_refused(
    api: httpx.Client, vhost: str, where: str, body: dict[str, object], status: int, reason: str
) -> None:
    reply = api.put(where.format(path(vhost)[1:]), json=body)

    assert reply.status_code == status
    assert reason in reply.json()["reason"]
