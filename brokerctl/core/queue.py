"""A queue: its messages in order (backlog.py), its consumers in turn, and the limits its arguments set.

What a limit pushes out goes to `dead_letters`, which the vhost gives; without one it is dropped.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from brokerctl.core import crowding, expiry
from brokerctl.core.arguments import DROP_HEAD, Rules, rules
from brokerctl.core.backlog import Backlog, Plain
from brokerctl.core.consumers import MESSAGE_OVERHEAD_BYTES, Consumer
from brokerctl.core.counters import Counters
from brokerctl.core.effects import Deliver, Effects, Forget
from brokerctl.core.memory import Memory
from brokerctl.core.message import Arguments, Entry, Message
from brokerctl.core.policies import NONE, InForce
from brokerctl.core.prioritised import Prioritised
from brokerctl.core.reasons import Reason

if TYPE_CHECKING:
    from brokerctl.core.context import Clock
    from brokerctl.core.dead_letter import DeadLetters

UNLIMITED = Memory()

WORK = 40_000
"""What may be given up in one go, in messages that are simply dropped: a microsecond each. More would stop the loop."""

DROP_BYTES = 8_388_608
"""Of bodies dropped in one go: those on disk are read before."""

BURIAL_WORK = 40
"""A message that is dead-lettered takes as long as so many that are dropped."""


class Queue:
    __slots__ = (
        "_active",
        "_has_priorities",
        "arguments",
        "backlog",
        "consumers",
        "counters",
        "damaged_messages",
        "dead_letters",
        "had_consumers",
        "in_force",
        "is_auto_delete",
        "is_deleted",
        "is_durable",
        "is_paused",
        "memory",
        "name",
        "owner",
        "ready_bytes",
        "roomy_bytes",
        "roomy_publishes",
        "rules",
        "stalled",
        "store_id",
        "timed_by",
        "unacked",
        "unacked_bytes",
        "unused_since",
        "user",
        "vhost",
        "was_used",
    )

    def __init__(
        self,
        vhost: str,
        name: str,
        *,
        is_durable: bool = False,
        is_auto_delete: bool = False,
        owner: str | None = None,
        arguments: Arguments | None = None,
        store_id: int = 0,
        user: str = "",
        memory: Memory = UNLIMITED,
    ) -> None:
        self.vhost = vhost
        self.name = name
        self.is_durable = is_durable
        self.is_auto_delete = is_auto_delete
        self.owner = owner
        """Name of the connection that has it exclusively, or None."""
        self.in_force: InForce
        """Its policies. They change with `follow` only, which works out `rules`."""
        self.rules: Rules
        self.arguments = arguments or {}
        self.follow(NONE)
        self.dead_letters: DeadLetters | None = None
        self.store_id = store_id
        self.user = user
        self.counters = Counters()
        self.consumers: list[Consumer] = []
        self.had_consumers = False
        self.is_deleted = False
        self.is_paused = False
        """Changed by brokerctl.core.pausing only: nobody is in the round then, so nobody is given anything."""
        self.unacked = 0
        self.stalled = 0
        """Consumers that would take messages if their sockets did."""
        self.ready_bytes = 0
        self.unacked_bytes = 0
        self.was_used = True
        self.unused_since = 0.0
        """For x-expires: reset while there are consumers, and by every get and declare."""
        self.timed_by: Clock | None = None
        """The clock, as long as some of its messages may expire: then nobody is given one whose time is over."""
        priorities = self.rules.max_priority
        self.backlog: Backlog = Plain(self._load) if priorities is None else Prioritised(priorities, self._load)
        self.memory = memory
        self.damaged_messages = 0
        """How many of its messages the disk cannot read any more."""
        self.roomy_bytes = self.roomy_publishes = 0
        """Of brokerctl.core.crowding: until `ready_bytes` or the count of publishes is above these, memory cannot have
        become short."""
        self._active: deque[Consumer] = deque()
        self._has_priorities = False

    def follow(self, in_force: InForce) -> None:
        """Be ruled by these policies beside the queue's own arguments."""
        self.in_force = in_force
        self.rules = rules(self.arguments, f"queue '{self.name}' in vhost '{self.vhost}'", in_force.definition)

    @property
    def ready(self) -> int:
        return len(self.backlog)

    @property
    def keeps(self) -> bool:
        """Whether persistent messages in here survive a restart."""
        return self.is_durable and self.owner is None

    @property
    def head(self) -> Entry | None:
        """The next message, left where it is."""
        return self.backlog.head

    @property
    def can_deliver(self) -> bool:
        """Whether a consumer would take a message now."""
        return bool(self._active)

    @property
    def sole_taker(self) -> Consumer | None:
        """Who gets the next messages whatever they are: the only consumer in the round, when nothing waits."""
        return self._active[0] if len(self._active) == 1 and not len(self.backlog) else None

    def entries(self) -> Iterator[Entry]:
        """Ready entries, next one first."""
        return iter(self.backlog)

    @property
    def may_refuse(self) -> bool:
        """Whether it was told to refuse what it has no room for."""
        return self.rules.overflow != DROP_HEAD

    def refuses(self, message: Message) -> bool:
        """Whether it has no room and was told to refuse instead of dropping."""
        return self.may_refuse and self._is_over(1, len(message.body))

    def push(self, entry: Entry, effects: Effects) -> None:
        self.push_all([entry], effects)

    def push_all(self, entries: list[Entry], effects: Effects) -> None:
        """Messages arrived: hand them to waiting consumers, or keep them, or push the oldest out for them."""
        self.counters.publish += len(entries)
        append, size_bytes = self.backlog.append, 0
        for entry in entries:
            size_bytes += len(entry.message.body)
            append(entry)
        self.ready_bytes += size_bytes
        if self._active:
            self.pump(effects)
        if self.rules.max_length is not None or self.rules.max_length_bytes is not None:
            self.shrink(effects)
        if self.ready_bytes > self.roomy_bytes or self.counters.publish > self.roomy_publishes:
            crowding.watch(self)

    def shrink(self, effects: Effects, work: int = WORK) -> int:
        """Push the oldest out until the limits hold; a queue that refuses new messages keeps those it has.

        Stops when the work is used up, and goes on with the next push or look. Returns the work that is left.
        """
        while work > 0 and self.rules.overflow == DROP_HEAD and self.ready and self._is_over(0, 0):
            self._drop_head(Reason.MAXLEN, effects)
            work -= self._work_of_a_drop
        return work

    def restore(self, positions: array[int], sizes: array[int], priorities: bytearray) -> None:
        """Take over what the store kept, before anybody consumes. It is read when its turn comes."""
        self.ready_bytes += sum(sizes)
        self.backlog.restore(positions, sizes, priorities)

    def expire(self, now: float, effects: Effects, work: int = WORK) -> int:
        """Give up messages at the head whose time is over. Behind the head they wait for their turn (docs/ttl).

        Stops when the work is used up, and goes on with the next look. Returns the work that is left.
        """
        while work > 0 and (head := self.backlog.head) is not None:
            if head.expires_at is None or head.expires_at > now:
                break
            self._drop_head(Reason.EXPIRED, effects)
            work -= self._work_of_a_drop
        return work

    def pump(self, effects: Effects) -> None:
        """Hand out messages, one consumer after the other, until there are none or nobody has credit."""
        active = self._active
        while active and len(self.backlog):
            if self.timed_by is not None and not expiry.has_another(self, self.timed_by.now, effects):
                break
            consumer = max(active, key=_priority) if self._has_priorities else active[0]
            if not consumer.has_credit:
                active.remove(consumer)
                consumer.is_active = False
                if consumer.channel.peer.window <= 0 and not consumer.is_stalled:
                    consumer.is_stalled = True
                    self.stalled += 1
                    consumer.channel.peer.stalled.append(consumer)
                continue
            if len(active) > 1 or self.timed_by is not None:
                active.remove(consumer)
                active.append(consumer)
                self._deliver(consumer, 1, effects)
            else:
                self._deliver(consumer, consumer.slots, effects)

    def _deliver(self, consumer: Consumer, most: int, effects: Effects) -> None:
        """Hand out up to `most` messages, as long as the socket takes them."""
        channel = consumer.channel
        entries = self.backlog.take(most, channel.peer.window)
        count = len(entries)
        size_bytes = sum([len(entry.message.body) for entry in entries])
        redelivered = len([entry for entry in entries if entry.is_redelivered])
        self.ready_bytes -= size_bytes
        channel.peer.window -= size_bytes + count * MESSAGE_OVERHEAD_BYTES
        if redelivered:
            self.counters.redeliver += redelivered
            channel.counters.redeliver += redelivered
        first = channel.last_tag + 1
        if consumer.needs_ack:
            consumer.hold(entries, size_bytes)
        else:
            consumer.use_up(count)
            stored = [entry.position for entry in entries if entry.is_stored]
            if stored:
                effects.append(Forget(stored))
        effects.append(Deliver(consumer, first, entries))

    def take(self) -> Entry | None:
        """The next message, for basic.get; None when there is none. The caller hands it out or drops it."""
        self.was_used = True
        if not len(self.backlog):
            return None
        entry = self.backlog.pop()
        self.ready_bytes -= len(entry.message.body)
        if entry.is_redelivered:
            self.counters.redeliver += 1
        return entry

    def hold(self, entry: Entry) -> None:
        """A taken message is now unacked."""
        self.unacked += 1
        self.unacked_bytes += len(entry.message.body)

    def settle(self, entry: Entry) -> None:
        """An unacked message is acked, dropped or on its way back."""
        self.unacked -= 1
        self.unacked_bytes -= len(entry.message.body)

    def requeue(self, entries: list[Entry], effects: Effects) -> None:
        """Give unacked messages back to their places; one that came back too often is given up. The caller pumps."""
        limit = self.rules.delivery_limit
        for entry in entries:
            self.settle(entry)
            entry.is_redelivered = True
            entry.delivery_count += 1
            if self.is_deleted or (limit is not None and entry.delivery_count > limit):
                self._give_up(entry, Reason.DELIVERY_LIMIT, effects)
                continue
            self.ready_bytes += len(entry.message.body)
            self.backlog.give_back(entry)
        self.shrink(effects)

    def purge(self, effects: Effects) -> int:
        """Drop every ready message; return how many. Unacked ones stay with whoever holds them."""
        self.ready_bytes = 0
        count = self.ready
        stored = self.backlog.clear()
        if stored:
            effects.append(Forget(stored))
        return count

    def drop(self, most: int, effects: Effects) -> int:
        """`purge` for the first so many."""
        entries = self.backlog.take(most, DROP_BYTES)
        self.ready_bytes -= sum(len(entry.message.body) for entry in entries)
        stored = [entry.position for entry in entries if entry.is_stored]
        if stored:
            effects.append(Forget(stored))
        return len(entries)

    def remove(self, entries: Sequence[Entry], effects: Effects) -> int:
        """Drop these ready messages wherever they stand; return how many of them still waited."""
        removed = self.backlog.remove(entries)
        self.ready_bytes -= sum(len(entry.message.body) for entry in removed)
        stored = [entry.position for entry in removed if entry.is_stored]
        if stored:
            effects.append(Forget(stored))
        return len(removed)

    def add_consumer(self, consumer: Consumer, effects: Effects) -> None:
        self.had_consumers = True
        self.consumers.append(consumer)
        self._has_priorities = any(each.priority for each in self.consumers)
        self.activate(consumer, effects)

    def remove_consumer(self, consumer: Consumer, effects: Effects) -> None:
        """Take it out of the round; what it holds stays with its channel."""
        consumer.is_gone = True
        if consumer.is_stalled:
            consumer.is_stalled = False
            self.stalled -= 1
        self.consumers.remove(consumer)
        if consumer.is_active:
            self._active.remove(consumer)
            consumer.is_active = False
        self.was_used = True
        self._has_priorities = any(each.priority for each in self.consumers)
        if self.rules.is_single_active and self.consumers:
            self.activate(self.consumers[0], effects)

    def activate(self, consumer: Consumer, effects: Effects) -> None:
        """The consumer may have credit again: back into the round, and hand out what waits."""
        if consumer.is_active or consumer.is_stalled or consumer.is_gone:
            return
        if self.is_paused or (self.rules.is_single_active and consumer is not self.consumers[0]):
            return
        consumer.is_active = True
        self._active.append(consumer)
        if len(self.backlog):
            self.pump(effects)

    def deactivate_all(self) -> None:
        """Nobody is in the round; `activate` brings each back."""
        for consumer in self._active:
            consumer.is_active = False
        self._active.clear()

    @property
    def is_unused(self) -> bool:
        """An auto-delete queue dies when the last of its consumers has gone, not before the first (§1.7.2.1)."""
        return self.is_auto_delete and self.had_consumers and not self.consumers

    @property
    def _work_of_a_drop(self) -> int:
        return 1 if self.rules.dead_letter_exchange is None else BURIAL_WORK

    def _is_over(self, more: int, more_bytes: int) -> bool:
        length, size = self.rules.max_length, self.rules.max_length_bytes
        return (length is not None and self.ready + more > length) or (
            size is not None and self.ready_bytes + more_bytes > size
        )

    def _load(self, positions: Sequence[int], sizes: Sequence[int]) -> list[Entry | None]:
        found = self.memory.load(positions)
        # Without sizes it is only a look: what is lost is counted when its turn comes.
        for entry, size in zip(found, sizes, strict=False):
            if entry is None:
                self.damaged_messages += 1
                self.ready_bytes -= size
        return found

    def _drop_head(self, reason: Reason, effects: Effects) -> None:
        entry = self.backlog.pop()
        self.ready_bytes -= len(entry.message.body)
        self._give_up(entry, reason, effects)

    def _give_up(self, entry: Entry, reason: Reason, effects: Effects) -> None:
        if self.dead_letters is not None:
            self.dead_letters.give_up(self, entry, reason, effects)
        elif entry.is_stored:
            effects.append(Forget([entry.position]))


def _priority(consumer: Consumer) -> int:
    return consumer.priority
