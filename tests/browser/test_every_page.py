"""Every page that urls.py has opens without a refused request, an error in the console or a refusal of the policy.

And everybody can use it (judging.py). The pages of a RabbitMQ are the same ones with other things in them, in the same
colours: one look is enough there, and it is the one at all elements on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
import pytest
from django.urls import reverse
from pika.adapters.blocking_connection import BlockingConnection
from playwright.sync_api import Browser, FilePayload, Page, Request, Response, StorageState, expect

from tests.browser.conftest import RABBIT, TIMEOUT_MS, Opener, connected
from tests.browser.judging import AXE, PHONE_LIGHT, WHOLE_AND_NARROW, Found, Look, judge, report
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
QUEUE, EXCHANGE, POLICY, LINK, TAG = "every.page", "every.page.in", "every", "every", "reader"
MANY = 120
"""Messages: more than one page shows, and so many that a purge asks for the queue's name."""

BINDING = {"source": EXCHANGE, "to": "queue", "destination": QUEUE, "key": "order.%23"}
QUERIES: dict[str, dict[str, str]] = {
    "unbind": BINDING,
    "history": {"range": "24h"},
    "queue-history": {"range": "24h"},
    "broker-history": {"range": "24h"},
    "permission-clear": {"user": "guest", "vhost": "/"},
    "topic-permission-clear": {"user": "guest", "vhost": "/", "exchange": "amq.topic"},
}
"""Of pages that ask for more than their path says."""

ALSO: dict[str, tuple[str, ...]] = {
    "queues": ("?q=nothing%20matches", "?q=ready>many"),
    "queue": ("#bindings", "#consumers", "#activity", "#details", "?table=rates#details"),
    "purge": ("?count=many",),
    "queue-history": ("?view=table&range=1h",),
    "broker-history": ("?view=table&range=1h",),
    "topology": (f"?from=~2F/{EXCHANGE}&key=order.a&node=exchange/~2F/{EXCHANGE}", "?view=table"),
    "policies": ("?kind=operator",),
    "permission-edit": ("?user=guest&vhost=/",),
    "connections": ("?q=nothing%20matches",),
}
"""What else a page shows, when its address says so."""

NOT_SHOWN = ("health", "palette", "history", "queue-history", "broker-history", "definitions-export")
"""What scripts and monitors read, or a browser saves."""

OF_REGISTERED = ("broker-remove",)
"""The embedded broker belongs to the installation."""

OF_RABBITMQ = (
    "feature-enable",
    *(f"{noun}-{verb}" for noun in ("shovel", "upstream") for verb in ("add", "edit", "delete")),
)
"""The embedded broker has neither feature flags nor shovels, and is not federated."""

OF_LAVINMQ = ("consumer-cancel",)
"""Neither of the two brokers can do this; their pages have the button disabled, and the address says why."""

PARTS = ("of a vhost", "of a broker", "of Postroom")
"""A test each."""


@dataclass
class Opened:
    """Opens pages in a row and keeps what the server or the network refused. Without slots, as `Watch`."""

    page: Page
    known: dict[str, str]
    """An example for every parameter of a path."""
    looks: Sequence[Look]
    judged: int = 0
    problems: list[str] = field(default_factory=list)
    unfit: Found = field(default_factory=dict)
    """What is wrong for those who cannot see it all."""

    def __post_init__(self) -> None:
        self.page.add_init_script(REFUSED_BY_POLICY)
        # Sent to the browser once, not for every page: half of what it takes.
        self.page.add_init_script(AXE)
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def open_all(self, part: str, but: Sequence[str]) -> None:
        for name, address in openable().items():
            if _part(address) == part and name not in but:
                self._open(address)
        assert self.problems == []
        assert not self.unfit, report(self.unfit)

    def _open(self, address: Address) -> None:
        missing = address.parameters - self.known.keys()
        assert not missing, f"give this test an example of {', '.join(missing)} for the page {address.name}"
        path = reverse(address.name, kwargs={name: self.known[name] for name in address.parameters})
        query = QUERIES.get(address.name)
        first, *more = (f"?{urlencode(query)}" if query else "", *ALSO.get(address.name, ()))
        if address.name in NOT_SHOWN:
            answer = self.page.request.get(path + first)
            self._check(answer.status, path + first, answer.text())
        else:
            self._show(path + first)
        for each in more:
            self._show(path + each)

    def _show(self, path: str) -> None:
        self.page.goto(path, wait_until="domcontentloaded")
        if self.page.locator("live-indicator").count():
            expect(self.page.locator("live-indicator"), path).to_contain_text("Live")
        self._check(200, path, self.page.content())
        self.unfit |= judge(self.page, path, self.looks, with_frame=not self.judged)
        self.judged += 1
        # The next page begins with the look that this one ends with.
        self.looks = self.looks[::-1]

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


@pytest.fixture(scope="module")
def known(
    chromium: Browser, postroom: Served, signed_in: StorageState, management: httpx.Client
) -> Iterator[dict[str, str]]:
    """Of the embedded broker."""
    with (
        _consuming(connected(postroom), management) as known,
        chromium.new_context(base_url=postroom.url, storage_state=signed_in) as context,
    ):
        yield known | {"broker": "local"} | _made(context.new_page(), "local")


@pytest.fixture(scope="module")
def known_to_rabbitmq(
    chromium: Browser, postroom: Served, signed_in: StorageState, registered: RabbitMQ
) -> Iterator[dict[str, str]]:
    with (
        registered.api() as api,
        _consuming(registered.connect(), api) as known,
        _linking(api, registered.amqp_port),
        chromium.new_context(base_url=postroom.url, storage_state=signed_in) as context,
    ):
        yield known | {"broker": RABBIT} | _made(context.new_page(), RABBIT)


@pytest.fixture
def page(opened: Opener, signed_in: StorageState) -> Page:
    """Of an administrator who wants no motion: what moves is drawn all the time, a fifth of the work of all pages."""
    return opened(storage_state=signed_in, reduced_motion="reduce")


@pytest.mark.parametrize("part", PARTS)
def test_every_page_opens_and_is_for_everybody(page: Page, known: dict[str, str], part: str) -> None:
    Opened(page, known, WHOLE_AND_NARROW).open_all(part, but=(*OF_REGISTERED, *OF_LAVINMQ, *OF_RABBITMQ))


@pytest.mark.parametrize("part", PARTS[:2])
def test_every_page_of_a_rabbitmq_opens_and_is_for_everybody(
    page: Page, known_to_rabbitmq: dict[str, str], part: str
) -> None:
    Opened(page, known_to_rabbitmq, [PHONE_LIGHT]).open_all(part, but=OF_LAVINMQ)


def _part(address: Address) -> str:
    if "vhost" in address.parameters:
        return "of a vhost"
    return "of a broker" if "broker" in address.parameters else "of Postroom"


@contextmanager
def _consuming(connection: BlockingConnection, api: httpx.Client) -> Iterator[dict[str, str]]:
    """A queue with a binding, messages, policies and a consumer that holds some: what they are called in paths."""
    channel = connection.channel()
    fill(channel, QUEUE, MANY)
    channel.basic_qos(prefetch_count=2)
    channel.basic_consume(QUEUE, lambda *_: None, consumer_tag=TAG)
    policy = {"pattern": "^every", "definition": {"max-length": 1000}, "apply-to": "queues"}
    paths = [f"/{kind}/%2F/{POLICY}" for kind in ("policies", "operator-policies")]
    topics, every_key = "/topic-permissions/%2F/guest", {"exchange": "amq.topic", "write": ".*", "read": ".*"}
    try:
        for path in paths:
            api.put(path, json=policy).raise_for_status()
        api.put(topics, json=every_key).raise_for_status()
        holder = _holder(api)
        yield {
            "vhost": "/",
            "queue": QUEUE,
            "exchange": EXCHANGE,
            "policy": POLICY,
            "consumer": TAG,
            "user": "guest",
            "feature": "quorum_queue",
            "shovel": LINK,
            "upstream": LINK,
            "node": api.get("/nodes").json()[0]["name"],
            **holder,
        }
    finally:
        for path in (*paths, topics):
            api.delete(path)
        channel.queue_delete(QUEUE)
        channel.exchange_delete(EXCHANGE)
        connection.close()


@contextmanager
def _linking(api: httpx.Client, amqp_port: int) -> Iterator[None]:
    """A shovel from an empty queue to another, and a federated queue; that they start is enough for their pages."""
    uri = f"amqp://127.0.0.1:{amqp_port}"
    ends = {"src-uri": uri, "src-queue": f"{QUEUE}.from", "dest-uri": uri, "dest-queue": f"{QUEUE}.to"}
    federated = {"pattern": f"^{QUEUE}.to$", "definition": {"federation-upstream": LINK}, "priority": 1}
    made = {
        f"/parameters/shovel/%2F/{LINK}": {"value": ends},
        f"/parameters/federation-upstream/%2F/{LINK}": {"value": {"uri": uri, "max-hops": 2}},
        f"/policies/%2F/{LINK}.federated": federated,
    }
    for path, body in made.items():
        api.put(path, json=body).raise_for_status()
    try:
        wait_until(lambda: any(each["name"] == LINK for each in api.get("/shovels").json()))
        wait_until(lambda: any(each["upstream"] == LINK for each in api.get("/federation-links").json()))
        yield
    finally:
        for path in made:
            api.delete(path)
        for queue in (ends["src-queue"], ends["dest-queue"]):
            api.delete(f"/queues/%2F/{queue}")


def _holder(api: httpx.Client) -> dict[str, str]:
    """Connection and channel of the consumer, when the API tells of both: RabbitMQ's does so after a second."""
    found: dict[str, str] = {}

    def is_told() -> bool:
        for each in api.get("/channels").json():
            if each.get("consumer_count") == 1 and each.get("messages_unacknowledged") == 2:
                connection = each["connection_details"]["name"]
                if api.get(f"/connections/{quote(connection)}").status_code == 200:
                    found.update(connection=connection, channel=each["name"])
        return bool(found)

    wait_until(is_told)
    return found


def _made(page: Page, broker: str) -> dict[str, str]:
    """A plan and a job, by their forms: their numbers."""
    page.set_default_timeout(TIMEOUT_MS)
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
