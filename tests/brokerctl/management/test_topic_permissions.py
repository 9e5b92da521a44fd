"""Topic permissions over the API, and over AMQP what they refuse."""

from __future__ import annotations

import httpx
import pika.exceptions
import pytest

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.support.embedded import EmbeddedBroker


def granted(exchange: str = "amq.topic", write: str = "^{username}", read: str = ".*") -> dict[str, str]:
    return {"exchange": exchange, "write": write, "read": read}


@pytest.fixture
def person(login: Login, vhost: str) -> str:
    return str(login("management", vhost).get("/whoami").json()["name"])


def test_topic_permissions_are_granted_listed_and_taken_away(api: httpx.Client, vhost: str, person: str) -> None:
    where = path("topic-permissions", vhost, person)
    assert api.get(where).status_code == 404
    assert api.put(where, json=granted()).status_code == 201
    assert api.put(where, json=granted("other")).status_code == 204

    shown = [{"user": person, "vhost": vhost, **granted(name)} for name in ("amq.topic", "other")]
    assert api.get(where).json() == shown
    assert api.get(path("vhosts", vhost, "topic-permissions")).json() == shown
    assert api.get(path("users", person, "topic-permissions")).json() == shown
    assert all(each in api.get("/topic-permissions").json() for each in shown)

    assert api.delete(path("topic-permissions", vhost, person, "other")).status_code == 204
    assert api.get(where).json() == shown[:1]
    assert api.delete(where).status_code == 204
    assert api.delete(where).status_code == 404


def test_key_that_is_not_allowed_closes_the_channel(
    api: httpx.Client, vhost: str, person: str, embedded_broker: EmbeddedBroker
) -> None:
    api.put(path("topic-permissions", vhost, person), json=granted()).raise_for_status()

    with embedded_broker.connect(vhost, person, "secret") as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("amq.topic", f"{person}.mine", b"")
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refused:
            channel.basic_publish("amq.topic", "other", b"")

    assert refused.value.reply_code == 403
    assert "write access to topic 'other' in exchange 'amq.topic'" in refused.value.reply_text


@pytest.mark.parametrize(
    ("where", "body", "reason"),
    [
        ("/topic-permissions/%2F/guest", {}, "[{key_missing,exchange},{key_missing,write},{key_missing,read}]"),
        ("/topic-permissions/%2F/nobody", granted(), "vhost_or_user_not_found"),
        ("/topic-permissions/nowhere/guest", granted(), "vhost_or_user_not_found"),
        ("/topic-permissions/%2F/guest", granted(write="("), ["invalid_regexp", "(", "not a regular expression"]),
    ],
)
def test_wrong_topic_permission_is_refused(
    api: httpx.Client, where: str, body: dict[str, str], reason: str | list[str]
) -> None:
    reply = api.put(where, json=body)

    assert (reply.status_code, reply.json()["reason"]) == (400, reason)
