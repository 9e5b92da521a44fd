"""Vhosts over the API: create, describe, list, delete with all that is in them."""

from __future__ import annotations

import httpx
import pytest
from pika.exceptions import ConnectionClosedByBroker

from brokerctl.names import path
from tests.brokerctl.management.conftest import Login
from tests.brokerctl.management.test_queues import publish
from tests.support.embedded import EmbeddedBroker
from tests.support.waiting import PATIENCE_SECONDS, wait_until


def test_whoever_makes_a_vhost_may_use_it(api: httpx.Client) -> None:
    where = path("vhosts", "new/one")
    assert api.put(where, json={"description": "of tests", "tags": "a,b"}).status_code == 201

    shown = api.get(where).json()

    assert (shown["name"], shown["description"], shown["tags"]) == ("new/one", "of tests", ["a", "b"])
    assert shown["metadata"] == {"description": "of tests", "tags": ["a", "b"]}
    assert (shown["messages"], shown["tracing"]) == (0, False)
    assert list(shown["cluster_state"].values()) == ["running"]
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    assert api.get(where + "/permissions").json() == [{"user": "guest", "vhost": "new/one", **rights}]
    assert api.put(where, json={"description": "anew"}).status_code == 204
    assert api.get(where).json()["description"] == "anew"
    assert api.delete(where).status_code == 204
    assert (api.get(where).status_code, api.delete(where).status_code) == (404, 404)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"description": 7}, ["not_string", "description"]),
        ({"tags": 7}, "tags must be a list of texts, or one text with commas"),
        (
            {"default_queue_type": "stream"},
            "default_queue_type: there are classic and quorum queues here",
        ),
        (
            {"tracing": True},
            "tracing: there is no amq.rabbitmq.trace here; GET /vhosts/NAME/firehose shows messages as they pass",
        ),
    ],
)
def test_what_a_vhost_cannot_be_is_refused(api: httpx.Client, body: object, reason: object) -> None:
    reply = api.put(path("vhosts", "never"), json=body)

    assert (reply.status_code, reply.json()["reason"]) == (400, reason)
    assert api.get(path("vhosts", "never")).status_code == 404


def test_deleting_takes_connections_queues_and_permissions_along(
    embedded_broker: EmbeddedBroker, api: httpx.Client, login: Login
) -> None:
    api.put(path("vhosts", "doomed"))
    person = login("management", "doomed")
    name = person.get("/whoami").json()["name"]
    api.put(path("queues", "doomed", "q"), json={"durable": True})
    publish(api, "doomed", "q", delivery_mode=2)
    connection = embedded_broker.connect("doomed")

    assert api.delete(path("vhosts", "doomed")).status_code == 204

    with pytest.raises(ConnectionClosedByBroker, match="vhost 'doomed' is deleted"):
        connection.process_data_events(time_limit=PATIENCE_SECONDS)
    assert api.get(path("users", name, "permissions")).json() == []
    api.put(path("vhosts", "doomed"))
    assert api.get(path("queues", "doomed")).json() == []
    api.delete(path("vhosts", "doomed"))


def test_lengths_and_counters_of_a_vhost_outlive_queues_and_channels(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("gone")
        channel.queue_declare("kept")
        for name in ("gone", "kept", "kept"):
            channel.basic_publish("", name, b"x")
        channel.queue_delete("gone")

    shown = api.get(path("vhosts", vhost)).json()

    assert (shown["messages"], shown["messages_ready"], shown["messages_unacknowledged"]) == (2, 2, 0)
    assert (shown["message_stats"]["publish"], shown["message_stats"]["confirm"]) == (3, 3)


def test_people_list_their_vhosts_and_monitors_all(api: httpx.Client, vhost: str, login: Login) -> None:
    def names(person: httpx.Client) -> set[str]:
        return {each["name"] for each in person.get("/vhosts").json()}

    assert names(login("management", vhost)) == {vhost}
    assert names(login("management")) == set()
    assert {"/", vhost} <= names(login("monitoring"))
    assert {"/", vhost} <= names(api)


def test_only_administrators_change_vhosts(vhost: str, login: Login) -> None:
    person = login("policymaker,monitoring", vhost)

    for reply in (person.put("/vhosts/mine"), person.delete(path("vhosts", vhost)), person.get(path("vhosts", vhost))):
        assert (reply.status_code, reply.json()["reason"]) == (401, "Not administrator user")


def test_queues_are_of_the_vhosts_type_where_they_can_be(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    where = path("vhosts", vhost)
    assert api.get(where).json()["default_queue_type"] == "classic"
    api.put(where, json={"default_queue_type": "quorum"}).raise_for_status()
    with embedded_broker.connect(vhost) as connection:
        channel = connection.channel()
        channel.queue_declare("mine", exclusive=True)
        channel.queue_declare("kept", durable=True)
        api.put(path("queues", vhost, "said"), json={"durable": True, "arguments": {"x-queue-type": "classic"}})
        api.put(path("queues", vhost, "short"), json={})

        kinds = {queue["name"]: queue["type"] for queue in api.get(path("queues", vhost)).json()}

        assert kinds == {"mine": "classic", "kept": "quorum", "said": "classic", "short": "classic"}
        channel.queue_declare("kept", durable=True)
    # Described anew without a word about the type, the vhost keeps it.
    api.put(where, json={"description": "anew"}).raise_for_status()
    assert api.get(where).json()["metadata"] == {"description": "anew", "tags": [], "default_queue_type": "quorum"}


def test_protected_vhost_is_deleted_only_when_that_is_taken_back(api: httpx.Client, vhost: str, login: Login) -> None:
    where = path("vhosts", vhost)
    assert api.get(where).json()["protected_from_deletion"] is False
    assert login("management", vhost).post(where + "/deletion/protection").status_code == 401
    assert api.post(where + "/deletion/protection").status_code == 204
    api.put(where, json={"description": "still protected"})

    refused = api.delete(where)

    assert (refused.status_code, refused.json()["error"]) == (412, "precondition_failed")
    assert api.get(where).json()["protected_from_deletion"] is True
    assert api.delete(where + "/deletion/protection").status_code == 204
    assert api.delete(where).status_code == 204
    assert api.post(where + "/deletion/protection").status_code == 404


def test_vhosts_run_already(api: httpx.Client, vhost: str) -> None:
    node = api.get("/overview").json()["node"]

    assert api.post(path("vhosts", vhost, "start", node)).status_code == 204
    assert api.post(path("vhosts", vhost, "start", "nope")).status_code == 400
    assert api.post(path("vhosts", "nowhere", "start", node)).status_code == 400


def test_without_statistics_a_vhost_is_its_definition(api: httpx.Client, vhost: str) -> None:
    plain = api.get(path("vhosts", vhost), params={"disable_stats": "true"}).json()

    assert {"name", "metadata", "cluster_state"} < plain.keys()
    assert {"messages", "message_stats"}.isdisjoint(plain)


def test_bytes_of_a_vhost_outlive_its_connections(
    embedded_broker: EmbeddedBroker, api: httpx.Client, vhost: str
) -> None:
    def counted() -> int:
        shown = api.get(path("vhosts", vhost)).json()
        assert shown["recv_oct_details"]["rate"] >= 0
        return int(shown["recv_oct"])

    for closed in (1, 2):
        with embedded_broker.connect(vhost) as connection:
            connection.channel().basic_publish("", "nobody", b"x" * 10_000)
        # Shown as of the last reading, which may be five seconds old.
        wait_until(lambda closed=closed: counted() > closed * 10_000)  # type: ignore[misc]
