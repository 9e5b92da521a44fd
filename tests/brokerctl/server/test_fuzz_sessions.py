"""Whole sessions, changed at any phase: the broker lives, others are served, nothing stays behind."""

from __future__ import annotations

import dataclasses
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from brokerctl.wire import frames, methods, properties, spec
from brokerctl.wire.methods import Method, basic, channel, confirm, connection, exchange, queue
from tests.support import embedded
from tests.support.embedded import EmbeddedBroker
from tests.support.mutations import mutated
from tests.support.processes import open_sockets, resident_bytes
from tests.support.raw import RawClient
from tests.support.reliability import SEED, evidence, runs
from tests.support.waiting import PATIENCE_SECONDS, wait_until

MIB = 2**20
CODES = {311, 312, 313, 320, 402, 403, 404, 405, 406, 501, 502, 503, 504, 505, 506, 530, 540}
"""What a peer can be told it did wrong. 541 would be a mistake of the broker."""
TROUBLE = ("Traceback", "never retrieved", "mistake of the broker", "CRITICAL")

HELLO = (spec.PROTOCOL_HEADER, frames.method(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US")))
SAMPLES = {"shortstr": "fuzz", "longstr": b"fuzz", "table": {"k": [1, None, {"l": b"\xff"}]}, "bit": True}


def talk() -> list[bytes]:
    """What a client says after connection.tune, frame by frame."""
    body = b"hello" * 20
    header = properties.encode({"delivery_mode": 1, "headers": {"x-death": [{"count": 1}]}}, len(body))
    said: list[tuple[int, Method]] = [
        (0, connection.TuneOk(2047, 131_072, 0)),
        (0, connection.Open("/")),
        (1, channel.Open()),
        (1, exchange.Declare(exchange="fuzz", type="topic", auto_delete=True, arguments={"alternate-exchange": "x"})),
        (1, queue.Declare(queue="fuzz", exclusive=True, arguments={"x-max-length": 10, "x-message-ttl": 1000})),
        (1, queue.Bind(queue="fuzz", exchange="fuzz", routing_key="a.#.*")),
        (1, confirm.Select()),
        (1, basic.Qos(prefetch_count=3)),
        (1, basic.Publish(exchange="fuzz", routing_key="a.b.c", mandatory=True)),
        (1, basic.Consume(queue="fuzz", consumer_tag="t")),
        (1, basic.Get(queue="fuzz")),
        (1, basic.Ack(1)),
        (1, basic.Nack(2, True, True)),
        (1, basic.Recover(requeue=True)),
        (1, queue.Purge(queue="fuzz")),
        (1, channel.Close(200, "bye")),
        (0, connection.Close(200, "bye")),
    ]
    data = [frames.method(number, method) for number, method in said]
    data[9:9] = [frames.frame(spec.HEADER, 1, header), frames.frame(spec.BODY, 1, body), frames.HEARTBEAT_FRAME]
    return data


def strays() -> list[bytes]:
    """Frames that may come at any time and mostly must not: every method on channels 0 to 2, content, heartbeats."""
    found = []
    for cls in methods.METHODS.values():
        arguments = [SAMPLES.get(each.metadata["kind"], 1) for each in dataclasses.fields(cls)]  # type: ignore[arg-type]
        found += [frames.method(number, cls(*arguments)) for number in (0, 1, 2)]
    found += [frames.frame(kind, number, b"x") for kind in (2, 3, 4, 8, 9) for number in (0, 1, 7)]
    return found


class Changes:
    """One way to spoil a session; the seed says which, so a failure comes again."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.strays = strays()

    def session(self) -> tuple[list[bytes], list[bytes]]:
        """What is said before and after connection.tune: one of the two is changed, in one to three places."""
        before, after = list(HELLO), talk()
        part = before if self.chance.random() < 0.15 else after
        for _ in range(self.chance.randint(1, 3)):
            self.change(part)
        return before, after

    def change(self, part: list[bytes]) -> None:
        chance, at = self.chance, self.chance.randrange(len(part))
        match chance.randrange(8):
            case 0:
                del part[at]
            case 1:
                part.insert(at, part[chance.randrange(len(part))])
            case 2:
                part.insert(at, chance.choice(self.strays))
            case 3:
                other = chance.randrange(len(part))
                part[at], part[other] = part[other], part[at]
            case 4:
                part[at] = mutated(chance, [part[at]])
            case 5:
                del part[at + 1 :]
                part[at] = part[at][: chance.randrange(len(part[at]) + 1)]
            case _:
                part[at] = self.spoilt(part[at])
        if not part:
            part.append(b"")

    def spoilt(self, data: bytes) -> bytes:
        """A whole frame whose payload, or whose channel, is another."""
        if len(data) < frames.HEAD.size:
            return data
        kind, number, _ = frames.HEAD.unpack_from(data)
        if self.chance.random() < 0.2:
            return frames.frame(kind, self.chance.choice((0, 2, 2047, 65_535)), data[7:-1])
        return frames.frame(kind, number, mutated(self.chance, [data[7:-1]]))


def play(port: int, before: list[bytes], after: list[bytes], is_rude: bool) -> bytes:
    """Say it all; return what the broker answered until it or we hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as peer:
        heard = b""
        try:
            peer.sendall(b"".join(before))
            if before == list(HELLO):
                heard = until_tuned(peer)
            peer.sendall(b"".join(after))
            if is_rude:
                # No good-bye: the broker finds out by a reset.
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return heard
            peer.shutdown(socket.SHUT_WR)
            while data := peer.recv(65_536):
                heard += data
        except TimeoutError:
            raise
        except OSError:
            # It hung up while we were speaking.
            pass
        return heard


def until_tuned(peer: socket.socket) -> bytes:
    heard = b""
    while frames.method(0, connection.Tune(2047, 131_072, 60)) not in heard:
        data = peer.recv(65_536)
        if not data:
            break
        heard += data
    return heard


def reply_codes(heard: bytes) -> Iterator[int]:
    """Of every close that the broker sent; its frames must be whole and known."""
    at = 0
    while len(heard) - at >= 8:
        kind, _, size = frames.HEAD.unpack_from(heard, at)
        if heard[at : at + 4] == b"AMQP":
            at += 8
            continue
        if at + 8 + size > len(heard):
            break
        assert heard[at + 7 + size] == spec.FRAME_END
        if kind == spec.METHOD:
            method = methods.decode(heard[at + 7 : at + 7 + size])
            if isinstance(method, connection.Close | channel.Close):
                yield method.reply_code
        at += 8 + size


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Of its own: what it holds is counted."""
    with embedded.running(tmp_path_factory.mktemp("fuzz")) as broker:
        yield broker


@pytest.fixture(scope="module", autouse=True)
def at_rest(broker: EmbeddedBroker) -> int:
    """The sockets that it has open while nobody is connected: counted before anybody was."""
    return open_sockets(broker.process.pid)


@pytest.mark.reliability("c2")
def test_no_session_harms_the_broker_or_a_bystander(broker: EmbeddedBroker, at_rest: int) -> None:
    sessions, pid = runs(400, 100_000), broker.process.pid
    required = "100,000 sessions: it lives, echo p99 at most 100 ms, sockets as before, at most 50 MiB more, no 541"
    with evidence("C2 fuzz_sessions", required) as figures, RawClient(broker.amqp_port) as bystander:
        begin_echo(bystander)
        memory = resident_bytes(pid)
        changes, codes, echoes = Changes(SEED), Counter[int](), []

        for number in range(sessions):
            before, after = changes.session()
            codes.update(reply_codes(play(broker.amqp_port, before, after, is_rude=number % 7 == 0)))
            if number % 5 == 0:
                echoes.append(echo(bystander))

        figures.update(sessions=sessions, codes=dict(sorted(codes.items())))
        figures["echo_p99_ms"] = round(sorted(echoes)[len(echoes) * 99 // 100] * 1000, 1)
        figures["mebibytes"] = round((resident_bytes(pid) - memory) / MIB, 1)
        wait_until(lambda: open_sockets(pid) == at_rest + 1)
        assert broker.process.poll() is None
        assert codes.keys() <= CODES
        assert len(codes) >= 6, "the changes provoke next to nothing"
        assert figures["mebibytes"] <= 50
        log = (broker.home / "broker.log").read_text()
        assert [line for line in log.splitlines() if any(word in line for word in TROUBLE)] == []


def begin_echo(client: RawClient) -> None:
    client.open().open_channel()
    client.call(1, queue.Declare(queue="bystander", exclusive=True))
    client.expect(queue.DeclareOk)
    client.call(1, basic.Consume(queue="bystander", no_ack=True))
    client.expect(basic.ConsumeOk)


def echo(client: RawClient) -> float:
    """Seconds that a message takes to the broker and back."""
    started = time.perf_counter()
    client.send(frames.method(1, basic.Publish(routing_key="bystander")))
    client.send(frames.content(1, properties.encode({}, 2), b"hi", 0))
    client.expect(basic.Deliver)
    client.read_frame()
    assert client.read_frame()[2] == b"hi"
    return time.perf_counter() - started


@pytest.mark.reliability("c4")
def test_publish_cut_after_any_byte_leaves_nothing(broker: EmbeddedBroker, at_rest: int) -> None:
    """LavinMQ 1.0.0-beta.10: a client that vanished in a body left garbage in the store."""
    with (
        evidence("C4b cut after every byte", "queue and store unchanged") as figures,
        RawClient(broker.amqp_port) as looks,
    ):
        looks.open().open_channel()
        looks.call(1, queue.Declare(queue="cut", durable=True))
        looks.expect(queue.DeclareOk)
        header = properties.encode({"delivery_mode": 2}, 5)
        whole = frames.method(1, basic.Publish(routing_key="cut")) + frames.content(1, header, b"hello", 0)
        for cut in range(1, len(whole)):
            with RawClient(broker.amqp_port) as broken:
                broken.open().open_channel().send(whole[:cut])
        figures["cuts"] = len(whole) - 1

        wait_until(lambda: open_sockets(broker.process.pid) == at_rest + 1)
        looks.call(1, queue.Delete(queue="cut"))
        assert looks.expect(queue.DeleteOk).message_count == 0


@pytest.mark.parametrize("at_once", [False, True], ids=["in pieces", "at once"])
@pytest.mark.parametrize("ending", [(), (connection.Close(200, "bye"),)], ids=["open", "closed"])
def test_what_is_said_behind_a_refused_open_is_dropped(
    broker: EmbeddedBroker, ending: tuple[Method, ...], at_once: bool
) -> None:
    with RawClient(broker.amqp_port) as client:
        client.greet()
        client.call(0, connection.StartOk({}, "PLAIN", b"\0guest\0guest", "en_US"))
        client.expect(connection.Tune)
        refused = (connection.TuneOk(2047, 131_072, 0), connection.Open("no such vhost"))
        after = frames.method(1, channel.Open()) + frames.method(1, queue.Declare(queue="q"))

        said = [frames.method(0, method) for method in refused] + [after]
        said += [frames.method(0, method) for method in ending]
        # A broker that was kept waiting for the last of it may have closed already.
        with suppress(ConnectionError):
            for piece in [b"".join(said)] if at_once else said:
                client.send(piece)

        assert client.expect(connection.Close).reply_code == 530
    assert "mistake" not in (broker.home / "broker.log").read_text()
