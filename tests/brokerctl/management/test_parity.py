"""The same state and requests here and at a real RabbitMQ: the same status, keys and kinds, or a reason why not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from pika.exchange_type import ExchangeType

from brokerctl.names import path
from tests.brokerctl.management.parity import COMES_AND_GOES, SHAPES, STORIES, Answer, Shape
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import ANSWER_SECONDS, RabbitMQ
from tests.support.waiting import PATIENCE_SECONDS, wait_for, wait_until

pytestmark = pytest.mark.rabbitmq

VHOST = f"parity-{os.getpid()}"
"""Of this process: others that test beside it may share one RabbitMQ."""

USER = f"asked-{os.getpid()}"
IDLER = f"idler-{os.getpid()}"
"""Who may do nothing: a shared RabbitMQ may have such a user of other tests, so ours has one, too."""
TRAFFIC = 20
STATISTICS_SECONDS = 30.0
AGES = (("age", 12), ("incr", 1))
"""Of a range, in steps of five seconds."""

OFTEN = (*embedded.SERVE[:-2], "tests.brokerctl.management.often")
"""Ours takes its readings as often as the RabbitMQ of the tests."""

Differences = tuple[list[set[str]], list[str]]
"""Between two answers: what is missing, extra, and of another kind without a reason; and reasons without a need."""


@dataclass(slots=True)
class Side:
    """One of the two brokers, with the scene played on it."""

    api: httpx.Client
    amqp_port: int
    connection: str = ""
    """The name of the scene's own, which is known when the scene is counted."""

    def ask(self, answer: Answer) -> httpx.Response:
        body = None if answer.body is None else self._own(json.dumps(answer.body))
        content = body if answer.raw is None else answer.raw
        headers = {"content-type": "application/json"} if content is not None else {}
        headers |= self._headers(answer.headers)
        auth = None if "authorization" in headers else self.api.auth
        return self.api.request(answer.method, self._own(answer.where), content=content, headers=headers, auth=auth)

    def get(self, shape: Shape) -> Any:
        headers = self._headers(shape.headers)
        return self.api.get(self._own(shape.where), headers=headers).raise_for_status().json()

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        # RabbitMQ 3.10 ends a connection after some requests whose body it did not read.
        return {"connection": "close"} | {name: self._own(value) for name, value in headers.items()}

    def _own(self, where: str) -> str:
        """Fill in the names in braces."""
        where = where.replace("{vhost}", VHOST).replace("{user}", USER).replace("{port}", str(self.amqp_port))
        where = where.replace("{connection}", path(self.connection)[1:])
        if "{node}" in where:
            where = where.replace("{node}", path(self.node)[1:])
        return where

    @property
    def node(self) -> str:
        return str(self.api.get("/overview").json()["node"])


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory, rabbitmq: RabbitMQ) -> Iterator[tuple[Side, Side]]:
    """Ours and theirs, with the same scene played on both and seen by their statistics.

    Ours is of this module alone: what other tests left in a shared one would be compared, too.
    """
    with (
        _own(tmp_path_factory.mktemp("parity")) as broker,
        _side(broker.amqp_port, broker.api_port) as ours,
        _side(rabbitmq.amqp_port, rabbitmq.api_port) as theirs,
    ):
        for side in (ours, theirs):
            side.connection = wait_for(lambda api=side.api: _counted(api))  # type: ignore[misc]
        yield ours, theirs


@contextmanager
def _own(home: Path) -> Iterator[EmbeddedBroker]:
    broker = embedded.start(home, OFTEN)
    try:
        yield broker
    finally:
        broker.stop()


@pytest.fixture
def here(sides: tuple[Side, Side]) -> Side:
    return sides[0]


@pytest.fixture
def there(sides: tuple[Side, Side]) -> Side:
    return sides[1]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.where)
def test_what_is_shown_has_the_same_keys_and_kinds(here: Side, there: Side, shape: Shape) -> None:
    found: list[Differences] = []

    def is_alike() -> bool:
        found[:] = [_differences(here, there, shape)]
        return found[0] == ([set(), set(), set()], [])

    # RabbitMQ tells of what was counted, and of connections that have ended, a moment later.
    with suppress(AssertionError):
        wait_until(is_alike, within=STATISTICS_SECONDS)
    unsaid, unneeded = found[0]
    assert unsaid == [set(), set(), set()], "missing, extra, of another kind"
    assert unneeded == [], "these reasons are no longer needed"


def _differences(here: Side, there: Side, shape: Shape) -> Differences:
    ours = _kinds(here.get(shape), here.node)
    theirs = _kinds(there.get(shape), there.node)

    missing = {key for key in theirs.keys() - ours.keys() if not _is_one_of(key, COMES_AND_GOES)}
    extra = {key for key in ours.keys() - theirs.keys() if not _is_one_of(key, COMES_AND_GOES)}
    # What other tests left behind may be of further kinds.
    other = {key for key in ours.keys() & theirs.keys() if ours[key].isdisjoint(theirs[key])}

    pairs = ((missing, shape.missing), (extra, shape.extra), (other, shape.other_kind))
    unsaid = [{key for key in found if not _is_one_of(key, reasons)} for found, reasons in pairs]
    unneeded = [
        name for found, reasons in pairs for name in reasons if not any(_is_one_of(key, (name,)) for key in found)
    ]
    return unsaid, unneeded


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_what_is_asked_gets_the_same_answer(here: Side, there: Side, story: list[Answer]) -> None:
    asked = [(answer, _told(here.ask(answer), here.node), _told(there.ask(answer), there.node)) for answer in story]

    assert [each for each in asked if not each[0].differs and not _are_alike(each[1], each[2])] == []
    assert [each for each in asked if each[0].differs and each[1][0] != each[0].ours] == []
    unneeded = [each for each in asked if each[0].differs and _are_alike(each[1], each[2])]
    assert unneeded == [], "these reasons are no longer needed"


def _are_alike(ours: tuple[int, object], theirs: tuple[int, object]) -> bool:
    """Where RabbitMQ says nothing about an error, only the status is the same."""
    return ours == theirs or (ours[0] == theirs[0] >= 400 and theirs[1] is None)


def _told(reply: httpx.Response, node: str) -> tuple[int, object]:
    """The status; of an error its name and the kind of its reason, else what kinds of values are where."""
    if not reply.content:
        return reply.status_code, None
    if reply.headers["content-type"] != "application/json":
        return reply.status_code, reply.headers["content-type"]
    body = reply.json()
    if reply.status_code >= 400 and "error" in body:
        return reply.status_code, (body["error"], type(body["reason"]))
    return reply.status_code, _kinds(body, node)


@contextmanager
def _side(amqp_port: int, api_port: int) -> Iterator[Side]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{api_port}/api", auth=("guest", "guest"), timeout=ANSWER_SECONDS
    ) as api:
        api.put(path("vhosts", VHOST), json={"description": "of the test", "tags": "a"}).raise_for_status()
        connection = pika.BlockingConnection(
            pika.ConnectionParameters(
                *("127.0.0.1", amqp_port, VHOST),
                heartbeat=0,
                socket_timeout=PATIENCE_SECONDS,
                stack_timeout=PATIENCE_SECONDS,
            )
        )
        try:
            _play(api, connection)
            yield Side(api, amqp_port)
        finally:
            connection.close()
            api.delete(path("user-limits", "guest", "all"))
            api.delete(path("users", IDLER))
            api.delete(path("vhosts", VHOST))


def _play(api: httpx.Client, connection: pika.BlockingConnection) -> None:
    api.put(path("users", IDLER), json={"password": "idle", "tags": ""}).raise_for_status()
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


def _counted(api: httpx.Client) -> str:
    """The scene's connection, if the readings show the whole scene, and twice: so there are means."""
    ranges = {f"{family}_{what}": 5 * number for family in ("lengths", "msg_rates") for what, number in AGES}
    queue = api.get(path("queues", VHOST, "busy"), params=ranges).json()
    channels = api.get(path("vhosts", VHOST, "channels")).json()
    connections = api.get(path("vhosts", VHOST, "connections")).json()
    exchange = api.get(path("exchanges", VHOST, "events")).json()
    vhost = api.get(path("vhosts", VHOST), params=ranges).json()
    is_counted = (
        queue.get("message_stats", {}).get("ack") == 2
        and queue.get("messages_ready") == TRAFFIC - 7
        and queue.get("consumer_details")
        and "avg" in queue["message_stats"]["ack_details"]
        and channels
        and channels[0].get("messages_unacknowledged") == 5
        and len(connections) == 1
        and connections[0].get("recv_oct")
        and exchange.get("message_stats", {}).get("publish_in")
        and vhost.get("message_stats", {}).get("publish", 0) > TRAFFIC
        and vhost.get("messages") == TRAFFIC - 2
        and "avg" in vhost["message_stats"]["publish_details"]
    )
    return str(connections[0]["name"]) if is_counted else ""


def _kinds(value: Any, node: str, where: str = "") -> dict[str, set[str]]:
    """Every path of keys with the kinds of what is there; of a list, of all its items together. Null only alone."""
    if isinstance(value, dict):
        found = {where: {"object"}}
        for key, item in value.items():
            found |= _kinds(item, node, f"{where}.{'NODE' if key == node else key}".lstrip("."))
        return found
    if isinstance(value, list):
        found = {where: {"array"}}
        for key, kinds in (pair for item in value for pair in _kinds(item, node, where).items() if pair[0]):
            found[key] = found.get(key, set()) | kinds
        return {key: kinds - {"null"} or kinds for key, kinds in found.items()}
    if isinstance(value, bool):
        return {where: {"boolean"}}
    if isinstance(value, int | float):
        return {where: {"number"}}
    return {where: {"null" if value is None else "string"}}


def _is_one_of(key: str, names: Any) -> bool:
    """Whether the key is one of these, is below one, or is the details of one."""
    return any(key == name or key.startswith((f"{name}.", f"{name}_details")) for name in names)
