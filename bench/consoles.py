"""Two consoles with the same queues: Postroom with its embedded broker, and RabbitMQ with its own management pages."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pika
from playwright.sync_api import Browser, Page

from bench.targets import OURS, STATISTICS_MS, THEIRS
from tests.support import rabbitmq, serving
from tests.support.serving import Served

NAME = "tenant-{:05}.inbox"
BUSY = 100
"""Queues that messages come to all the time, so that live numbers have something to tell."""

PUBLISH_SECONDS = 0.01
"""Between two messages."""

DECLARE_SECONDS = 600


@dataclass(slots=True)
class Console:
    name: str
    version: str
    url: str
    pid: int
    amqp_port: int
    api: httpx.Client
    """Of the broker's management API."""
    list_path: str
    row: str
    """A selector of a queue's row."""
    query: str
    """What its page asks the server for a filtered and sorted page of a hundred, below `server`."""
    server: httpx.Client = field(repr=False)

    def open(self, browser: Browser) -> Page:
        """A page in a fresh context, logged in."""
        context = browser.new_context(base_url=self.url, viewport={"width": 1400, "height": 900})
        page = context.new_page()
        if self.name == OURS:
            page.goto("/login/")
            page.fill("[name=username]", serving.NAME)
            page.fill("[name=password]", serving.PASSWORD)
            page.click("form button")
            page.wait_for_url(f"{self.url}/")
        else:
            page.goto("/")
            page.fill("[name=username]", "guest")
            page.fill("[name=password]", "guest")
            page.click("[type=submit]")
            page.wait_for_selector("#tabs")
        return page


@contextmanager
def both(queues: int) -> Iterator[list[Console]]:
    """Ours, and RabbitMQ's where this machine has it, each with so many queues; messages come to some of them."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = [_ours(stack, home / "ours")]
        if rabbitmq.is_installed():
            found.append(_theirs(stack, home / "theirs"))
        for console in found:
            _declare(console, queues)
            stack.enter_context(_traffic(console))
        yield found


def _ours(stack: ExitStack, home: Path) -> Console:
    home.mkdir()
    served = stack.enter_context(serving.serving(home))
    api = stack.enter_context(_api(served.api_port))
    version = api.get("/overview").json()["product_version"]
    server = _logged_in(served)
    stack.callback(server.close)
    return Console(
        OURS, version, served.url, served.process.pid, served.amqp_port, api, "/brokers/local/queues/",
        "tbody [data-row]", "/brokers/local/queues/?q=tenant-0+ready%3C1000&sort=-ready", server,
    )  # fmt: skip


def _theirs(stack: ExitStack, home: Path) -> Console:
    home.mkdir()
    broker = stack.enter_context(rabbitmq.running(home, statistics_ms=STATISTICS_MS))
    api = stack.enter_context(_api(broker.api_port))
    url = f"http://127.0.0.1:{broker.api_port}"
    query = "/queues?page=1&page_size=100&name=tenant-0&use_regex=false&sort=messages_ready&sort_reverse=true"
    version = api.get("/overview").json()["rabbitmq_version"]
    return Console(
        THEIRS, version, url, broker.process.pid, broker.amqp_port, api, "/#/queues", "table.list tbody tr", query, api
    )


def _api(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}/api", auth=("guest", "guest"), timeout=DECLARE_SECONDS)


def _logged_in(served: Served) -> httpx.Client:
    client = httpx.Client(base_url=served.url, follow_redirects=True, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/login/").text)
    assert token is not None
    login = {"csrfmiddlewaretoken": token[1], "username": served.name, "password": served.password}
    client.post("/login/", data=login, headers={"referer": served.url}).raise_for_status()
    return client


def _declare(console: Console, count: int) -> None:
    """All at once, as definitions."""
    queues = [
        {"vhost": "/", "name": NAME.format(number), "durable": True, "auto_delete": False, "arguments": {}}
        for number in range(count)
    ]
    console.api.post("/definitions", json={"queues": queues}).raise_for_status()


@contextmanager
def _traffic(console: Console) -> Iterator[None]:
    """Publishes to BUSY queues in turn until the end."""
    ended = threading.Event()

    def publish() -> None:
        parameters = pika.ConnectionParameters("127.0.0.1", console.amqp_port, heartbeat=0)
        connection = pika.BlockingConnection(parameters)
        channel, number = connection.channel(), 0
        while not ended.wait(PUBLISH_SECONDS):
            channel.basic_publish("", NAME.format(number % BUSY), b"x" * 256)
            number += 1
        connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
