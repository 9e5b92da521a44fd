"""The same state and requests here and at a real RabbitMQ: the same status, keys and kinds, or a reason why not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pika
import pytest
from pika.exchange_type import ExchangeType

from brokerctl.names import path
from tests.brokerctl.management.parity import COMES_AND_GOES, SHAPES, STORIES, Answer, Shape
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import wait_until

pytestmark = pytest.mark.rabbitmq

VHOST = f"parity-{os.getpid()}"
"""Of this process: others that test beside it may share one RabbitMQ."""

USER = f"asked-{os.getpid()}"
TRAFFIC = 20


@dataclass(slots=True)
class Side:
    """One of the two brokers, with the scene played on it."""

    api: httpx.Client

    def ask(self, method: str, where: str, body: Any = None) -> httpx.Response:
        return self.api.request(method, self._own(where), json=json.loads(json.dumps(body).replace("{user}", USER)))

    def get(self, where: str) -> Any:
        return self.api.get(self._own(where)).raise_for_status().json()

    def _own(self, where: str) -> str:
        """Fill in the names in braces."""
        where = where.replace("{vhost}", VHOST).replace("{user}", USER)
        if "{connection}" in where:
            (found,) = self.api.get(path("vhosts", VHOST, "connections")).json()
            where = where.replace("{connection}", path(found["name"])[1:])
        if "{node}" in where:
            where = where.replace("{node}", path(self.node)[1:])
        return where

    @property
    def node(self) -> str:
        return str(self.api.get("/overview").json()["node"])


@pytest.fixture(scope="module")
def here(embedded_broker: EmbeddedBroker) -> Iterator[Side]:
    yield from _side(embedded_broker.amqp_port, embedded_broker.api_port)


@pytest.fixture(scope="module")
def there(rabbitmq: RabbitMQ) -> Iterator[Side]:
    yield from _side(rabbitmq.amqp_port, rabbitmq.api_port)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.where)
def test_what_is_shown_has_the_same_keys_and_kinds(here: Side, there: Side, shape: Shape) -> None:
    ours = _kinds(here.get(shape.where), here.node)
    theirs = _kinds(there.get(shape.where), there.node)

    missing = {key for key in theirs.keys() - ours.keys() if not _is_one_of(key, COMES_AND_GOES)}
    extra = {key for key in ours.keys() - theirs.keys() if not _is_one_of(key, COMES_AND_GOES)}
    other = {key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]}

    assert {key for key in missing if not _is_one_of(key, shape.missing)} == set()
    assert {key for key in extra if not _is_one_of(key, shape.extra)} == set()
    assert {key for key in other if not _is_one_of(key, shape.other_kind)} == set()
    unneeded = [name for name in shape.missing if not any(_is_one_of(key, (name,)) for key in missing)]
    assert unneeded == [], "these reasons are no longer needed"


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_what_is_asked_gets_the_same_status(here: Side, there: Side, story: list[Answer]) -> None:
    for answer in story:
        ours, theirs = (side.ask(answer.method, answer.where, answer.body) for side in (here, there))

        if answer.differs:
            assert ours.status_code == answer.ours, answer
            assert ours.status_code != theirs.status_code, f"{answer}: this reason is no longer needed"
        else:
            assert ours.status_code == theirs.status_code, answer
            if ours.content and theirs.content and theirs.status_code >= 400:
                assert ours.json().get("error") == theirs.json().get("error"), answer


def _side(amqp_port: int, api_port: int) -> Iterator[Side]:
    with httpx.Client(base_url=f"http://127.0.0.1:{api_port}/api", auth=("guest", "guest"), timeout=30) as api:
        api.put(path("vhosts", VHOST), json={"description": "of the test", "tags": "a"}).raise_for_status()
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", amqp_port, VHOST, heartbeat=0))
        try:
            _play(api, connection)
            yield Side(api)
        finally:
            connection.close()
            api.delete(path("user-limits", "guest", "all"))
            api.delete(path("vhosts", VHOST))


def _play(api: httpx.Client, connection: pika.BlockingConnection) -> None:
    policy = {"pattern": "^(busy|events)$", "definition": {"max-length": 900}, "priority": 3}
    api.put(path("policies", VHOST, "some"), json=policy).raise_for_status()
    api.put(path("operator-policies", VHOST, "some"), json={**policy, "apply-to": "queues"}).raise_for_status()
    topics = {"exchange": "amq.rabbitmq.trace", "write": ".*", "read": ".*"}
    api.put(path("topic-permissions", VHOST, "guest"), json=topics).raise_for_status()
    api.put(path("vhost-limits", VHOST, "max-queues"), json={"value": 500}).raise_for_status()
    api.put(path("user-limits", "guest", "max-channels"), json={"value": 5000}).raise_for_status()
    channel = connection.channel()
    channel.confirm_delivery()
    channel.exchange_declare("events", ExchangeType.topic, durable=True, arguments={"alternate-exchange": "amq.fanout"})
    channel.queue_declare("busy", durable=True, arguments={"x-max-length": 1000})
    channel.queue_declare("idle")
    channel.queue_declare("mine", exclusive=True)
    channel.queue_bind("busy", "events", "order.#")
    channel.queue_bind("busy", "events", "user.*", arguments={"a": 1})
    channel.basic_qos(prefetch_count=5)
    channel.basic_consume("busy", lambda *_: None, consumer_tag="reader")
    for _ in range(TRAFFIC):
        channel.basic_publish("events", "order.new", b"hello")
    channel.basic_publish("", "nobody", b"lost")
    channel.basic_ack(2, multiple=True)

    def counters_have_settled() -> bool:
        # RabbitMQ's are up to five seconds old.
        queue = api.get(path("queues", VHOST, "busy")).json()
        channels = api.get(path("vhosts", VHOST, "channels")).json()
        connections = api.get(path("vhosts", VHOST, "connections")).json()
        exchange = api.get(path("exchanges", VHOST, "events")).json()
        vhost = api.get(path("vhosts", VHOST)).json()
        return bool(
            queue.get("message_stats", {}).get("ack") == 2
            and queue.get("messages_ready") == TRAFFIC - 7
            and queue.get("consumer_details")
            and channels
            and channels[0].get("messages_unacknowledged") == 5
            and connections
            and connections[0].get("recv_oct")
            and exchange.get("message_stats", {}).get("publish_in")
            and vhost.get("message_stats", {}).get("publish", 0) > TRAFFIC
            and vhost.get("messages") == TRAFFIC - 2
        )

    wait_until(counters_have_settled, within=30)


def _kinds(value: Any, node: str, where: str = "") -> dict[str, str]:
    """Every path of keys with the kind of what is there; of a list, of all its items together."""
    if isinstance(value, dict):
        found = {where: "object"}
        for key, item in value.items():
            found |= _kinds(item, node, f"{where}.{'NODE' if key == node else key}".lstrip("."))
        return found
    if isinstance(value, list):
        found = {where: "array"}
        for item in value:
            for key, kind in _kinds(item, node, where).items():
                if key and (key not in found or found[key] == "null"):
                    found[key] = kind
        return found
    if isinstance(value, bool):
        return {where: "boolean"}
    if isinstance(value, int | float):
        return {where: "number"}
    return {where: "null" if value is None else "string"}


def _is_one_of(key: str, names: Any) -> bool:
    """Whether the key is one of these, is below one, or is the details of one."""
    return any(key == name or key.startswith((f"{name}.", f"{name}_details")) for name in names)
