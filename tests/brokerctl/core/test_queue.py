"""Queues against a small reference: order, requeue to the old place, fair turns, credit."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from brokerctl.core.channel import Channel, Peer
from brokerctl.core.consumers import Consumer
from brokerctl.core.effects import Deliver, Effects, Forget
from brokerctl.core.message import Entry, Message
from brokerctl.core.queue import Queue


def entry(position: int, body: bytes = b"", is_stored: bool = False) -> Entry:
    return Entry(position, Message("", "q", b"", body), is_stored)


def consumer(queue: Queue, prefetch: int = 0, needs_ack: bool = True, channel: Channel | None = None) -> Consumer:
    channel = channel or Channel(1, Peer("c", "guest", "/"))
    channel.prefetch = prefetch
    return Consumer("tag", queue, channel, needs_ack, False, {})


def delivered(effects: Effects) -> list[int]:
    return [entry.position for effect in effects if isinstance(effect, Deliver) for entry in effect.entries]


def test_consumers_take_turns() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    first, second = consumer(queue), consumer(queue)
    queue.add_consumer(first, effects)
    queue.add_consumer(second, effects)

    for position in range(4):
        queue.push(entry(position), effects)

    assert [effect.consumer for effect in effects if isinstance(effect, Deliver)] == [first, second, first, second]


def test_consumer_gets_no_more_than_its_prefetch_until_it_acks() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    reader = consumer(queue, prefetch=2)
    queue.add_consumer(reader, effects)
    for position in range(3):
        queue.push(entry(position), effects)
    assert delivered(effects) == [0, 1]

    reader.channel.acknowledge(1, False, effects)

    assert delivered(effects) == [0, 1, 2]


def test_requeued_message_keeps_its_place() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    channel = Channel(1, Peer("c", "guest", "/"))
    for position in range(5):
        queue.push(entry(position), effects)
    for _ in range(3):
        taken = queue.take()
        assert taken is not None
        queue.hold(taken)
        channel.hand_out(taken, queue, None)

    channel.give_back(2, False, effects)
    channel.give_back(1, False, effects)

    assert [waiting.position for waiting in queue.entries()] == [0, 1, 3, 4]
    assert queue.unacked == 1


def test_slow_reader_stops_getting_messages_until_its_socket_took_them() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    reader = consumer(queue)
    queue.add_consumer(reader, effects)
    big = bytes(Peer.WINDOW_BYTES)
    queue.push(entry(0, big), effects)
    queue.push(entry(1, big), effects)
    assert delivered(effects) == [0]

    reader.channel.peer.refill(effects)

    assert delivered(effects) == [0, 1]


def test_stored_message_is_forgotten_when_it_needs_no_ack() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    queue.add_consumer(consumer(queue, needs_ack=False), effects)

    queue.push(entry(7, is_stored=True), effects)

    assert effects[-2] == Forget([7]) or effects[-1] == Forget([7])


def test_purge_leaves_what_is_unacked() -> None:
    queue = Queue("/", "q")
    effects: Effects = []
    reader = consumer(queue, prefetch=1)
    queue.add_consumer(reader, effects)
    for position in range(3):
        queue.push(entry(position, b"xy"), effects)

    dropped = queue.purge(effects)

    assert dropped == 2
    assert (queue.ready, queue.unacked, queue.ready_bytes, queue.unacked_bytes) == (0, 1, 0, 2)


class QueueModel(RuleBasedStateMachine):
    """The reference is a sorted list of ready positions and a dict of what is out."""

    out = Bundle("out")

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue("/", "q")
        self.channel = Channel(1, Peer("c", "guest", "/"))
        self.position = 0
        self.ready: list[int] = []
        self.held: dict[int, int] = {}
        self.effects: Effects = []

    @rule(body=st.binary(max_size=3))
    def publish(self, body: bytes) -> None:
        self.position += 1
        self.queue.push(entry(self.position, body), self.effects)
        self.ready.append(self.position)

    @rule(target=out)
    def get(self) -> int:
        taken = self.queue.take()
        if taken is None:
            assert self.ready == []
            return 0
        assert taken.position == self.ready.pop(0)
        self.queue.hold(taken)
        tag = self.channel.hand_out(taken, self.queue, None)
        self.held[tag] = taken.position
        return tag

    @rule(tag=consumes(out), requeue=st.booleans())
    def settle(self, tag: int, requeue: bool) -> None:
        if tag not in self.held:
            return
        position = self.held.pop(tag)
        if requeue:
            self.channel.give_back(tag, False, self.effects)
            self.ready = sorted([*self.ready, position])
        else:
            self.channel.acknowledge(tag, False, self.effects)

    @rule()
    def purge(self) -> None:
        assert self.queue.purge(self.effects) == len(self.ready)
        self.ready = []

    @rule()
    def recover(self) -> None:
        self.channel.recover(self.effects)
        self.ready = sorted([*self.ready, *self.held.values()])
        self.held = {}

    @invariant()
    def counts_agree(self) -> None:
        assert [waiting.position for waiting in self.queue.entries()] == self.ready
        assert self.queue.ready == len(self.ready)
        assert self.queue.unacked == len(self.held)
        assert self.queue.ready_bytes == sum(len(waiting.message.body) for waiting in self.queue.entries())


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
