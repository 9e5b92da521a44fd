"""The ordinary life of a vhost through rabbitmq-admin, which brings queues in as definitions."""

from __future__ import annotations

from typing import Any

import pytest
from rabbitmq_admin import AdminAPI
from requests import HTTPError

from tests.interop.steps import HOST, Door
from tests.support.embedded import EmbeddedBroker

VHOST, PERSON = "of/rabbitmq-admin", "of-rabbitmq-admin"
DEFINITIONS = {
    "queues": [{"vhost": VHOST, "name": "q", "durable": True, "auto_delete": False, "arguments": {}}],
    "bindings": [
        {
            "vhost": VHOST,
            "source": "x",
            "destination": "q",
            "destination_type": "queue",
            "routing_key": "order.#",
            "arguments": {},
        }
    ],
}


@pytest.fixture
def api(api_door: Door) -> Any:
    scheme = "http" if api_door.ca is None else "https"
    return AdminAPI(url=f"{scheme}://{HOST}:{api_door.port}", auth=("guest", "guest"))


def test_a_vhost_lives_and_ends(broker: EmbeddedBroker, api: Any) -> None:
    (node,) = api.list_nodes()
    assert api.get_node(node["name"])["uptime"] > 0
    assert (api.whoami()["name"], api.get_cluster_name()) == ("guest", {"name": "postroom"})
    api.create_vhost(VHOST)
    assert api.is_vhost_alive(VHOST) == {"status": "ok"}

    _has_people(api)
    _has_a_topology(api)
    _sees_a_connection(api, broker)

    api.delete_vhost(VHOST)
    with pytest.raises(HTTPError, match="404"):
        api.get_vhost(VHOST)


def _has_people(api: Any) -> None:
    api.create_user(PERSON, "secret", tags=["management", "own"])
    assert api.get_user(PERSON)["tags"] == ["management", "own"]
    api.create_user_permission(PERSON, VHOST, read="^q")
    assert api.get_user_permission(VHOST, PERSON)["read"] == "^q"
    assert api.list_user_permissions(PERSON)[0]["vhost"] == VHOST
    api.delete_user_permission(PERSON, VHOST)
    api.delete_user(PERSON)
    assert PERSON not in [user["name"] for user in api.list_users()]


def _has_a_topology(api: Any) -> None:
    body = {"type": "topic", "durable": True, "auto_delete": False, "internal": False, "arguments": []}
    api.create_exchange_for_vhost("x", VHOST, body)
    api.post_definitions(DEFINITIONS)
    bindings = {(bound["source"], bound["routing_key"]) for bound in api.list_bindings_for_vhost(VHOST)}
    assert bindings == {("", "q"), ("x", "order.#")}
    assert {"q", "x"} <= {
        each["name"]
        for kind in ("queues", "exchanges")
        for each in api.get_definitions()[kind]
        if each["vhost"] == VHOST
    }
    api.create_policy_for_vhost(VHOST, "short", {"max-length": 5}, pattern="^q$", apply_to="queues")
    assert api.get_policy_for_vhost(VHOST, "short")["apply-to"] == "queues"
    api.delete_policy_for_vhost(VHOST, "short")
    assert api.list_policies_for_vhost(VHOST) == []
    with pytest.raises(HTTPError, match="400"):
        api.delete_exchange_for_vhost("x", VHOST, if_unused=True)
    api.delete_exchange_for_vhost("x", VHOST)


def _sees_a_connection(api: Any, broker: EmbeddedBroker) -> None:
    with broker.connect(VHOST) as connection:
        channel = connection.channel()
        channel.basic_consume("q", lambda *_: None, consumer_tag="reader")
        assert [each["consumer_tag"] for each in api.list_consumers_for_vhost(VHOST)] == ["reader"]
        assert VHOST in [each["vhost"] for each in api.list_channels()]
        (name,) = [each["name"] for each in api.list_connections() if each["vhost"] == VHOST]
        # It writes spaces in a path as plus signs, which are plus signs there for RabbitMQ, too.
        with pytest.raises(HTTPError, match="404"):
            api.delete_connection(name, reason="of the test")
