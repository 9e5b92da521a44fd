"""Queues longer than memory: the middle lies elsewhere, and nobody can tell from the order, counts or sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brokerctl.core import crowding
from brokerctl.core.backlog import Plain
from brokerctl.core.effects import Effects, Forget, Store
from brokerctl.core.memory import OVERHEAD_BYTES, Memory
from brokerctl.core.message import Arguments, Entry, Message
from brokerctl.core.queue import Queue

ROOM = 4
"""Messages that fit into memory."""

PAGE = 3


class Disk:
    """What was stored, as the server has it: readable when it is committed."""

    def __init__(self) -> None:
        self.stored: dict[int, Entry] = {}
        self.committed: set[int] = set()
        self.lost: set[int] = set()
        self.memory = Memory(ROOM * OVERHEAD_BYTES)
        self.memory.holds = self.committed.__contains__
        self.memory.load = self._load

    def carry(self, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Store):
                self.stored[effect.entry.position] = effect.entry
            elif isinstance(effect, Forget):
                for position in effect.positions:
                    del self.stored[position]
                    self.committed.discard(position)
        effects.clear()

    def commit(self) -> None:
        self.committed.update(self.stored)

    def _load(self, positions: Sequence[int]) -> list[Entry | None]:
        return [None if position in self.lost else self._entry(position) for position in positions[:PAGE]]

    def _entry(self, position: int) -> Entry:
        assert position in self.committed
        found = self.stored[position]
        return Entry(position, found.message, True, found.is_redelivered)


class PagedQueue(RuleBasedStateMachine):
    """The reference is a list of (position, priority, body) that is sorted when somebody asks."""

    arguments: ClassVar[Arguments] = {}

    def __init__(self) -> None:
        super().__init__()
        self.disk = Disk()
        self.queue = Queue("/", "q", is_durable=True, arguments=self.arguments, memory=self.disk.memory)
        self.position = 0
        self.ready: list[tuple[int, int, bytes]] = []
        self.out: dict[int, tuple[Entry, int, bytes]] = {}

    @rule(count=st.integers(1, 7), is_persistent=st.booleans(), priority=st.integers(0, 3))
    def publish(self, count: int, is_persistent: bool, priority: int) -> None:
        for _ in range(count):
            self.position += 1
            body = b"x" * (self.position % 5)
            entry = Entry(self.position, Message("", "q", b"", body, is_persistent, priority), is_persistent)
            effects: Effects = [Store(self.queue, entry, None, 0)] if is_persistent else []
            self.queue.push(entry, effects)
            self.disk.carry(effects)
            self.ready.append((self.position, priority, body))

    @rule()
    def end_turn(self) -> None:
        effects: Effects = []
        for queue in list(self.disk.memory.crowded):
            crowding.make_room(queue, effects)
        self.disk.carry(effects)

    @rule()
    def commit(self) -> None:
        self.disk.commit()

    @rule(count=st.integers(1, 9))
    def get(self, count: int) -> None:
        for _ in range(count):
            entry = self.queue.take()
            if entry is None:
                assert self.ready == []
                return
            position, priority, body = self.expected()[0]
            assert (entry.position, entry.message.body, entry.message.priority) == (position, body, priority)
            self.ready.remove((position, priority, body))
            self.queue.hold(entry)
            self.out[position] = entry, priority, body

    @precondition(lambda self: self.out)
    @rule(data=st.data(), requeue=st.booleans())
    def settle(self, data: st.DataObject, requeue: bool) -> None:
        position = data.draw(st.sampled_from(sorted(self.out)))
        entry, priority, body = self.out.pop(position)
        effects: Effects = []
        if requeue:
            self.queue.requeue([entry], effects)
            self.ready.append((position, priority, body))
        else:
            self.queue.settle(entry)
            effects += [Forget([position])] if entry.is_stored else []
        self.disk.carry(effects)

    @rule()
    def purge(self) -> None:
        effects: Effects = []
        assert self.queue.purge(effects) == len(self.ready)
        self.disk.carry(effects)
        self.ready = []

    @precondition(lambda self: self.ready)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.ready), min_size=1, max_size=5, unique=True))
        found = [self.queue.backlog.find(position) for position, _, _ in chosen]
        entries = [entry for entry in found if entry is not None]
        assert [entry.message.body for entry in entries] == [body for _, _, body in chosen]
        effects: Effects = []
        assert self.queue.remove([*entries, entries[0]], effects) == len(chosen)
        self.disk.carry(effects)
        self.ready = [each for each in self.ready if each not in chosen]
        assert self.queue.backlog.find(chosen[0][0]) is None

    @rule(offset=st.integers(0, 30), most=st.integers(1, 9))
    def peek(self, offset: int, most: int) -> None:
        """Everything behind an offset, piece by piece."""
        backlog = self.queue.backlog
        seen: list[int] = []
        place, before = backlog.skip(offset), None
        while place != before:
            before = place
            entries, place = backlog.peek(place, most)
            assert len(entries) <= most
            seen += [entry.position for entry in entries]
        assert seen == [position for position, _, _ in self.expected()[offset:]]

    def expected(self) -> list[tuple[int, int, bytes]]:
        return sorted(self.ready)

    @invariant()
    def nobody_can_tell(self) -> None:
        expected = self.expected()
        assert [entry.position for entry in self.queue.entries()] == [position for position, _, _ in expected]
        assert self.queue.ready == len(expected)
        assert self.queue.ready_bytes == sum(len(body) for _, _, body in expected)
        head = self.queue.head
        assert (head and head.position) == (expected[0][0] if expected else None)
        oldest = min((position for position, _, _ in expected), default=None)
        assert self.queue.backlog.oldest == oldest
        # What nobody wants any more is not left on the disk.
        assert self.disk.stored.keys() <= {position for position, _, _ in expected} | self.out.keys()

    @rule()
    def memory_is_bounded(self) -> None:
        """After a commit and the end of a turn, twice: entries that were on no disk are written first."""
        for _ in range(2):
            self.end_turn()
            self.disk.commit()
        self.end_turn()
        returned = sum(entry.is_redelivered for entry in self.queue.backlog.resident())
        assert crowding.memory_bytes(self.queue) <= (ROOM + 4 + returned + 3 * PAGE) * (OVERHEAD_BYTES + 5)


class PagedPriorities(PagedQueue):
    arguments: ClassVar[Arguments] = {"x-max-priority": 2}

    def expected(self) -> list[tuple[int, int, bytes]]:
        return sorted(self.ready, key=lambda each: (-min(each[1], 2), each[0]))


TestPagedQueue = PagedQueue.TestCase
TestPagedQueue.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestPagedPriorities = PagedPriorities.TestCase
TestPagedPriorities.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def crowded(disk: Disk, count: int) -> Queue:
    """A queue of persistent messages, all but the oldest on disk only."""
    queue = Queue("/", "q", is_durable=True, memory=disk.memory)
    for position in range(1, count + 1):
        entry = Entry(position, Message("", "q", b"", b"12345", True), True)
        effects: Effects = [Store(queue, entry, None, 0)]
        queue.push(entry, effects)
        disk.carry(effects)
    disk.commit()
    crowding.make_room(queue, [])
    return queue


def test_what_is_beyond_memory_is_on_disk_only() -> None:
    queue = crowded(Disk(), 100)

    assert queue.ready == 100
    assert queue.backlog.paged_count == 100 - ROOM // 2
    assert crowding.memory_bytes(queue) <= ROOM * OVERHEAD_BYTES
    assert queue.memory.crowded == {}


def test_messages_that_the_disk_lost_are_counted_and_the_others_come() -> None:
    disk = Disk()
    queue = crowded(disk, 12)
    disk.lost = {5, 6, 7, 8, 12}

    taken = [entry.position for entry in iter(queue.take, None)]

    assert taken == [1, 2, 3, 4, 9, 10, 11]
    assert (queue.damaged_messages, queue.ready, queue.ready_bytes) == (5, 0, 0)


def test_a_look_at_lost_messages_does_not_count_them() -> None:
    disk = Disk()
    queue = crowded(disk, 12)
    disk.lost = {5}

    assert 5 not in [entry.position for entry in queue.entries()]
    assert queue.damaged_messages == 0


def test_a_queue_that_gets_less_memory_gives_up_what_it_has() -> None:
    disk = Disk()
    disk.memory.limit_bytes = 1000 * OVERHEAD_BYTES
    queue = crowded(disk, 100)
    assert queue.backlog.paged_count == 0
    disk.memory.limit_bytes = ROOM * OVERHEAD_BYTES

    crowding.watch(queue)
    crowding.make_room(queue, [])

    assert crowding.memory_bytes(queue) <= ROOM * OVERHEAD_BYTES
    assert [entry.position for entry in iter(queue.take, None)] == list(range(1, 101))


class Watched(Entry):
    """Counts how often somebody asks where it stands."""

    asked = 0

    @property
    def position(self) -> int:
        Watched.asked += 1
        return self._position

    @position.setter
    def position(self, position: int) -> None:
        self._position = position


def test_what_a_consumer_left_behind_is_not_sorted_again_for_each_message_that_is_taken_out() -> None:
    backlog = Plain(lambda positions, sizes: [])
    message = Message("", "q", b"", b"x")
    entries = [Watched(position, message) for position in range(1, 2001)]
    for entry in (*entries[1000:], *entries[:1000]):
        backlog.give_back(entry)
    assert backlog.pop() is entries[0]
    Watched.asked = 0

    found = [backlog.find(number) for number in range(501, 601)]
    removed = backlog.remove(entries[500:600])

    assert found == removed == entries[500:600]
    # To sort them once looks at each; for each of the two hundred it would be 400,000 looks.
    assert Watched.asked < 20_000
    assert [entry.position for entry in backlog] == [*range(2, 501), *range(601, 2001)]
