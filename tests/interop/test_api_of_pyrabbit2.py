"""The ordinary life of a vhost through pyrabbit2."""

from __future__ import annotations

from typing import Any

import pytest
from pika.exceptions import ConnectionClosedByBroker
from pyrabbit2.api import Client, PermissionError
from pyrabbit2.http import HTTPError

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Door
from tests.support.embedded import EmbeddedBroker

VHOST, PERSON = "of/pyrabbit2", "ofpyrabbit2"
POLICY = {"pattern": "^q$", "definition": {"max-length": 2}, "priority": 1, "apply-to": "queues"}


def connect(door: Door, user: str = "guest", password: str = "guest") -> Any:
    secure = {"scheme": "https", "verify": str(door.ca)} if door.ca else {}
    return Client(f"{HOST}:{door.port}", user, password, timeout=PATIENCE_SECONDS, **secure)


def test_a_vhost_lives_and_ends(broker: EmbeddedBroker, api_door: Door) -> None:
    api = connect(api_door)
    assert (api.get_whoami()["name"], api.get_overview()["product_name"]) == ("guest", "Postroom")
    assert (api.get_cluster_name(), len(api.get_nodes())) == ({"name": "postroom"}, 1)
    assert api.create_vhost(VHOST) == 201
    assert api.is_alive() is True
    assert VHOST in api.get_vhost_names()

    _has_people(api, api_door)
    _moves_messages(api)
    _has_a_policy(api)
    _ends_a_connection(api, broker)

    assert VHOST in [vhost["name"] for vhost in api.get_definitions()["vhosts"]]
    assert api.delete_vhost(VHOST) == 204
    with pytest.raises(HTTPError, match="404"):
        api.get_vhost(VHOST)


def _has_people(api: Any, door: Door) -> None:
    assert api.create_user(PERSON, "secret", tags="management") == 201
    assert api.set_vhost_permissions(VHOST, PERSON, config="^its", rd=".*", wr="") == 201
    assert api.get_permission(VHOST, PERSON)["read"] == ".*"
    assert [granted["user"] for granted in api.get_vhost_permissions(VHOST)] == ["guest", PERSON]

    person = connect(door, PERSON, "secret")
    assert person.create_queue(VHOST, "its", durable=True) == 201
    with pytest.raises(PermissionError, match="Access refused"):
        person.create_queue(VHOST, "others")
    with pytest.raises(PermissionError):
        person.get_users()

    assert person.delete_queue(VHOST, "its") == 204
    assert api.delete_permission(VHOST, PERSON) == 204
    assert api.get_user_permissions(PERSON) == []
    assert api.delete_user(PERSON) == 204


def _moves_messages(api: Any) -> None:
    assert api.create_exchange(VHOST, "x", "topic") is True
    assert api.create_queue(VHOST, "q", durable=True, arguments={"x-max-length": 10}) == 201
    assert api.create_binding(VHOST, "x", "q", "order.#") == 201
    assert api.publish(VHOST, "x", "order.new", "größe", properties={"headers": HEADERS}) is True
    assert api.publish(VHOST, "x", "nobody", "lost") is False

    (kept,) = api.get_messages(VHOST, "q", requeue=True)
    (taken,) = api.get_messages(VHOST, "q", truncate=2)
    assert (kept["payload"], kept["properties"]["headers"], kept["redelivered"]) == ("größe", HEADERS, False)
    assert (taken["payload"], taken["payload_bytes"], taken["redelivered"]) == ("gr", 7, True)
    assert api.get_queue_depth(VHOST, "q") == 0

    assert [queue["name"] for queue in api.get_queues(VHOST, pattern="^Q$", regex=True)] == ["q"]
    assert {bound["source"] for bound in api.get_queue_bindings(VHOST, "q")} == {"", "x"}
    # What it calls a routing key goes into the path as it is.
    assert api.delete_binding(VHOST, "x", "q", "order.%23") == 204
    assert api.delete_exchange(VHOST, "x") is True
    with pytest.raises(HTTPError, match="inequivalent arg 'durable'"):
        api.create_queue(VHOST, "q", durable=False, arguments={"x-max-length": 10})


def _has_a_policy(api: Any) -> None:
    assert api.create_policy(VHOST, "short", **POLICY) == 201
    assert api.get_policy(VHOST, "short")["definition"] == {"max-length": 2}
    assert api.get_queue(VHOST, "q")["policy"] == "short"
    for number in range(3):
        assert api.publish(VHOST, "amq.default", "q", str(number)) is True
    assert api.get_queue_depth(VHOST, "q") == 2
    assert api.purge_queue(VHOST, "q") == 204
    assert api.delete_policy(VHOST, "short") == 204
    with pytest.raises(HTTPError, match="are not recognised policy settings"):
        api.create_policy(VHOST, "mirrors", **{**POLICY, "definition": {"ha-mode": "all"}})
    # Shovels are a plugin's, and it is not there.
    assert api.get_all_shovels() == []
    with pytest.raises(HTTPError, match="component shovel not found"):
        api.create_shovel(VHOST, "s", value={"src-uri": "amqp://", "dest-uri": "amqp://"})


def _ends_a_connection(api: Any, broker: EmbeddedBroker) -> None:
    connection = broker.connect(VHOST)
    connection.channel()
    (name,) = [each["name"] for each in api.get_connections() if each["vhost"] == VHOST]
    assert api.get_connection(name)["channels"] == 1
    assert api.get_channel(f"{name} (1)")["connection_details"]["name"] == name

    assert api.delete_connection(name) is True

    with pytest.raises(ConnectionClosedByBroker, match="Closed via management plugin"):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)
