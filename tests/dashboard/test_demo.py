"""`manage.py demo` as a process, on our broker and on a real RabbitMQ: what it shows, and that it leaves nothing."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from brokerctl.errors import RequestRefused
from dashboard import serving
from dashboard.demo.pace import Capacity, Pace
from dashboard.demo.shop import parsed
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.rabbitmq import RabbitMQ
from tests.support.serving import ROOT, environment
from tests.support.waiting import wait_until

SLOW_SECONDS = 120
QUEUES = {"orders.new", "orders.ship", "notifications", "analytics", "payments.capture", "orders.dlq"}
EXCHANGES = {"orders", "users", "events"}
CONSUMED = QUEUES - {"payments.capture", "orders.dlq"}
STAYING = {
    "Order Service",
    "User Service",
    "Order Processor",
    "Shipping Service",
    "Email Service",
    "Analytics Service",
}


@dataclass(slots=True)
class Place:
    """A vhost of a broker, as its management API and pika see it."""

    amqp_port: int
    api_port: int
    vhost: str

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.amqp_port}/{self.vhost.replace('/', '%2F')}"

    def listed(self, what: str) -> list[dict[str, Any]]:
        vhost = self.vhost.replace("/", "%2F")
        path = "/connections" if what == "connections" else f"/{what}/{vhost}"
        answer = httpx.get(f"http://127.0.0.1:{self.api_port}/api{path}", auth=("guest", "guest"), timeout=30)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def names(self, what: str) -> set[str]:
        return {each["name"] for each in self.listed(what)}

    def consumers(self) -> dict[str, int]:
        return {queue["name"]: queue.get("consumers", 0) for queue in self.listed("queues")}

    def clients(self) -> set[str]:
        return {each.get("client_properties", {}).get("connection_name", "") for each in self.listed("connections")}

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            yield connection.channel()


@dataclass(slots=True)
class Demo:
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def says(self, words: str) -> bool:
        return any(words in line for line in self.output)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(SLOW_SECONDS)
        assert self.reader is not None
        self.reader.join(SLOW_SECONDS)
        return code


def start(home: Path, *arguments: str) -> Demo:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", *arguments],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    demo = Demo(process)

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                # One by one: a test looks at them while it runs.
                demo.output.append(line.rstrip("\n"))

    demo.reader = threading.Thread(target=read, daemon=True)
    demo.reader.start()
    return demo


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[Demo]:
    demo = start(home, *arguments)
    try:
        yield demo
    finally:
        demo.stop()


def run(home: Path, *arguments: str) -> tuple[int, list[str]]:
    """Of a demo that ends by itself."""
    demo = start(home, *arguments)
    code = demo.process.wait(SLOW_SECONDS)
    assert demo.reader is not None
    demo.reader.join(SLOW_SECONDS)
    return code, demo.output


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    # Its own: the demo's names may be those of other tests.
    with embedded.running(tmp_path_factory.mktemp("demo")) as broker:
        yield broker


@pytest.fixture
def ours(broker: EmbeddedBroker) -> Place:
    return Place(broker.amqp_port, broker.api_port, "/")


@pytest.fixture
def theirs(rabbitmq: RabbitMQ) -> Iterator[Place]:
    with rabbitmq.api() as api:
        api.put("/vhosts/demo", json={}).raise_for_status()
        yield Place(rabbitmq.amqp_port, rabbitmq.api_port, "demo")
        api.delete("/vhosts/demo").raise_for_status()


def leaves_something_to_look_at_and_then_nothing(home: Path, place: Place) -> None:
    before = place.names("exchanges")

    with running(home, "--url", place.url, "--rate", "3") as demo:
        wait_until(lambda: demo.says("Payment Service has gone"))
        wait_until(lambda: place.clients() >= STAYING)
        wait_until(lambda: "Payment Service" not in place.clients())
        wait_until(lambda: place.consumers() == dict.fromkeys(QUEUES, 0) | dict.fromkeys(CONSUMED, 1))
        with place.channel() as channel:
            payment = first_of(channel, "payments.capture")
            dead = first_of(channel, "orders.dlq")
        assert demo.stop() == 0

    assert payment["type"] == "payment"
    assert dead["headers"]["x-death"][0]["queue"] == "orders.new"
    assert dead["headers"]["x-death"][0]["reason"] == "rejected"
    assert demo.output[-1] == "Stopped; what it had declared is removed."
    assert place.names("queues") & QUEUES == set()
    assert place.names("exchanges") == before


def first_of(channel: BlockingChannel, queue: str) -> dict[str, Any]:
    """The properties of its first message, which must be complete; waits until there is one."""
    found: list[Any] = []

    def has_one() -> bool:
        method, properties, body = channel.basic_get(queue)
        if method is not None:
            found.append((properties, body))
        return bool(found)

    wait_until(has_one)
    properties, body = found[0]
    assert json.loads(body)
    assert all((properties.message_id, properties.timestamp, properties.correlation_id, properties.headers))
    assert (properties.content_type, properties.delivery_mode) == ("application/json", 2)
    return dict(vars(properties))


def test_demo_shows_a_shop_and_leaves_nothing(home: Path, ours: Place) -> None:
    leaves_something_to_look_at_and_then_nothing(home, ours)


def test_demo_shows_a_shop_on_rabbitmq_and_leaves_nothing(home: Path, theirs: Place) -> None:
    leaves_something_to_look_at_and_then_nothing(home, theirs)


def test_demo_finds_the_broker_of_a_running_serve_and_says_where_to_look(home: Path, ours: Place) -> None:
    told = serving.Serving(os.getpid(), "http://127.0.0.1:8123", "127.0.0.1", ours.amqp_port, ours.api_port)
    serving.tell(home, told)

    with running(home) as demo:
        wait_until(lambda: place_has(ours, "Order Service"))
        assert demo.stop(signal.SIGTERM) == 0

    assert demo.output[0] == "Look at http://127.0.0.1:8123/brokers/local/queues/ while it runs; Ctrl-C stops it."


def place_has(place: Place, client: str) -> bool:
    return client in place.clients()


def test_demo_ends_after_its_seconds_and_keeps_what_it_should(home: Path, ours: Place) -> None:
    code, output = run(home, "--url", ours.url, "--seconds", "1", "--keep")

    assert (code, output[-1]) == (0, "Stopped; its exchanges, queues and messages stay.")
    assert re.fullmatch(r" +\d+ s: published \d+\.\d/s, consumed \d+\.\d/s", output[-2])
    assert ours.names("queues") >= QUEUES
    remove(ours, QUEUES, EXCHANGES)


def test_what_was_there_before_stays(home: Path, ours: Place) -> None:
    with ours.channel() as channel:
        channel.exchange_declare("users", "fanout", durable=True)
        channel.queue_declare("notifications", durable=True)

    code, _ = run(home, "--url", ours.url, "--seconds", "1")

    assert code == 0
    assert ours.names("queues") & QUEUES == {"notifications"}
    assert ours.names("exchanges") & EXCHANGES == {"users"}
    remove(ours, {"notifications"}, {"users"})


def remove(place: Place, queues: set[str], exchanges: set[str]) -> None:
    with place.channel() as channel:
        for queue in queues:
            channel.queue_delete(queue)
        for exchange in exchanges:
            channel.exchange_delete(exchange)


def test_name_that_belongs_to_something_else_is_one_sentence(home: Path, ours: Place) -> None:
    with ours.channel() as channel:
        channel.exchange_declare("events", "direct")

    code, output = run(home, "--url", ours.url)

    assert code == 1
    assert output[-1].startswith(
        "CommandError: the broker has something else by a name of the demo: PRECONDITION_FAILED"
    )
    assert "Traceback" not in "\n".join(output)
    assert ours.names("queues") & QUEUES == set()
    assert ours.names("exchanges") & EXCHANGES == {"events"}
    remove(ours, set(), {"events"})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            lambda port: ["--url", f"amqp://guest:wrong@127.0.0.1:{port}/"],
            lambda port: f"127.0.0.1:{port} refused user guest: wrong user or password, or not from here",
        ),
        (
            lambda port: ["--url", f"amqp://guest:guest@127.0.0.1:{port}/none"],
            lambda port: f"127.0.0.1:{port} has no vhost none",
        ),
        (
            lambda port: ["--url", "amqp://guest:guest@127.0.0.1:1/"],
            lambda port: "127.0.0.1:1 refused the connection: nothing listens there",
        ),
    ],
)
def test_broker_that_cannot_be_used_is_one_sentence(
    home: Path, ours: Place, arguments: Callable[[int], list[str]], sentence: Callable[[int], str]
) -> None:
    code, output = run(home, *arguments(ours.amqp_port))

    assert (code, output[1:]) == (1, [f"CommandError: {sentence(ours.amqp_port)}"])


def test_no_serve_and_no_url_is_one_sentence_with_what_to_do(home: Path) -> None:
    serving.tell(home, serving.Serving(os.getpid(), "http://127.0.0.1:2", "127.0.0.1", 1, 1))

    code, output = run(home)

    assert (code, output[1:]) == (
        1,
        [
            "CommandError: 127.0.0.1:1 refused the connection: nothing listens there: "
            "start Postroom first (make run), or name a broker with --url"
        ],
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "amqp://guest@127.0.0.1:port/",
        "amqp:///",
        "amqp://:1/",
        "amqp://[::1/",
        "127.0.0.1:1",
        "nonsense",
    ],
)
def test_url_that_names_no_broker_is_refused_before_anything_is_connected(url: str) -> None:
    # Not by running the demo: were one of these let through, it would reach whatever broker this machine has.
    with pytest.raises(RequestRefused, match="--url takes amqp://user:password@host:port/vhost"):
        parsed(url)


def test_clients_come_back_after_the_broker_did(home: Path) -> None:
    broker = embedded.start(home)
    place = Place(broker.amqp_port, broker.api_port, "/")
    with running(home, "--url", place.url) as demo:
        wait_until(lambda: place.clients() >= STAYING)
        broker.kill()
        wait_until(lambda: demo.says("Order Service lost its connection"))
        ports = {"POSTROOM_AMQP_PORT": str(place.amqp_port), "POSTROOM_API_PORT": str(place.api_port)}
        with embedded.running(home, **ports):
            wait_until(lambda: demo.says("Order Service is back"))
            wait_until(lambda: place.clients() >= STAYING)
            assert demo.stop() == 0

    assert demo.output[-1] == "Stopped; what it had declared is removed."


def test_broker_that_went_away_for_good_is_said_at_the_end(home: Path) -> None:
    broker = embedded.start(home)
    place = Place(broker.amqp_port, broker.api_port, "/")
    with running(home, "--url", place.url) as demo:
        wait_until(lambda: place.clients() >= STAYING)
        broker.kill()
        assert demo.stop() == 0

    assert demo.output[-1].startswith("Stopped; nothing was removed: ")
    assert not demo.says("Traceback")


def test_pace_wanders_but_stays_near_its_base() -> None:
    rates = [Pace(100).at(second, 0) for second in range(600)]

    assert 60 < min(rates) < 80
    assert 120 < max(rates) < 140
    assert abs(sum(rates) / len(rates) - 100) < 5
    assert max(abs(new - old) for old, new in itertools.pairwise(rates)) < 5


def test_capacity_is_low_at_the_end_of_each_period() -> None:
    capacity = Capacity(16, 3, every_seconds=90, for_seconds=15)

    assert [capacity.at(second) for second in (0, 74, 76, 89, 91, 179)] == [16, 16, 3, 3, 16, 3]
