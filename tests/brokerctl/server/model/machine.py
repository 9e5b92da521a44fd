"""Steps that a client can take, each done to a real broker and to the reference; after each, both must say the same."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from brokerctl.wire import frames, methods, properties, spec
from brokerctl.wire.methods import Method, basic, channel, confirm, exchange, queue
from tests.brokerctl.server.model.reference import Channel, Consumer, Delivery, Letter, Queue
from tests.support.raw import RawClient
from tests.support.waiting import wait_until

FRAME_MAX = 4096
ROOM = FRAME_MAX - spec.FRAME_OVERHEAD
SIZES = (0, 1, 100, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM, 3 * ROOM + 1, 300_000)
"""Around the edges of body frames, and one larger than what a connection is sent before its socket took some."""
SMALL = 100

M = TypeVar("M", bound=Method)

CHANNELS, NAMES, KEYS = (1, 2, 3), ("a", "b", "c"), ("k", "m")
CONTROL = 9

numbers, names = st.sampled_from(CHANNELS), st.sampled_from(NAMES)
examples = itertools.count()


ARGUMENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "declare": {"name": names, "durable": st.booleans(), "max_length": st.sampled_from((None, None, 0, 2))},
    "delete": {"name": names},
    "bind": {"name": names, "key": st.sampled_from(KEYS), "is_on": st.booleans()},
    "publish": {
        "number": numbers,
        "to": st.sampled_from((*NAMES, *NAMES, *KEYS)),
        "is_persistent": st.booleans(),
        "is_mandatory": st.booleans(),
        "size": st.sampled_from(SIZES),
        "copies": st.integers(1, 4),
    },
    "select": {"number": numbers},
    "get": {"number": numbers, "name": names, "needs_ack": st.booleans()},
    "consume": {
        "number": numbers,
        "name": names,
        "needs_ack": st.sampled_from((True, True, False)),
        "prefetch": st.integers(0, 3),
    },
    "cancel": {"which": st.integers(0, 5)},
    "settle": {
        "which": st.integers(0, 20),
        "method": st.sampled_from((basic.Ack, basic.Ack, basic.Nack, basic.Reject)),
        "multiple": st.booleans(),
        "requeue": st.booleans(),
    },
    "recover": {"number": numbers},
    "purge": {"name": names},
    "acknowledge_what_was_never_sent": {"number": numbers, "beyond": st.integers(1, 3)},
    "close_channel": {"number": numbers},
    "drop_connection": {},
}
"""What each step is told, by its name."""

TRAFFIC = ("publish",) * 5 + ("settle",) * 6 + ("get",) * 3 + ("consume",) * 2 + ("recover", "select", "bind")
UPHEAVAL = ("declare", "declare", "delete", "cancel", "purge", "acknowledge_what_was_never_sent", "close_channel")


class QueueMachine(RuleBasedStateMachine):
    """One connection with three channels that work and one that looks; queue names are of this example only."""

    port: ClassVar[int]
    steps: ClassVar[tuple[str, ...]] = (*TRAFFIC, *TRAFFIC, *UPHEAVAL, "drop_connection")
    """One rule draws from these: of several rules Hypothesis leaves about half out of each example, and without
    publishing or settling there is little to see."""

    def __init__(self) -> None:
        super().__init__()
        self.prefix = f"model.{next(examples)}."
        self.exchange = self.prefix + "x"
        self.queues: dict[str, Queue] = {}
        self.bound: set[tuple[str, str]] = set()
        """(key, queue's name)."""
        self.letters = 0
        self.tags = 0
        self.trail: list[str] = []
        """What was done, for whoever reads a failure: it may need a store with a past, and not happen again."""
        self.connect()

    def teardown(self) -> None:
        for name in self.queues:
            self.client.call(CONTROL, queue.Delete(queue=self.prefix + name, nowait=True))
        self.client.call(CONTROL, exchange.Delete(exchange=self.exchange))
        self.expect(exchange.DeleteOk)
        self.client.socket.close()

    def connect(self) -> None:
        self.channels = {number: Channel(number) for number in CHANNELS}
        self.client = RawClient(self.port).__enter__().open(frame_max=FRAME_MAX)
        for number in (*CHANNELS, CONTROL):
            self.client.open_channel(number)
        self.ask(CONTROL, exchange.Declare(exchange=self.exchange, type="direct", durable=True), exchange.DeclareOk)

    # Steps

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.steps), label="step")
        arguments = {key: data.draw(strategy, label=key) for key, strategy in ARGUMENTS.get(name, {}).items()}
        self.trail.append(f"{name}({', '.join(f'{key}={value}' for key, value in arguments.items())})")
        getattr(self, name)(**arguments)

    @initialize(durable=st.booleans())
    def begin(self, durable: bool) -> None:
        self.declare("a", durable, None)

    def declare(self, name: str, durable: bool, max_length: int | None) -> None:
        if name in self.queues:
            return
        arguments = {} if max_length is None else {"x-max-length": max_length}
        method = queue.Declare(queue=self.prefix + name, durable=durable, arguments=arguments)
        assert self.ask(CONTROL, method, queue.DeclareOk).message_count == 0
        self.queues[name] = Queue(name, durable, max_length)

    def delete(self, name: str) -> None:
        if len(self.queues) == 1:
            return
        gone = self.queues.pop(self.existing(name))
        name = gone.name
        answer = self.ask(CONTROL, queue.Delete(queue=self.prefix + name), queue.DeleteOk)
        assert answer.message_count == len(gone.ready)
        gone.is_deleted, gone.ready, gone.consumers = True, [], []
        self.bound = {(key, other) for key, other in self.bound if other != name}
        self.agree()

    def bind(self, name: str, key: str, is_on: bool) -> None:
        name = self.existing(name)
        method, answer = (queue.Bind, queue.BindOk) if is_on else (queue.Unbind, queue.UnbindOk)
        self.ask(CONTROL, method(queue=self.prefix + name, exchange=self.exchange, routing_key=key), answer)
        self.bound = self.bound | {(key, name)} if is_on else self.bound - {(key, name)}

    def publish(self, number: int, to: str, is_persistent: bool, is_mandatory: bool, size: int, copies: int) -> None:
        sender = self.channels[number]
        routed = self.routed(to)
        if any(found.max_length is not None for found in routed):
            size = min(size, SMALL)
        method = basic.Publish(exchange="", routing_key=self.prefix + to, mandatory=is_mandatory)
        if to in KEYS:
            method = basic.Publish(exchange=self.exchange, routing_key=to, mandatory=is_mandatory)
        said = b""
        for _ in range(copies):
            self.letters += 1
            said += frames.method(number, method) + self.content(number, self.letters, size, is_persistent)
            letters = [Letter(self.letters, size, is_persistent) for _ in routed]
            for found, letter in zip(routed, letters, strict=True):
                found.push(letter)
            if sender.confirms:
                sender.published += 1
                sender.unconfirmed[sender.published] = letters
        self.trail.append(f"    messages to {self.letters} into {[found.name for found in routed]}")
        self.client.send(said)
        for _ in range(copies if is_mandatory and not routed else 0):
            self.expect(basic.Return)
        self.agree()

    def select(self, number: int) -> None:
        self.ask(number, confirm.Select(), confirm.SelectOk)
        self.channels[number].confirms = True

    def get(self, number: int, name: str, needs_ack: bool) -> None:
        name = self.existing(name)
        asked = self.queues[name]
        self.client.call(number, basic.Get(queue=self.prefix + name, no_ack=not needs_ack))
        if not asked.ready:
            self.expect(basic.GetEmpty)
            return
        answer = self.expect(basic.GetOk)
        letter = asked.ready.pop(0)
        self.same(asked, letter, answer.redelivered, *self.last_content)
        self.channels[number].hand_out(Delivery(asked, letter, None), needs_ack)
        assert (answer.delivery_tag, answer.message_count) == (self.channels[number].last_tag, len(asked.ready))
        self.agree()

    def consume(self, number: int, name: str, needs_ack: bool, prefetch: int) -> None:
        name = self.existing(name)
        self.tags += 1
        tag = str(self.tags)
        self.ask(number, basic.Qos(prefetch_count=prefetch), basic.QosOk)
        self.client.call(number, basic.Consume(queue=self.prefix + name, consumer_tag=tag, no_ack=not needs_ack))
        consumer = Consumer(self.queues[name], needs_ack, prefetch)
        self.queues[name].consumers.append(consumer)
        self.channels[number].consumers[tag] = consumer
        assert self.expect(basic.ConsumeOk).consumer_tag == tag
        self.agree()

    def cancel(self, which: int) -> None:
        all_tags = [(number, tag) for number in CHANNELS for tag in self.channels[number].consumers]
        if not all_tags:
            return
        number, tag = all_tags[which % len(all_tags)]
        mine = self.channels[number].consumers
        self.ask(number, basic.Cancel(tag), basic.CancelOk)
        consumer = mine.pop(tag)
        if consumer in consumer.queue.consumers:
            consumer.queue.consumers.remove(consumer)
        self.agree()

    def settle(self, which: int, method: type[Method], multiple: bool, requeue: bool) -> None:
        all_held = [(number, tag) for number in CHANNELS for tag in self.channels[number].held]
        if not all_held:
            return
        number, tag = all_held[which % len(all_held)]
        if method is basic.Ack:
            self.client.call(number, basic.Ack(tag, multiple))
            self.channels[number].settle(tag, multiple, requeue=False)
        elif method is basic.Nack:
            self.client.call(number, basic.Nack(tag, multiple, requeue))
            self.channels[number].settle(tag, multiple, requeue)
        else:
            self.client.call(number, basic.Reject(tag, requeue))
            self.channels[number].settle(tag, False, requeue)
        self.agree()

    def recover(self, number: int) -> None:
        self.client.call(number, basic.Recover(requeue=True))
        self.channels[number].settle(0, multiple=True, requeue=True)
        self.expect(basic.RecoverOk)
        self.agree()

    def purge(self, name: str) -> None:
        name = self.existing(name)
        name = self.existing(name)
        count = self.queues[name].purge()
        assert self.ask(CONTROL, queue.Purge(queue=self.prefix + name), queue.PurgeOk).message_count == count
        self.agree()

    def acknowledge_what_was_never_sent(self, number: int, beyond: int) -> None:
        closing = self.channels[number]
        self.client.call(number, basic.Ack(closing.last_tag + beyond))
        closing.close()
        assert self.expect(channel.Close).reply_code == 406
        self.client.call(number, channel.CloseOk())
        self.reopen(number)

    def close_channel(self, number: int) -> None:
        self.client.call(number, channel.Close(200, "bye"))
        self.channels[number].close()
        self.expect(channel.CloseOk)
        self.reopen(number)

    def drop_connection(self) -> None:
        """As a client that dies; what it held is back as soon as the broker has noticed."""
        self.client.socket.close()
        for each in self.channels.values():
            each.close()
        self.connect()
        wait_until(self.counts_agree)

    # How the broker is asked, and what it must say

    def agree(self) -> None:
        """Read what is due to consumers, then compare the counts of all queues."""
        while any(known.due for known in self.queues.values()):
            self.read()
        assert self.counts_agree()

    def counts_agree(self) -> bool:
        found = {
            name: self.ask(CONTROL, queue.Declare(queue=self.prefix + name, passive=True), queue.DeclareOk)
            for name in self.queues
        }
        return all(
            (found[name].message_count, found[name].consumer_count) == (len(known.ready), len(known.consumers))
            for name, known in self.queues.items()
        )

    def existing(self, name: str) -> str:
        """This queue, or another while there is none of this name."""
        return name if name in self.queues else next(iter(self.queues))

    def routed(self, to: str) -> list[Queue]:
        if to in KEYS:
            return [self.queues[name] for name in NAMES if (to, name) in self.bound]
        return [self.queues[to]] if to in self.queues else []

    def reopen(self, number: int) -> None:
        self.channels[number] = Channel(number)
        self.ask(number, channel.Open(), channel.OpenOk)
        self.agree()

    def content(self, number: int, letter: int, size: int, is_persistent: bool) -> bytes:
        values = {"message_id": str(letter), "delivery_mode": 2 if is_persistent else 1}
        return frames.content(number, properties.encode(values, size), body_of(letter, size), FRAME_MAX)

    def ask(self, number: int, method: Method, answer: type[M]) -> M:
        self.client.call(number, method)
        return self.expect(answer)

    def expect(self, kind: type[M]) -> M:
        """The next answer; deliveries and confirms before it are checked on the way."""
        answer = None
        while answer is None:
            answer = self.read()
        assert isinstance(answer, kind), f"expected {kind.name}, got {answer}"
        return answer

    def read(self) -> Method | None:
        """One method and its content. None when it was a delivery or a confirm."""
        kind, number, payload = self.client.read_frame()
        assert kind == spec.METHOD
        method = methods.decode(payload)
        if isinstance(method, basic.Deliver | basic.GetOk | basic.Return):
            self.last_content = self.read_content(number)
        if isinstance(method, basic.Deliver):
            self.delivered(self.channels[number], method)
        elif isinstance(method, basic.Ack):
            self.channels[number].confirmed(method.delivery_tag, method.multiple)
        else:
            return method
        return None

    def read_content(self, number: int) -> tuple[int, bytes]:
        """The letter's number and its body, from the frames that follow."""
        kind, on, header = self.client.read_frame()
        assert (kind, on) == (spec.HEADER, number)
        parts, missing = [], properties.body_size(header)
        while missing:
            kind, on, part = self.client.read_frame()
            assert (kind, on) == (spec.BODY, number)
            assert 0 < len(part) <= ROOM
            parts.append(part)
            missing -= len(part)
        return int(properties.decode(header)["message_id"]), b"".join(parts)

    def delivered(self, receiver: Channel, method: basic.Deliver) -> None:
        """It must be the first message of its queue, and its consumer must have had credit."""
        consumer = receiver.consumers[method.consumer_tag]
        assert consumer.queue.ready, "a message came that nobody sent, or that was gone"
        assert consumer.credit > 0
        letter = consumer.queue.ready.pop(0)
        self.same(consumer.queue, letter, method.redelivered, *self.last_content)
        receiver.hand_out(Delivery(consumer.queue, letter, consumer), consumer.needs_ack)
        consumer.unacked += consumer.needs_ack
        assert method.delivery_tag == receiver.last_tag

    def same(self, source: Queue, letter: Letter, is_redelivered: bool, number: int, body: bytes) -> None:
        came = f"from {source.name} came message {number}, redelivered {is_redelivered}"
        story = f"{came}; expected {letter} after\n" + "\n".join(self.trail)
        assert number == letter.number, story
        assert body == body_of(number, letter.size), f"with another body {story}"
        assert is_redelivered == letter.is_redelivered, story
        self.trail.append(f"    {number} came from {source.name}")


def body_of(number: int, size: int) -> bytes:
    """A body that no other message of the same size has."""
    return (b"%d." % number * (size // 2 + 1))[:size]
