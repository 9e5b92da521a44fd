"""Random dead-letter graphs against a reference: everything ends, nothing is lost but by a stated drop, and x-death
tells the way a message went."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerctl.core import getting, publishing
from brokerctl.core.broker import Broker
from brokerctl.core.channel import Channel, Peer
from brokerctl.core.message import Arguments, Message
from brokerctl.core.reasons import Reason
from brokerctl.server.codec import WireCodec
from brokerctl.wire import properties
from tests.support.reliability import evidence, runs

QUEUES = tuple("abcdef")
Step = tuple[str, str, int]
"""What, to which queue, and a number: copies, milliseconds, or how often."""


@dataclass(frozen=True)
class Letter:
    """A message as the reference knows it. Deaths: (queue, reason, count), latest first."""

    number: int
    deaths: tuple[tuple[str, str, int], ...] = ()
    expires_at: int | None = None
    given_back: int = 0

    def died(self, queue: str, reason: str) -> Letter:
        count = 1 + sum(times for where, why, times in self.deaths if (where, why) == (queue, reason))
        others = [death for death in self.deaths if death[:2] != (queue, reason)]
        return Letter(self.number, ((queue, reason, count), *others))

    def came_back_by_itself(self, queue: str) -> bool:
        for where, why, _ in self.deaths:
            if why == "rejected":
                return False
            if where == queue:
                return True
        return False


@dataclass
class Node:
    """One queue of a graph: its limits, and where its dead go (None: nowhere)."""

    targets: tuple[str, ...] | None
    ttl: int | None
    max_length: int | None
    overflow: str
    delivery_limit: int | None

    @property
    def arguments(self) -> Arguments:
        found = {
            "x-message-ttl": self.ttl,
            "x-max-length": self.max_length,
            "x-overflow": self.overflow,
            "x-delivery-limit": self.delivery_limit,
            "x-queue-type": None if self.delivery_limit is None else "quorum",
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass
class Reference:
    """Dead-lettering in forty lines. Deaths are dealt with in the order in which they happened."""

    graph: dict[str, Node]
    now: int = 0
    entered: int = 0
    dropped: int = 0
    queues: dict[str, list[Letter]] = field(default_factory=lambda: {name: [] for name in QUEUES})
    dying: deque[tuple[str, Letter, str]] = field(default_factory=deque)

    def publish(self, name: str, letter: Letter) -> None:
        self.arrive([name], letter)
        self.bury_all()

    def arrive(self, names: list[str], letter: Letter) -> None:
        """`letter` is routed to these at once: who refuses is asked before anybody keeps it."""
        full = [name for name in names if self.refuses(name)]
        for name in full:
            self.entered += 1
            self.dying.append((name, letter, "maxlen" if self.graph[name].overflow.endswith("dlx") else "refused"))
        for name in names:
            if name not in full:
                self.entered += 1
                self.keep(name, letter)

    def refuses(self, name: str) -> bool:
        node = self.graph[name]
        is_full = node.max_length is not None and len(self.queues[name]) >= node.max_length
        return is_full and node.overflow != "drop-head"

    def keep(self, name: str, letter: Letter) -> None:
        node, queue = self.graph[name], self.queues[name]
        queue.append(replace(letter, expires_at=None if node.ttl is None else self.now + node.ttl))
        while node.max_length is not None and len(queue) > node.max_length:
            self.dying.append((name, queue.pop(0), "maxlen"))
        if node.ttl == 0:
            self.expire(name)

    def expire(self, name: str) -> None:
        while self.expire_next(name):
            pass

    def expire_next(self, name: str) -> bool:
        queue = self.queues[name]
        is_over = bool(queue) and (expiry := queue[0].expires_at) is not None and expiry <= self.now
        if is_over:
            self.dying.append((name, queue.pop(0), "expired"))
        return is_over

    def bury_all(self) -> None:
        while self.dying:
            name, letter, reason = self.dying.popleft()
            targets = self.graph[name].targets
            if targets is None or reason == "refused":
                self.dropped += 1
                continue
            dead = letter.died(name, reason)
            reached = [to for to in targets if reason == "rejected" or not dead.came_back_by_itself(to)]
            # One letter became as many as it has targets; in a circle it may have none.
            self.dropped += 1
            self.arrive(reached, dead)


class Stage:
    """The same graph in the core."""

    def __init__(self, graph: dict[str, Node]) -> None:
        self.broker = Broker(WireCodec())
        self.broker.add_vhost("/", [])
        self.vhost = self.broker.vhosts["/"]
        self.channel = Channel(1, Peer("c", "guest", "/"))
        for name, node in graph.items():
            dead = {} if node.targets is None else {"x-dead-letter-exchange": f"dead.{name}"}
            is_quorum = node.delivery_limit is not None
            self.vhost.declare_queue(name, [], is_durable=is_quorum, arguments=node.arguments | dead)
        for name, node in graph.items():
            if node.targets is None:
                continue
            exchange = self.vhost.declare_exchange(f"dead.{name}", "fanout", [], is_durable=False)
            for target in node.targets:
                self.vhost.bind(exchange, self.vhost.queues[target], "", {}, [])

    def publish(self, name: str, number: int) -> None:
        message = Message("", name, properties.encode({}, 2), number.to_bytes(2, "big"))
        publishing.publish(self.vhost, None, message, False, [])

    def expire(self, name: str, now: int) -> None:
        clock = self.broker.context.clock
        # A microsecond late: seconds in floats do not add up to the same instant on two ways.
        clock.now = now / 1000 + 1e-6
        self.vhost.expire(self.vhost.queues[name], [])
        clock.now = now / 1000

    def take(self, name: str) -> int | None:
        got = getting.get(self.vhost.queues[name], self.channel, [], needs_ack=True)
        return None if got is None else got.delivery_tag

    def reject(self, tag: int) -> None:
        publishing.discard(self.vhost, self.channel.reject(tag, False), Reason.REJECTED, [])

    def letters(self, name: str) -> list[tuple[int, tuple[tuple[str, str, int], ...]]]:
        """(number, deaths) of what is ready, next one first."""
        found = []
        for entry in self.vhost.queues[name].entries():
            headers = self.broker.context.codec.read(entry.message.header)
            deaths = tuple((d["queue"], d["reason"], d["count"]) for d in headers.get("x-death", []))
            found.append((int.from_bytes(entry.message.body, "big"), deaths))
            if deaths:
                self._tells_first_and_last(headers, deaths)
        return found

    def _tells_first_and_last(self, headers: Arguments, deaths: tuple[tuple[str, str, int], ...]) -> None:
        last_queue, last_reason, _ = deaths[0]
        assert (headers["x-last-death-queue"], headers["x-last-death-reason"]) == (last_queue, last_reason)
        assert (headers["x-first-death-queue"], headers["x-first-death-reason"]) in [death[:2] for death in deaths]
        for death in headers["x-death"]:
            assert death["exchange"] == "" or death["exchange"].startswith("dead.")
            assert len(death["routing-keys"]) == 1


nodes = st.builds(
    Node,
    targets=st.sampled_from((None, *((name,) for name in QUEUES)))
    | st.lists(st.sampled_from(QUEUES), max_size=3, unique=True).map(tuple),
    ttl=st.sampled_from((None, None, 0, 10, 30)),
    max_length=st.sampled_from((None, 0, 1, 1, 2, 3)),
    overflow=st.sampled_from(("drop-head", "drop-head", "reject-publish", "reject-publish-dlx")),
    delivery_limit=st.none() | st.integers(0, 2),
)
graphs = st.fixed_dictionaries(dict.fromkeys(QUEUES, nodes))
steps = st.lists(
    st.tuples(
        st.sampled_from(("publish", "publish", "publish", "wait", "reject", "requeue")),
        st.sampled_from(QUEUES[:3]),
        st.integers(1, 20),
    ),
    min_size=4,
    max_size=16,
)


def act(step: Step, stage: Stage, reference: Reference) -> None:
    """Do the same to both."""
    what, name, number = step
    if what == "publish":
        letter = Letter(reference.entered)
        stage.publish(name, letter.number)
        reference.publish(name, letter)
    elif what == "wait":
        reference.now += number
        for each in QUEUES:
            stage.expire(each, reference.now)
            # Time kills one after the other: the first is buried, with all that follows from it, before the next.
            while reference.expire_next(each):
                reference.bury_all()
    else:
        tag = stage.take(name)
        assert (tag is None) == (not reference.queues[name])
        if tag is not None:
            settle(what, tag, name, stage, reference)


def settle(what: str, tag: int, name: str, stage: Stage, reference: Reference) -> None:
    letter = reference.queues[name].pop(0)
    limit = reference.graph[name].delivery_limit
    if what == "reject":
        stage.reject(tag)
        reference.dying.append((name, letter, "rejected"))
    else:
        stage.channel.give_back(tag, False, [])
        letter = replace(letter, given_back=letter.given_back + 1)
        if limit is not None and letter.given_back > limit:
            reference.dying.append((name, letter, "delivery_limit"))
        else:
            reference.queues[name].insert(0, letter)
    reference.bury_all()


@pytest.mark.reliability("b3")
def test_dead_letters_go_where_the_reference_says_and_none_is_lost() -> None:
    graphs_run = 0

    @settings(max_examples=runs(150, 5_000), deadline=None)
    @given(graphs, steps)
    def check(graph: dict[str, Node], steps: list[Step]) -> None:
        nonlocal graphs_run
        graphs_run += 1
        stage, reference = Stage(graph), Reference(graph)
        for step in steps:
            act(step, stage, reference)
            for name in QUEUES:
                expected = [(letter.number, letter.deaths) for letter in reference.queues[name]]
                assert stage.letters(name) == expected, f"queue {name} after {step}"
        alive = sum(map(len, reference.queues.values()))
        assert alive == reference.entered - reference.dropped

    with evidence("B3 dead_letter_model", "5,000 graphs: 0 differences") as figures:
        check()
        figures["graphs"] = graphs_run
