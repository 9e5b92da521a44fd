"""Every page that urls.py has opens without a refused request, an error in the console or a refusal of the policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
from django.urls import reverse
from pika.adapters.blocking_connection import BlockingConnection
from playwright.sync_api import FilePayload, Page, Request, Response, expect

from tests.browser.conftest import RABBIT, connected
from tests.browser.letters import fill
from tests.browser.watched import queue_path
from tests.support.addresses import Address, openable
from tests.support.rabbitmq import RabbitMQ
from tests.support.serving import Served
from tests.support.waiting import wait_until

REFUSED_BY_POLICY = """
addEventListener("securitypolicyviolation", event =>
  console.error(`refused by the policy: ${event.effectiveDirective} ${event.blockedURI || event.sample}`))
"""
QUEUE, EXCHANGE, POLICY, TAG = "every.page", "every.page.in", "every", "reader"
BINDING = {"source": EXCHANGE, "to": "queue", "destination": QUEUE, "key": "order.%23"}
QUERIES: dict[str, dict[str, str]] = {
    "unbind": BINDING,
    "history": {"range": "24h"},
    "queue-history": {"range": "24h"},
    "permission-clear": {"user": "guest", "vhost": "/"},
    "topic-permission-clear": {"user": "guest", "vhost": "/", "exchange": "amq.topic"},
}
"""Of pages that ask for more than their path says."""

NOT_SHOWN = ("health", "palette", "history", "queue-history", "definitions-export")
"""What scripts and monitors read, or a browser saves."""

OF_REGISTERED = ("broker-edit", "broker-remove")
"""The embedded broker is set by the settings."""

OF_LAVINMQ = ("consumer-cancel",)
"""Neither of the two brokers can do this; their pages have the button disabled, and the address says why."""


@dataclass
class Opened:
    """Opens pages in a row and keeps what the server or the network refused. Without slots, as `Watch`."""

    page: Page
    known: dict[str, str]
    """An example for every parameter of a path."""
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(REFUSED_BY_POLICY)
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def open(self, address: Address) -> None:
        missing = address.parameters - self.known.keys()
        assert not missing, f"give this test an example of {', '.join(missing)} for the page {address.name}"
        path = reverse(address.name, kwargs={name: self.known[name] for name in address.parameters})
        if query := QUERIES.get(address.name):
            path += "?" + urlencode(query)
        if address.name in NOT_SHOWN:
            answer = self.page.request.get(path)
            self._check(answer.status, path, answer.text())
            return
        self.page.goto(path, wait_until="domcontentloaded")
        if self.page.locator("live-indicator").count():
            expect(self.page.locator("live-indicator"), path).to_contain_text("Live")
        self._check(200, path, self.page.content())

    def _answered(self, response: Response) -> None:
        self._check(response.status, response.url)

    def _failed(self, request: Request) -> None:
        # What a page still asked for when this test left it is no problem.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.url}: {request.failure}")

    def _check(self, status: int, path: str, text: str = "") -> None:
        if status >= 400:
            self.problems.append(f"{path}: {status}")
        if "Traceback (most recent call last)" in text:
            self.problems.append(f"{path} shows a traceback")


def test_every_page_opens_for_the_embedded_broker(page: Page, postroom: Served, management: httpx.Client) -> None:
    with _consuming(connected(postroom), management) as known:
        opened = Opened(page, {**known, "broker": "local", **_made(page, "local")})
        for name, address in openable().items():
            if name not in (*OF_REGISTERED, *OF_LAVINMQ):
                opened.open(address)

    assert opened.problems == []


def test_every_page_of_a_broker_opens_for_a_rabbitmq(page: Page, registered: RabbitMQ) -> None:
    with registered.api() as api, _consuming(registered.connect(), api) as known:
        opened = Opened(page, {**known, "broker": RABBIT, **_made(page, RABBIT)})
        for name, address in openable().items():
            if "broker" in address.parameters and name not in OF_LAVINMQ:
                opened.open(address)

    assert opened.problems == []


@contextmanager
def _consuming(connection: BlockingConnection, api: httpx.Client) -> Iterator[dict[str, str]]:
    """A queue with a binding, messages, policies and a consumer that holds some: what they are called in paths."""
    channel = connection.channel()
    fill(channel, QUEUE, 5)
    channel.basic_qos(prefetch_count=2)
    channel.basic_consume(QUEUE, lambda *_: None, consumer_tag=TAG)
    policy = {"pattern": "^every", "definition": {"max-length": 1000}, "apply-to": "queues"}
    paths = [f"/{kind}/%2F/{POLICY}" for kind in ("policies", "operator-policies")]
    topics, every_key = "/topic-permissions/%2F/guest", {"exchange": "amq.topic", "write": ".*", "read": ".*"}
    try:
        for path in paths:
            api.put(path, json=policy).raise_for_status()
        api.put(topics, json=every_key).raise_for_status()
        wait_until(lambda: _holder(api) is not None, within=10)
        yield {
            "vhost": "/",
            "queue": QUEUE,
            "exchange": EXCHANGE,
            "policy": POLICY,
            "consumer": TAG,
            "user": "guest",
            "node": api.get("/nodes").json()[0]["name"],
            **(_holder(api) or {}),
        }
    finally:
        for path in (*paths, topics):
            api.delete(path)
        channel.queue_delete(QUEUE)
        channel.exchange_delete(EXCHANGE)
        connection.close()


def _holder(api: httpx.Client) -> dict[str, str] | None:
    """Connection and channel of the consumer, when the API tells of both: RabbitMQ's does so after a second."""
    for each in api.get("/channels").json():
        if each.get("consumer_count") == 1 and each.get("messages_unacknowledged") == 2:
            connection = each["connection_details"]["name"]
            if api.get(f"/connections/{quote(connection)}").status_code == 200:
                return {"connection": connection, "channel": each["name"]}
    return None


def _made(page: Page, broker: str) -> dict[str, str]:
    """A plan and a job, by their forms: their numbers."""
    page.goto(f"/brokers/{broker}/definitions/")
    file = FilePayload(name="every.json", mimeType="application/json", buffer=b'{"queues": []}')
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Make the plan").click()
    page.wait_for_url("**/plans/*/")
    plan = page.url.split("/")[-2]
    page.goto(queue_path(QUEUE, "publish", broker))
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Publish 1 message").click()
    page.wait_for_url("**/jobs/*/")
    return {"plan": plan, "job": page.url.split("/")[-2]}
