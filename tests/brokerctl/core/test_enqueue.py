"""Many at once is the same as one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerctl.core import publishing
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.confirms import Confirms
from brokerctl.core.context import Context
from brokerctl.core.effects import Deliver, DeliverAll, Effects, Return, Store
from brokerctl.core.message import Envelope
from brokerctl.core.vhost import Vhost
from brokerctl.errors import PreconditionFailed
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties

HEADER = properties.encode({}, 1)


@dataclass
class Stage:
    """A durable queue `q` with consumers `c0`, `c1`, …, and another queue that nobody consumes, both bound to one
    exchange; a publisher with confirms."""

    needs_ack: bool
    prefetch: int
    global_prefetch: int
    window: int
    consumers: int
    waiting: int
    effects: Effects = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vhost = Vhost("/", Context(WireCodec()))
        self.peer = Peer("consumer", "guest", "/")
        self.taker = Channel(1, self.peer)
        self.taker.prefetch, self.taker.global_prefetch = self.prefetch, self.global_prefetch
        self.publisher = Channel(1, Peer("publisher", "guest", "/"))
        self.publisher.confirms = Confirms()
        self.queue = self.vhost.declare_queue("q", [], is_durable=True)
        self.other = self.vhost.declare_queue("other", [])
        for queue in (self.queue, self.other):
            self.vhost.bind(self.vhost.exchange("amq.fanout"), queue, "", {}, [])
        for number in range(self.consumers):
            self.vhost.consume(
                self.queue, self.taker, f"c{number}", [], needs_ack=self.needs_ack, is_exclusive=False, arguments={}
            )
        # With consumers these go out first; what is left over waits.
        self.publish([bytes((number,)) for number in range(self.waiting)], is_persistent=False, at_once=False)
        self.peer.window = self.window

    def publish(self, bodies: list[bytes], *, is_persistent: bool, at_once: bool) -> None:
        envelope = Envelope("amq.fanout", "", HEADER, is_persistent)
        for group in ([bodies] if at_once else [[body] for body in bodies]) if bodies else []:
            publishing.publish_all(self.vhost, self.publisher, envelope, group, False, self.effects)

    def publish_each(self, envelopes: list[Envelope], bodies: list[bytes], *, at_once: bool) -> None:
        if at_once:
            publishing.publish_each(self.vhost, self.publisher, envelopes, bodies, True, self.effects)
            return
        for envelope, body in zip(envelopes, bodies, strict=False):
            publishing.publish_all(self.vhost, self.publisher, envelope, (body,), True, self.effects)

    @property
    def delivered(self) -> list[tuple[str, int, bytes]]:
        found = []
        for effect in self.effects:
            if isinstance(effect, Deliver):
                tags = enumerate(effect.entries, effect.first_tag)
                found += [(effect.consumer.tag, tag, entry.message.body) for tag, entry in tags]
            elif isinstance(effect, DeliverAll):
                tagged = enumerate(effect.bodies, effect.first_tag)
                found += [(effect.consumer.tag, tag, body) for tag, body in tagged]
        return found

    @property
    def returned(self) -> list[bytes]:
        return [effect.message.body for effect in self.effects if isinstance(effect, Return)]

    @property
    def stored(self) -> list[tuple[bytes, int]]:
        return [(effect.entry.message.body, effect.sequence) for effect in self.effects if isinstance(effect, Store)]

    @property
    def state(self) -> list[object]:
        assert self.publisher.confirms is not None
        unacked = {tag: delivery.entry.message.body for tag, delivery in self.taker.unacked.items()}
        return [
            self.delivered,
            self.stored,
            unacked,
            [[entry.message.body for entry in queue.entries()] for queue in (self.queue, self.other)],
            [
                (queue.ready, queue.ready_bytes, queue.unacked, queue.unacked_bytes)
                for queue in (self.queue, self.other)
            ],
            [queue.counters for queue in (self.queue, self.other)],
            [channel.counters for channel in (self.taker, self.publisher)],
            [consumer.unacked for consumer in self.taker.consumers.values()],
            (self.peer.window, self.taker.last_tag),
            self.publisher.confirms.unconfirmed,
            self.publisher.confirms.take(),
            self.vhost.context.totals,
        ]


@given(
    needs_ack=st.booleans(),
    prefetch=st.integers(0, 4),
    global_prefetch=st.integers(0, 4),
    window=st.sampled_from([0, 1, 65, 66, 200, 10_000]),
    consumers=st.integers(0, 2),
    waiting=st.integers(0, 3),
    count=st.integers(1, 6),
    is_persistent=st.booleans(),
)
def test_publishing_all_at_once_is_the_same_as_one_by_one(
    needs_ack: bool,
    prefetch: int,
    global_prefetch: int,
    window: int,
    consumers: int,
    waiting: int,
    count: int,
    is_persistent: bool,
) -> None:
    stages = [Stage(needs_ack, prefetch, global_prefetch, window, consumers, waiting) for _ in range(2)]
    bodies = [bytes((100 + number,)) for number in range(count)]

    stages[0].publish(bodies, is_persistent=is_persistent, at_once=True)
    stages[1].publish(bodies, is_persistent=is_persistent, at_once=False)

    assert stages[0].state == stages[1].state


@given(
    needs_ack=st.booleans(),
    prefetch=st.integers(0, 4),
    window=st.sampled_from([0, 1, 65, 66, 200, 10_000]),
    consumers=st.integers(0, 2),
    exchange=st.sampled_from(["amq.fanout", "amq.direct", "amq.headers"]),
    cc=st.sampled_from([None, "CC", "BCC"]),
    ttls=st.sampled_from([(None,), (0,), (None, 5_000)]),
    deliver=st.sampled_from([(False,), (True,), (True, False)]),
    refuses=st.booleans(),
    count=st.integers(1, 6),
    missing=st.integers(0, 2),
)
def test_neighbours_with_headers_of_their_own_are_the_same_as_one_by_one(
    needs_ack: bool,
    prefetch: int,
    window: int,
    consumers: int,
    exchange: str,
    cc: str | None,
    ttls: tuple[int | None, ...],
    deliver: tuple[bool, ...],
    refuses: bool,
    count: int,
    missing: int,
) -> None:
    """Also where they are not alike: longer lives, other keys, a queue that refuses, nobody who wants them."""
    stages = [Stage(needs_ack, prefetch, 0, window, consumers, 0) for _ in range(2)]
    envelopes = [
        Envelope(
            exchange,
            "",
            properties.encode({"message_id": str(number), "headers": {cc: ["other"]} if cc else {}}, 1),
            is_persistent=deliver[number % len(deliver)],
            expiration_ms=ttls[number % len(ttls)],
        )
        for number in range(count)
    ]
    bodies = [bytes((100 + number,)) for number in range(count + missing)]

    for stage, at_once in zip(stages, (True, False), strict=True):
        if refuses:
            arguments = {"x-max-length": 2, "x-overflow": "reject-publish"}
            full = stage.vhost.declare_queue("full", [], arguments=arguments)
            stage.vhost.bind(stage.vhost.exchange(exchange), full, "", {}, [])
        stage.publish_each(envelopes, bodies, at_once=at_once)

    assert stages[0].state == stages[1].state
    assert stages[0].returned == stages[1].returned


def test_acks_in_a_row_are_the_same_as_single_ones_up_to_the_first_unknown() -> None:
    stage = Stage(needs_ack=True, prefetch=0, global_prefetch=0, window=10_000, consumers=1, waiting=0)
    stage.publish([b"a", b"b", b"c", b"d"], is_persistent=False, at_once=True)

    with pytest.raises(PreconditionFailed, match="unknown delivery tag 9"):
        stage.taker.acknowledge_each([2, 1, 9, 3], stage.effects)

    assert list(stage.taker.unacked) == [3, 4]
    assert (stage.queue.unacked, stage.queue.counters.ack, stage.taker.counters.ack) == (2, 2, 2)
