"""Answers of LavinMQ 1.0.0 and 2.9.1, as they were when it was tried, and what is read out of them."""

from __future__ import annotations

from typing import Any

import pytest

from brokerctl.clients import lavinmq
from brokerctl.clients.amqp import PikaSession
from brokerctl.clients.base import Address, Taken
from brokerctl.clients.contents import Returned
from brokerctl.clients.http import Http
from brokerctl.clients.lavinmq import LavinMQClient
from brokerctl.clients.models import TopicPermission
from brokerctl.clients.rabbitmq import exchanges, nodes, queues
from brokerctl.errors import ObjectNotFound, RequestRefused

OLD = {
    "name": "full",
    "durable": True,
    "exclusive": False,
    "auto_delete": False,
    "arguments": {"x-max-length": 1, "x-overflow": "reject-publish"},
    "consumers": 0,
    "vhost": "/",
    "messages": 1,
    "messages_persistent": 1,
    "ready": 1,
    "ready_bytes": 25,
    "unacked": 2,
    "unacked_bytes": 50,
    "state": "running",
    "effective_policy_definition": {},
    "message_stats": {"ack": 3, "deliver": 5, "get": 7, "get_no_ack": 1, "deliver_no_ack": 2, "publish": 9},
}
ADDRESS = Address(host="127.0.0.1", amqp_port=1, api_port=1, username="guest", password="guest")


class Answers(Http):
    """What LavinMQ would say, without one."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__(ADDRESS)
        self.found = found
        self.asked: list[dict[str, Any]] = []

    def get(self, *segments: str, params: Any = None) -> Any:
        self.asked.append(params or {})
        page = (params or {}).get("page", "")
        return self.found["/".join([*segments, page]).rstrip("/")]


def test_lengths_have_other_names_in_old_ones() -> None:
    found = queues.parse(OLD)

    assert (found.messages_ready, found.messages_unacknowledged, found.messages) == (1, 2, 3)
    assert (found.bytes_ready, found.bytes_unacknowledged, found.message_bytes) == (25, 50, 75)
    assert found.counters.deliver_get == 15


@pytest.mark.parametrize(("arguments", "kind"), [({}, "classic"), ({"x-queue-type": "stream"}, "stream")])
def test_a_stream_is_known_by_its_argument(arguments: dict[str, str], kind: str) -> None:
    assert queues.parse({**OLD, "arguments": arguments}).type == kind


def test_the_default_exchange_is_the_one_without_a_name() -> None:
    found = exchanges.parse({"name": "amq.default", "vhost": "/", "type": "direct", "durable": True})

    assert found.name == ""


@pytest.mark.parametrize(
    ("version", "tells"), [("1.0.0", False), ("1.2.14", False), ("1.3.0-rc.1", True), ("2.9.1", True), ("main", True)]
)
def test_who_holds_what_is_told_since_a_version(version: str, tells: bool) -> None:
    client = LavinMQClient(ADDRESS, Answers({"overview": {"lavinmq_version": version, "node": "n"}}))

    assert client.overview().capabilities.unacked is tells


def test_numbers_of_messages_are_asked_for_whole_and_a_full_list_is_not_the_end() -> None:
    many = [{**OLD, "name": str(number)} for number in range(lavinmq.MOST_AT_ONCE)]
    answers = Answers({"queues": many, "queues/2": {"items": [OLD], "page": 2}})

    found = LavinMQClient(ADDRESS, answers).queues()

    assert len(found) == lavinmq.MOST_AT_ONCE + 1
    assert [asked.get("page") for asked in answers.asked] == [None, "2"]
    assert all("message_stats." not in asked["columns"] for asked in answers.asked)


def test_holders_have_the_connection_of_their_channel() -> None:
    channel = "127.0.0.1:56726[1]"
    details = {"name": "127.0.0.1:56726 -> 127.0.0.1:26672"}
    answers = Answers(
        {
            "queues///orders/unacked": [{"channel_name": channel, "consumer_tag": "t", "unacked_for_seconds": 3}],
            "channels": [{"name": channel, "user": "guest", "vhost": "/", "connection_details": details}],
        }
    )

    [held] = LavinMQClient(ADDRESS, answers).unacked("/", "orders")

    assert (held.connection_name, held.user, held.messages) == (details["name"], "guest", 1)


def test_a_nodes_use_of_its_processors_is_its_last_sample() -> None:
    """In seconds of each second; a user who is no administrator gets none."""
    told = {"name": "n", "cpu_user_details": {"log": [0.9, 0.25]}, "cpu_sys_details": {"log": [0.1, 0.05]}}
    empty = {"name": "n", "cpu_user_details": {"log": []}, "cpu_sys_details": {"log": []}}

    assert nodes.parse(told).processor_share == pytest.approx(0.3)
    assert (nodes.parse(empty).processor_share, nodes.parse({"name": "n"}).processor_share) == (None, None)


def test_a_vhost_is_looked_for_in_the_list() -> None:
    client = LavinMQClient(ADDRESS, Answers({"vhosts": [{"name": "/"}]}))

    assert client.vhost("/").name == "/"
    with pytest.raises(ObjectNotFound, match="there is no vhost shop"):
        client.vhost("shop")


def test_what_it_does_not_have_is_an_empty_list_and_cannot_be_set() -> None:
    client = LavinMQClient(ADDRESS, Answers({}))

    assert (client.user_limits(), client.topic_permissions()) == ([], [])
    with pytest.raises(RequestRefused, match="no limits of users"):
        client.put_user_limit("guest", "max-connections", 1)
    with pytest.raises(RequestRefused, match="no topic permissions"):
        client.put_topic_permission(TopicPermission("guest", "/", "amq.topic", ".*", ".*"))


def test_what_was_refused_and_returned_was_refused() -> None:
    """A full queue of 2.9.1 does both; "no queue is bound" would be untrue."""
    session = PikaSession(ADDRESS, "/", None)
    session._pending[1] = Taken(0, b"", b"full", False, b"\0\0", b"x")

    session.returned(Returned("NO_ROUTE", b"", b"full", b"\0\0", b"x"))
    session.confirmed(1, False, False)
    session.close()

    assert not session.answered[1].confirmed
    assert "full queue" in session.answered[1].reason
