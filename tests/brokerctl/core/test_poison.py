"""Messages and declarations that are legal, odd, and must harm nobody but their sender."""

from __future__ import annotations

import random
import time

import pytest

from brokerctl.core import publishing
from brokerctl.core.broker import Broker
from brokerctl.core.context import Context
from brokerctl.core.message import Arguments, Message
from brokerctl.core.vhost import Vhost
from brokerctl.errors import PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.wire import fields, properties
from brokerctl.wire.fields import Timestamp
from tests.support.bombs import BOMBS
from tests.support.reliability import SEED, evidence, runs
from tests.support.work import lines_run


@pytest.fixture
def vhost() -> Vhost:
    return Vhost("/", Context(WireCodec()))


def publish(vhost: Vhost, key: str, headers: Arguments | None = None, exchange: str = "") -> None:
    header = properties.encode({} if headers is None else {"headers": headers}, 1)
    publishing.publish(vhost, None, Message(exchange, key, header, b"x"), False, [])


def full(target: str) -> Arguments:
    """Arguments of a queue that keeps nothing and passes everything on."""
    return {"x-max-length": 0, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": target}


@pytest.mark.parametrize(
    "count", ["abc", [1], None, {}, b"\xff", 1.5, float("inf"), float("nan"), True, -1, 0, 2**63 - 1, -(2**63)]
)
def test_x_death_that_a_client_made_up_is_counted_anew(vhost: Vhost, count: object) -> None:
    dead = vhost.declare_queue("dead", [])
    vhost.declare_queue("q", [], arguments=full("dead"))

    publish(vhost, "q", {"x-death": [{"queue": "q", "reason": "maxlen", "count": count}, "odd", None]})

    [entry] = dead.entries()
    [death] = vhost.context.codec.read(entry.message.header)["x-death"]
    assert (death["queue"], death["reason"], death["count"]) == ("q", "maxlen", 2)


@pytest.mark.parametrize(
    "bomb", ["nested tables", "voids", "one key again and again", "array one longer than there is"]
)
def test_table_that_nobody_can_read_ends_in_a_circle_and_keeps_its_properties(vhost: Vhost, bomb: str) -> None:
    dead = vhost.declare_queue("dead", [])
    vhost.declare_queue("q", [], arguments=full("") | {"x-dead-letter-exchange": "circle"})
    circle = vhost.declare_exchange("circle", "fanout", [], is_durable=False)
    for destination in ("q", "dead"):
        vhost.bind(circle, vhost.queues[destination], "", {}, [])
    described = properties.encode({"content_type": "text/plain", "delivery_mode": 2}, 1)
    header = properties.amend(described, {"replaced": 1})
    header = header.replace(fields.encode_table({"replaced": 1}), BOMBS[bomb](20_000))

    publishing.publish(vhost, None, Message("", "q", header, b"x"), False, [])

    [entry] = dead.entries()
    found = properties.decode(entry.message.header)
    assert (found["content_type"], found["delivery_mode"]) == ("text/plain", 2)
    assert [death["queue"] for death in found["headers"]["x-death"]] == ["q"]


def test_chain_of_full_queues_is_no_deeper_than_the_stack(vhost: Vhost) -> None:
    length = 180
    for number in range(length):
        vhost.declare_queue(str(number), [], arguments=full(str(number + 1)))
    last = vhost.declare_queue(str(length), [])

    publish(vhost, "0")

    [entry] = last.entries()
    assert len(vhost.context.codec.read(entry.message.header)["x-death"]) == length


@pytest.mark.parametrize("name", ["x-dead-letter-exchange", "x-dead-letter-routing-key"])
def test_dead_letter_address_that_no_delivery_can_carry_is_refused(vhost: Vhost, name: str) -> None:
    with pytest.raises(PreconditionFailed, match="at most 255 bytes"):
        vhost.declare_queue("q", [], arguments=full("dead") | {name: "ö" * 128})

    vhost.declare_queue("q", [], arguments=full("dead") | {name: "ö" * 127})


def test_selected_routing_key_is_no_longer_than_any_other(vhost: Vhost) -> None:
    vhost.declare_queue("k" * 255, [])
    publish(vhost, "nobody", {"CC": ["k" * 255]})
    assert vhost.queues["k" * 255].ready == 1

    with pytest.raises(PreconditionFailed, match="at most 255 bytes"):
        publish(vhost, "nobody", {"CC": ["k" * 256]})


def test_binding_with_a_timestamp_can_be_removed_after_a_restart() -> None:
    """The store keeps definitions as JSON, which has one kind of whole number."""
    source = "amq.headers"
    broker = Broker(WireCodec())
    broker.add_vhost("/", [])
    vhost = broker.vhosts["/"]
    queue = vhost.declare_queue("q", [])
    vhost.bind(vhost.exchange(source), queue, "", {"at": 5}, [])

    vhost.unbind(vhost.exchange(source), queue, "", {"at": Timestamp(5)}, [])

    assert vhost.bindings_of(queue) == []


def matching(patterns: list[str], key: str) -> tuple[int, float]:
    """What one look-up costs with this many bindings to a topic exchange: lines of Python run, and CPU seconds.

    Lines are the same on every run, so they are what is asserted; seconds go into the report.
    """
    vhost = Vhost("/", Context(WireCodec()))
    exchange, queue = vhost.exchange("amq.topic"), vhost.declare_queue("q", [])
    for pattern in patterns:
        vhost.bind(exchange, queue, pattern, {}, [])
    started = time.process_time()
    list(exchange.destinations(key, {}))
    seconds = time.process_time() - started
    return lines_run(lambda: list(exchange.destinations(key, {}))), seconds


def hostile(count: int) -> list[str]:
    """Bindings that nearly all stay possible to the last word of a key."""
    chance = random.Random(SEED)  # noqa: S311
    return [".".join(chance.choice("#*ab") for _ in range(12)) for _ in range(count)]


@pytest.mark.reliability("c11")
@pytest.mark.parametrize("pair", ["#.#", "#.a", "#.*"])
def test_sixteen_wildcards_cost_in_proportion_to_the_words(pair: str) -> None:
    """CVE-2026-67419: a naive matcher takes four seconds for six of them and forty words."""
    with evidence(f"C11 wildcards {pair}", "16 # x 128 words: at most 5 ms, time(2n)/time(n) at most 3") as figures:
        patterns = [f"{'.'.join([pair] * 16)}.{number}" for number in range(20)]
        (short, _), (long, seconds) = (matching(patterns, ".".join(["a"] * words)) for words in (64, 128))
        figures.update(milliseconds=round(seconds * 1000, 3), ratio=round(long / short, 2))

        # Twice the words is twice the work once all sixteen pairs are reached.
        assert short > 64
        assert long < 3 * short


@pytest.mark.reliability("c11")
def test_hostile_bindings_cost_in_proportion_to_their_number() -> None:
    with evidence("C11 many wildcards", "4 times the bindings: at most 8 times the time") as figures:
        (few, _), (many, seconds) = (matching(hostile(count), ".".join("ab" * 32)) for count in runs_of_bindings())
        figures.update(milliseconds=round(seconds * 1000, 1), ratio=round(many / few, 2))

        assert few > 1_000

        assert many < 8 * few


def runs_of_bindings() -> tuple[int, int]:
    most = runs(1_200, 10_000)
    return most // 4, most
