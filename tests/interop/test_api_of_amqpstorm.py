"""The ordinary life of a vhost through amqpstorm's management API."""

from __future__ import annotations

from typing import Any

import pytest
from amqpstorm.management.api import ManagementApi
from amqpstorm.management.exception import ApiError
from pika.exceptions import ConnectionClosedByBroker

from tests.interop.steps import HEADERS, HOST, PATIENCE_SECONDS, Door
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import wait_until

VHOST, PERSON = "of/amqpstorm", "ofamqpstorm"


def connect(door: Door, user: str = "guest", password: str = "guest") -> Any:
    scheme, verify = ("https", str(door.ca)) if door.ca else ("http", None)
    return ManagementApi(f"{scheme}://{HOST}:{door.port}", user, password, timeout=PATIENCE_SECONDS, verify=verify)


def test_a_vhost_lives_and_ends(broker: EmbeddedBroker, api_door: Door) -> None:
    api = connect(api_door)
    node = api.overview()["node"]
    assert (api.whoami()["name"], api.node(node)["running"], api.cluster_name()["name"]) == ("guest", True, "postroom")
    assert api.healthchecks.get() == api.healthchecks.get(node) == {"status": "ok"}
    api.virtual_host.create(VHOST)
    assert api.aliveness_test(VHOST) == {"status": "ok"}

    _has_people(api, api_door)
    _moves_messages(api)
    _ends_a_connection(api, broker)

    api.virtual_host.delete(VHOST)
    assert VHOST not in [vhost["name"] for vhost in api.virtual_host.list()]
    with pytest.raises(ApiError, match="NOT-FOUND"):
        api.virtual_host.get(VHOST)


def _has_people(api: Any, door: Door) -> None:
    api.user.create(PERSON, "secret", tags="management")
    api.user.set_permission(PERSON, VHOST, configure_regex="^its", write_regex=".*", read_regex="")
    assert api.user.get_permission(PERSON, VHOST)["configure"] == "^its"
    assert [granted["user"] for granted in api.virtual_host.get_permissions(VHOST)] == ["guest", PERSON]

    person = connect(door, PERSON, "secret")
    person.queue.declare("its", VHOST, durable=True)
    with pytest.raises(ApiError, match="401"):
        person.queue.declare("others", VHOST)
    with pytest.raises(ApiError, match="401"):
        person.basic.get("its", VHOST)
    with pytest.raises(ApiError, match="401"):
        connect(door, PERSON, "wrong").overview()

    person.queue.delete("its", VHOST)
    api.user.delete_permission(PERSON, VHOST)
    assert api.user.get_permissions(PERSON) == []
    api.user.delete([PERSON])
    assert PERSON not in [user["name"] for user in api.user.list()]


def _moves_messages(api: Any) -> None:
    api.exchange.declare("x", "topic", VHOST, durable=True)
    api.queue.declare("q", VHOST, durable=True, arguments={"x-max-length": 10})
    api.queue.bind("q", "x", "order/new", VHOST)
    assert api.basic.publish("größe", "order/new", "x", VHOST, {"headers": HEADERS}) == {"routed": True}
    assert api.basic.publish("lost", "nobody", "x", VHOST) == {"routed": False}

    (kept,) = api.basic.get("q", VHOST, requeue=True)
    (taken,) = api.basic.get("q", VHOST)
    assert (kept.body, taken.body, taken.properties["headers"]) == ("größe", "größe", HEADERS)
    assert api.basic.get("q", VHOST) == []

    for number in range(3):
        api.queue.declare(f"many-{number}", VHOST)
    assert [queue["name"] for queue in api.queue.list(VHOST, page_size=2)] == ["many-0", "many-1", "many-2", "q"]
    assert [queue["name"] for queue in api.queue.list(VHOST, name="^Q$", use_regex=True)] == ["q"]
    # It puts the key into the path as the list tells it.
    (key,) = [bound["properties_key"] for bound in api.queue.bindings("q", VHOST) if bound["source"] == "x"]
    api.queue.unbind("q", "x", virtual_host=VHOST, properties_key=key)
    assert [bound["source"] for bound in api.queue.bindings("q", VHOST)] == [""]

    api.basic.publish("purged", "q", virtual_host=VHOST)
    api.queue.purge("q", VHOST)
    assert api.queue.declare("q", VHOST, passive=True)["messages"] == 0
    with pytest.raises(ApiError, match="400"):
        api.queue.declare("q", VHOST, durable=False)
    api.exchange.delete("x", VHOST)


def _ends_a_connection(api: Any, broker: EmbeddedBroker) -> None:
    connection = broker.connect(VHOST)
    connection.channel()
    wait_until(lambda: [each["vhost"] for each in api.channel.list()].count(VHOST) == 1, within=PATIENCE_SECONDS)
    (name,) = [each["name"] for each in api.connection.list() if each["vhost"] == VHOST]
    assert api.connection.get(name)["channels"] == 1

    api.connection.close(name, reason="of the test")

    with pytest.raises(ConnectionClosedByBroker, match="of the test"):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)
