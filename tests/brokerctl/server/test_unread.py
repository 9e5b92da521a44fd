"""Peers that do not read, do not finish, or do not live: each costs a bounded amount, and nobody else notices."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerctl.server.config import BrokerConfig
from brokerctl.server.session import CLOSE_SECONDS, Session
from brokerctl.wire import frames, properties, spec
from brokerctl.wire.methods import basic, channel, connection, queue
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.hosted import Hosted, hosting
from tests.support.processes import resident_bytes
from tests.support.raw import RawClient
from tests.support.reliability import IS_LONG, evidence, runs
from tests.support.waiting import wait_until

MIB = 2**20


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Of its own: its memory is measured."""
    with embedded.running(tmp_path_factory.mktemp("unread")) as broker:
        yield broker


@pytest.fixture
def bystander(broker: EmbeddedBroker) -> Iterator[RawClient]:
    """Somebody who behaves; `echo` tells whether the broker still does."""
    with RawClient(broker.amqp_port) as client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue="echo", exclusive=True))
        client.expect(queue.DeclareOk)
        client.call(1, basic.Consume(queue="echo", no_ack=True))
        client.expect(basic.ConsumeOk)
        yield client
        # The next one's queue has the same name.
        client.leave()


def echo(client: RawClient) -> float:
    """Seconds that a message takes to the broker and back."""
    started = time.perf_counter()
    client.send(message("echo", b"hello"))
    client.expect(basic.Deliver)
    client.read_frame()
    assert client.read_frame()[2] == b"hello"
    return time.perf_counter() - started


def message(key: str, body: bytes) -> bytes:
    content = frames.content(1, properties.encode({}, len(body)), body, 131_072)
    return frames.method(1, basic.Publish(routing_key=key)) + content


def filled(broker: EmbeddedBroker | Hosted, name: str, count: int, size: int) -> None:
    """A queue with this many transient messages."""
    with RawClient(broker.amqp_port) as client:
        client.open().open_channel()
        client.call(1, queue.Declare(queue=name))
        client.expect(queue.DeclareOk)
        client.send(message(name, b"x" * size) * count)
        client.call(1, queue.Declare(queue=name, passive=True))
        assert client.expect(queue.DeclareOk).message_count == count


def deaf(port: int) -> RawClient:
    """A client whose system takes next to nothing that it does not read."""
    client = RawClient(port)
    client.socket = socket.socket()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.socket.settimeout(client.timeout)
    client.socket.connect(("127.0.0.1", port))
    return client.open().open_channel()


@pytest.mark.reliability("c6")
def test_answers_that_nobody_reads_stop_at_a_few_mebibytes(broker: EmbeddedBroker, bystander: RawClient) -> None:
    """basic.get is sixteen bytes, its answer a message: ten thousand of them in one write are ten gigabytes."""
    with evidence(
        "C6 unread answers", "outbound at most 4 MiB a connection; all answered when they are read"
    ) as figures:
        count, size = 60, MIB
        filled(broker, "unread.get", count, size)
        before = resident_bytes(broker.process.pid)
        greedy = deaf(broker.amqp_port)
        greedy.call(1, *[basic.Get(queue="unread.get")] * count)
        wait_until(lambda: taken(bystander, "unread.get", count) > 0)
        for _ in range(20):
            echo(bystander)

        figures["taken"] = taken(bystander, "unread.get", count)
        figures["mebibytes"] = round((resident_bytes(broker.process.pid) - before) / MIB, 1)

        # Two mebibytes that lie unread, one turn's answers, and what the two systems' buffers took.
        assert figures["taken"] <= 12
        assert figures["mebibytes"] < 24
        for number in range(count):
            assert greedy.expect(basic.GetOk).delivery_tag == number + 1
            greedy.read_frame()
            read = 0
            while read < size:
                read += len(greedy.read_frame()[2])
        greedy.socket.close()


def taken(client: RawClient, name: str, of: int) -> int:
    client.call(1, queue.Declare(queue=name, passive=True))
    return of - client.expect(queue.DeclareOk).message_count


@pytest.mark.reliability("c6")
def test_consumers_that_do_not_read_are_sent_no_more_than_a_window(
    broker: EmbeddedBroker, bystander: RawClient
) -> None:
    readers, count = runs(10, 200), runs(200, 1000)
    with evidence("C6 slow_reader", "200 consumers: outbound at most 4 MiB each, others served") as figures:
        filled(broker, "unread.consume", count, MIB // 4)
        before = resident_bytes(broker.process.pid)
        asleep = [deaf(broker.amqp_port) for _ in range(readers)]
        for each in asleep:
            each.call(1, basic.Consume(queue="unread.consume", no_ack=False))
        wait_until(lambda: taken(bystander, "unread.consume", count) >= readers)
        figures["slowest_echo_ms"] = round(max(echo(bystander) for _ in range(50)) * 1000, 1)

        figures["mebibytes_each"] = round((resident_bytes(broker.process.pid) - before) / MIB / readers, 2)
        figures["messages_each"] = taken(bystander, "unread.consume", count) / readers

        assert figures["mebibytes_each"] <= 4
        assert figures["messages_each"] <= 16
        for each in asleep:
            each.socket.close()
        wait_until(lambda: taken(bystander, "unread.consume", count) == 0)


def test_peer_that_closes_and_never_reads_is_cut_off() -> None:
    """More than the systems' buffers take, and less than may lie unread here: only the broker can end this."""
    count = 24
    with hosting(config=BrokerConfig(home=Path(), unread_bytes=64 * MIB)) as broker:

        def sessions() -> set[Session]:
            return broker.call(broker.node.sessions.copy)

        filled(broker, "unread.close", count, MIB)
        wait_until(lambda: not sessions())
        sulking = deaf(broker.amqp_port)
        sulking.call(1, *[basic.Get(queue="unread.close", no_ack=True)] * count)
        sulking.call(0, connection.Close(200, "bye"))
        # Its transport waits for a reader.
        wait_until(lambda: all(each.transport.is_closing() for each in sessions()))

        broker.pass_time(CLOSE_SECONDS)

        wait_until(lambda: not sessions())
        sulking.socket.close()


@pytest.mark.reliability("c7")
def test_dead_peers_are_dropped_after_two_heartbeats_and_lose_nothing(
    broker: EmbeddedBroker, bystander: RawClient
) -> None:
    """Dead: it has a socket, and nothing comes out of it. The kernel answers for it, so only heartbeats can tell."""
    peers, heartbeat = runs(20, 500), 1
    with evidence("C7 dead_peer", "dropped within 2 heartbeats + 1 s, all unacked back, 0 lost") as figures:
        filled(broker, "dead", peers, 10)
        dead = []
        for _ in range(peers):
            client = RawClient(broker.amqp_port).__enter__()
            dead.append(client)
            take_and_fall_silent(client, "dead", heartbeat)
        last_word = time.monotonic()

        wait_until(lambda: taken(bystander, "dead", peers) == 0)

        figures["seconds"] = round(time.monotonic() - last_word, 2)
        figures["peers"] = peers
        # Two for the heartbeats, one as agreed, and one for a machine that does other things.
        assert not IS_LONG or figures["seconds"] <= 2 * heartbeat + 2
        for client in dead:
            client.socket.close()


def take_and_fall_silent(client: RawClient, name: str, heartbeat: int) -> None:
    """Hold one message of the queue. All of it in one go: one who lingered would be taken for dead before."""
    client.greet()
    client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
    client.expect(connection.Tune)
    begin = b"".join(frames.method(0, each) for each in (connection.TuneOk(0, 0, heartbeat), connection.Open("/")))
    client.send(begin + b"".join(frames.method(1, each) for each in (channel.Open(), basic.Get(queue=name))))
    client.expect(connection.OpenOk)
    client.expect(channel.OpenOk)
    client.expect(basic.GetOk)


def test_peer_that_sends_heartbeats_only_lives() -> None:
    with hosting() as broker, RawClient(broker.amqp_port) as client:
        client.open(heartbeat=60).open_channel()
        [session] = broker.node.sessions
        for _ in range(5):
            broker.pass_time(100)
            assert client.read_frame()[0] == spec.HEARTBEAT
            before = session.received_bytes
            client.send(frames.HEARTBEAT_FRAME)
            wait_until(lambda before=before: session.received_bytes > before)  # type: ignore[misc]
        client.call(1, channel.Flow(active=True))

        client.expect(channel.FlowOk)


def test_peer_that_sends_nothing_is_gone_after_two_heartbeats() -> None:
    with hosting() as broker, RawClient(broker.amqp_port) as client:
        client.open(heartbeat=60)

        broker.pass_time(100)
        assert client.read_frame()[0] == spec.HEARTBEAT
        broker.pass_time(20)

        assert client.is_closed()
