"""Memory and disk alarms, by readings that the tests make up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from brokerctl.core.queue import Queue
from brokerctl.server import machine
from brokerctl.server.alarms import LATE_SECONDS, RAISED_SECONDS, SOON_SECONDS, Alarm, Alarms
from brokerctl.server.config import BrokerConfig
from brokerctl.server.machine import Reading
from brokerctl.wire import frames
from brokerctl.wire.methods import basic, connection, queue
from tests.support.hosted import Hosted, hosting
from tests.support.raw import RawClient
from tests.support.waiting import wait_until

MEMORY, DISK = 1_000_000_000, 50_000_000
WELL = Reading(MEMORY // 2, DISK * 100)
HEARS: dict[str, object] = {"capabilities": {"connection.blocked": True}}
EMPTY = b"\0\x3c\0\0" + bytes(8) + b"\0\0"
"""The content header of a message without body and properties."""


@dataclass
class Place:
    broker: Hosted

    def take(
        self, memory_used_bytes: int = WELL.memory_used_bytes, disk_free_bytes: int = WELL.disk_free_bytes
    ) -> None:
        reading = Reading(memory_used_bytes, disk_free_bytes)
        self.broker.call(lambda: self.broker.node.alarms.take(reading))

    def client(self) -> RawClient:
        return RawClient(self.broker.amqp_port)

    def state(self) -> list[str]:
        with self.broker.api() as api:
            return [each["state"] for each in api.get("/connections").json()]


@pytest.fixture
def place() -> Iterator[Place]:
    """Its readings stay good by themselves; a test takes others."""
    config = BrokerConfig(home=Path(), memory_limit=MEMORY, disk_free_limit_bytes=DISK)
    with hosting(lambda: WELL, config) as broker:
        # The tests take readings by themselves: a look in between would clear their alarms.
        broker.call(broker.node._watching.cancel)
        yield Place(broker)


def log_in(client: RawClient, told: dict[str, object]) -> RawClient:
    client.greet()
    client.call(0, connection.StartOk(told, "PLAIN", b"\0guest\0guest", "en_US"))
    client.expect(connection.Tune)
    client.call(0, connection.TuneOk(0, 0, 0), connection.Open("/"))
    client.expect(connection.OpenOk)
    return client.open_channel()


def publish(client: RawClient, key: str) -> None:
    client.call(1, basic.Publish(routing_key=key))
    client.send(frames.content(1, EMPTY, b"", 4096))


def test_publisher_is_told_and_not_read_until_the_alarm_is_over(place: Place) -> None:
    with place.client() as publisher, place.client() as consumer:
        log_in(publisher, HEARS)
        log_in(consumer, HEARS)
        consumer.call(1, queue.Declare(queue="q"), basic.Consume(queue="q", consumer_tag="c", no_ack=True))
        consumer.expect(queue.DeclareOk)
        consumer.expect(basic.ConsumeOk)
        place.take(memory_used_bytes=MEMORY + 1)

        publish(publisher, "q")
        assert publisher.expect(connection.Blocked).reason == "low on memory"
        consumer.expect(basic.Deliver)
        assert consumer.read_frame()[0] == 2
        publish(publisher, "q")
        assert sorted(place.state()) == ["blocked", "blocking"]
        consumer.call(1, basic.Qos(prefetch_count=5))
        consumer.expect(basic.QosOk)

        place.take()
        publisher.expect(connection.Unblocked)
        consumer.expect(basic.Deliver)
        assert place.state() == ["running", "running"]


def test_publisher_that_cannot_be_told_just_waits(place: Place) -> None:
    with place.client() as publisher:
        log_in(publisher, {})
        place.take(disk_free_bytes=DISK - 1)
        publish(publisher, "nowhere")
        wait_until(lambda: place.state() == ["blocked"])
        publisher.call(1, basic.Qos(prefetch_count=5))

        place.take()

        publisher.expect(basic.QosOk)


def test_transition_is_told_once_however_many_alarms_there_are(place: Place) -> None:
    with place.client() as publisher:
        log_in(publisher, HEARS)
        place.take(disk_free_bytes=DISK - 1)
        publish(publisher, "nowhere")
        assert publisher.expect(connection.Blocked).reason == "low on disk"

        place.take(memory_used_bytes=MEMORY + 1, disk_free_bytes=DISK - 1)
        place.take(memory_used_bytes=MEMORY + 1)
        place.take()
        publisher.expect(connection.Unblocked)
        publisher.call(1, basic.Qos(prefetch_count=5))

        publisher.expect(basic.QosOk)


def test_whoever_published_before_the_alarm_is_not_concerned(place: Place) -> None:
    with place.client() as client:
        log_in(client, HEARS)
        publish(client, "nowhere")
        client.call(1, basic.Qos(prefetch_count=5))
        client.expect(basic.QosOk)
        place.take(memory_used_bytes=MEMORY + 1)

        client.call(1, basic.Qos(prefetch_count=6))

        client.expect(basic.QosOk)


def test_blocked_connection_can_be_closed(place: Place) -> None:
    with place.client() as publisher, place.broker.api() as api:
        log_in(publisher, HEARS)
        place.take(memory_used_bytes=MEMORY + 1)
        publish(publisher, "nowhere")
        publisher.expect(connection.Blocked)

        api.delete("/connections/username/guest").raise_for_status()

        assert publisher.expect(connection.Close).reply_code == 320
        assert publisher.is_closed(connection.CloseOk())


def test_api_tells_of_alarms_and_takes_no_messages(place: Place) -> None:
    message = {"properties": {}, "routing_key": "nowhere", "payload": "x", "payload_encoding": "string"}
    place.take(memory_used_bytes=MEMORY + 1, disk_free_bytes=DISK - 1)
    with place.broker.api() as api:
        refused = api.post("/exchanges/%2F/amq.default/publish", json=message)
        (node,) = api.get("/nodes").json()
        check = api.get("/health/checks/alarms")
        place.take()
        taken = api.post("/exchanges/%2F/amq.default/publish", json=message)

    assert (refused.status_code, refused.json()["reason"]) == (503, "publishing is blocked: low on disk & memory")
    assert (node["mem_alarm"], node["mem_limit"], node["disk_free_alarm"], node["disk_free_limit"]) == (
        True,
        MEMORY,
        True,
        DISK,
    )
    assert (check.status_code, len(check.json()["alarms"])) == (503, 2)
    assert taken.status_code == 200


@dataclass
class Readings:
    """One after the other; an error is raised."""

    left: list[Reading | OSError] = field(default_factory=list)

    def __call__(self) -> Reading:
        taken = self.left.pop(0)
        if isinstance(taken, OSError):
            raise taken
        return taken


def test_disk_that_cannot_be_looked_at_leaves_the_alarm_as_it_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brokerctl.server.alarms.RAISED_SECONDS", 0.0)
    low = Reading(0, DISK - 1)
    changes: list[frozenset[Alarm]] = []
    is_over = asyncio.Event()

    def changed() -> None:
        changes.append(alarms.raised)
        if not alarms.raised:
            is_over.set()

    alarms = Alarms(MEMORY, DISK, Readings([WELL, low, OSError("gone"), WELL]), lambda: 0, changed)

    async def scenario() -> None:
        watching = asyncio.ensure_future(alarms.run())
        await is_over.wait()
        watching.cancel()

    asyncio.run(scenario())

    assert changes == [{Alarm.DISK}, set()]
    assert "alarms stay as they are: gone" in caplog.text


@pytest.mark.parametrize(
    ("reading", "seconds"),
    [
        (Reading(0, 10**12), LATE_SECONDS),
        (Reading(MEMORY - 500_000_000, 10**12), 1.0),
        (Reading(0, DISK + 250_000_000), 0.5),
        (Reading(MEMORY, 10**12), SOON_SECONDS),
        (Reading(MEMORY + 1, 10**12), RAISED_SECONDS),
    ],
)
def test_looks_are_the_more_frequent_the_nearer_a_limit_is(reading: Reading, seconds: float) -> None:
    alarms = Alarms(2 * MEMORY if seconds == LATE_SECONDS else MEMORY, DISK, lambda: WELL, lambda: 0, lambda: None)

    alarms.take(reading)

    assert alarms.pause_seconds() == seconds


def test_much_that_was_sent_is_a_reason_to_look_at_once() -> None:
    now = [Reading(0, DISK + 40_000_000)]
    alarms = Alarms(MEMORY, DISK, lambda: now[0], lambda: 0, lambda: None)
    alarms.take(now[0])
    now[0] = Reading(0, DISK - 1)

    alarms.spend(10_000_000)
    assert not alarms.raised
    alarms.spend(1)

    assert alarms.raised == {Alarm.DISK}


def test_what_waits_for_the_disk_counts_as_written() -> None:
    alarms = Alarms(MEMORY, DISK, lambda: WELL, lambda: 1000, lambda: None)

    alarms.take(Reading(0, DISK + 999))

    assert alarms.raised == {Alarm.DISK}
    assert alarms.reading.disk_free_bytes == DISK - 1


GIB = 2**30


@pytest.mark.parametrize(
    ("cgroup", "files", "limit"),
    [
        ("0::/", {"sys/fs/cgroup/memory.max": str(GIB)}, GIB),
        ("0::/", {"sys/fs/cgroup/memory.max": "max"}, None),
        ("0::/a/b", {"sys/fs/cgroup/a/memory.max": str(GIB), "sys/fs/cgroup/a/b/memory.max": "max"}, GIB),
        ("0::/host/path", {"sys/fs/cgroup/memory.max": str(GIB)}, GIB),
        ("3:cpu,memory:/x\n1:cpu:/y", {"sys/fs/cgroup/memory/x/memory.limit_in_bytes": str(GIB)}, GIB),
        ("3:memory:/x", {"sys/fs/cgroup/memory/x/memory.limit_in_bytes": str(2**63 - 4096)}, None),
        (None, {}, None),
    ],
)
def test_limit_of_a_container_is_its_memory(
    tmp_path: Path, cgroup: str | None, files: dict[str, str], limit: int | None
) -> None:
    for name, text in (files | ({"proc/self/cgroup": cgroup} if cgroup else {})).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert machine.memory_bytes(tmp_path) == (limit or machine.memory_bytes(tmp_path / "nothing"))


def test_machine_is_read(tmp_path: Path) -> None:
    reading = machine.read(tmp_path)

    assert 1_000_000 < reading.memory_used_bytes < machine.memory_bytes()
    assert reading.disk_free_bytes > 0


def test_queues_keep_less_in_memory_while_it_is_short(place: Place) -> None:
    with place.client() as client:
        log_in(client, HEARS)
        client.call(1, queue.Declare(queue="long", durable=True))
        client.expect(queue.DeclareOk)
        for _ in range(5000):
            publish(client, "long")
        wait_until(lambda: long_queue(place).ready == 5000)
        assert not long_queue(place).backlog.is_paging

        place.take(memory_used_bytes=MEMORY + 1)

        assert long_queue(place).backlog.is_paging


def long_queue(place: Place) -> Queue:
    found: Queue = place.broker.call(lambda: place.broker.node.broker.vhosts["/"].queues["long"])
    return found
