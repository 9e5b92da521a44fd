"""The running broker: state, store, sessions, and the turn that ties them together.

Everything here runs on one loop, so nothing needs a lock. A turn ends with `end_turn`: the store gets its batch, every
session that has something to say writes once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from brokerctl import passwords
from brokerctl.core import crowding
from brokerctl.core.broker import Broker
from brokerctl.core.effects import Effects, Save
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.errors import AmqpError, CommandInvalid, ConnectionForced, InternalError, StoreError
from brokerctl.protocol.connection import Limits
from brokerctl.server import blocking, machine, overdue, revocation, startup
from brokerctl.server.aging import Aging
from brokerctl.server.alarms import Alarm, Alarms
from brokerctl.server.attempts import Attempts
from brokerctl.server.codec import WireCodec
from brokerctl.server.commands import CONNECTION_HANDLERS, HANDLERS
from brokerctl.server.commands import connection as connection_commands
from brokerctl.server.config import BrokerConfig
from brokerctl.server.effects import Carrier
from brokerctl.server.gate import Gate
from brokerctl.server.halts import Halt
from brokerctl.server.logins import GUEST, Logins
from brokerctl.server.machine import Reading
from brokerctl.server.outlet import Outlet
from brokerctl.server.pace import Pace
from brokerctl.server.session import Session
from brokerctl.server.tally import Tally
from brokerctl.store.base import Receipt, Recovered, Store, StoredMessage
from brokerctl.wire import properties
from brokerctl.wire.fields import Timestamp
from brokerctl.wire.methods import Method, channel

log = logging.getLogger(__name__)

T = TypeVar("T")

TICK_SECONDS = 0.05
"""How late a message may expire."""

SHORT_OF_MEMORY = 64
"""A queue's share of memory is divided by this during a memory alarm: a thousand long queues then take a gigabyte."""

DEFAULT_VHOST = "/"
SERVICE_VHOST = "postroom"
"""Where the dashboard keeps its own jobs, apart from people's queues."""


class Node:
    def __init__(self, config: BrokerConfig, store: Store, read: Callable[[], Reading] | None = None) -> None:
        """`read` tells the memory and disk that alarms are about; None: this machine's."""
        self.config = config
        self.store = store
        self.codec = WireCodec()
        self.broker = Broker(self.codec)
        self.carrier = Carrier(store, self.broker.context)
        self.limits = Limits(config.frame_max, config.channel_max, config.max_message_bytes, config.unfinished_bytes)
        self.tally = Tally(log, time.monotonic)
        self.logins = Logins(self.broker, self.tally, time.monotonic)
        self.attempts = Attempts()
        self.gate = Gate(config.half_open_max, config.half_open_per_address, self.tally)
        """Of all AMQP listeners together."""
        self.sessions: set[Session] = set()
        self.alarms = Alarms(
            startup.memory_limit_bytes(config),
            config.disk_free_limit_bytes,
            read or partial(machine.read, config.home),
            lambda: store.backlog_bytes,
            self._alarms_changed,
        )
        self.started_at = datetime.now(UTC)
        self.failure: StoreError | None = None
        self._unanswered: set[asyncio.Future[None]] = set()
        memory = self.broker.context.memory
        memory.limit_bytes, memory.holds, memory.load = config.queue_memory_bytes, store.holds, self._load
        self._behind: list[Session] = []
        self.pace = Pace()
        self.aging = Aging(self)

    # Life

    def restore(self) -> None:
        """Rebuild from the store; the first time, make the vhosts and users that everybody expects."""
        recovered = self.store.recovered
        self.set_clock()
        queues = self.broker.restore(recovered.definitions)
        context = self.broker.context
        # Behind all that was ever numbered, also messages that were on no disk: ids of queues must not be given again.
        ids = [value.get("store_id") for kind, _, value in recovered.definitions if kind == "queue"]
        context.sequence.last = max(recovered.last, context.timeline.last, *(each for each in ids if type(each) is int))
        for what in self.broker.left_out:
            log.error("a stored definition cannot be restored and is left out: %s", what)
        for store_id, count in recovered.damaged.items():
            if store_id in queues:
                queues[store_id].damaged_messages += count
        self._restore_messages(recovered, queues)
        self.store.recovered = Recovered()
        self._ensure_basics()

    def _restore_messages(self, recovered: Recovered, queues: dict[int, Queue]) -> None:
        count = 0
        is_whole = not (recovered.damaged or self.broker.left_out)
        for store_id, kept in recovered.queues.items():
            queue = queues.get(store_id)
            if queue is not None:
                self.broker.restore_messages(queue, kept.positions, kept.sizes, kept.priorities, kept.has_expiry)
                count += len(kept.positions)
            elif is_whole:
                # Held unacked by somebody when its queue was deleted and the broker ended.
                self.store.batch.settle(kept.positions)
            else:
                log.error("%d messages are kept whose queue may be among what is damaged", len(kept.positions))
        effects: Effects = []
        self.broker.hold_to_limits(queues.values(), effects)
        self.carry(effects)
        log.info("restored %d queues with %d messages", len(queues), count)

    def _load(self, positions: Sequence[int]) -> list[Entry | None]:
        found: list[Entry | None] = []
        envelope: Envelope | None = None
        for stored in self.store.load(positions):
            entry = stored and _entry(stored, envelope)
            found.append(entry)
            envelope = entry.message.envelope if entry else envelope
        return found

    def _ensure_basics(self) -> None:
        effects: Effects = []
        broker, config = self.broker, self.config
        is_first = not broker.vhosts
        broker.add_vhost(DEFAULT_VHOST, effects)
        if is_first:
            broker.put_user(GUEST, passwords.hashed(GUEST), ("administrator",), effects)
            broker.set_permission(broker.users[GUEST], DEFAULT_VHOST, ".*", ".*", ".*", effects)
        if config.service_user:
            broker.add_vhost(SERVICE_VHOST, effects)
            known = broker.users.get(config.service_user)
            if known is None or not passwords.verify(config.service_password, known.password_hash):
                hashed = passwords.hashed(config.service_password)
                broker.put_user(config.service_user, hashed, ("administrator",), effects)
            for vhost in broker.vhosts:
                user = broker.users[config.service_user]
                if vhost not in user.permissions:
                    broker.set_permission(user, vhost, ".*", ".*", ".*", effects)
        self.carry(effects)

    def start(self) -> None:
        """Begin to commit. Needs the running loop."""
        self.loop = asyncio.get_running_loop()
        self.store.start(
            lambda receipts: self._from_store(self._committed, receipts),
            lambda error: self._from_store(self._store_failed, error),
        )
        self.store.submit()
        self._tick()
        self._check_consumers()
        self.aging.start()
        self._watching = self.loop.create_task(self.alarms.run(), name="alarms")

    async def stop(self) -> None:
        """Close every connection with a reason, keep what is durable, let go of the disk."""
        self._ticking.cancel()
        self._checking.cancel()
        self._watching.cancel()
        self.aging.stop()
        for session in list(self.sessions):
            session.drop_held()
            session.fail(0, ConnectionForced("broker forced connection closure with reason 'shutdown'"))
            session.finish()
        deliveries = {
            entry.position: entry.delivery_count
            for vhost in self.broker.vhosts.values()
            for queue in vhost.queues.values()
            for entry in queue.backlog.resident()
            if entry.is_stored and entry.is_redelivered
        }
        self.store.end()
        await asyncio.to_thread(self.store.close, deliveries)
        self.logins.close()
        self.tally.tell()

    # Turns

    def carry(self, effects: Effects) -> bool:
        """Carry out effects now. True when a durable definition changed."""
        return self.carrier.carry(effects) if effects else False

    def end_turn(self, session: Session | None) -> None:
        """Hand the batch to the store, let everybody write, and stop reading from a publisher that is too fast."""
        if self.broker.context.memory.crowded:
            self._make_room()
        self.store.submit()
        if session is not None:
            self.carrier.dirty.add(session)
        while self.carrier.dirty:
            self.carrier.dirty.pop().flush()
        if session is not None and self.store.backlog_bytes > self.config.store_backlog_bytes:
            session.halt(Halt.DISK_IS_BEHIND)
            self._behind.append(session)
        if session is not None and session.has_published:
            session.has_published = False
            if session.peer is not None and session.peer.is_ahead:
                session.peer.is_ahead = False
                self.pace.hold_back(session)
            self.alarms.spend(session.new_bytes())
            if self.alarms.raised:
                blocking.block(session, self.alarms.reason)

    def _make_room(self) -> None:
        effects: Effects = []
        for queue in list(self.broker.context.memory.crowded):
            crowding.make_room(queue, effects)
        self.carry(effects)

    def set_clock(self) -> None:
        """Tell the core what time it is. Called at the start of each turn."""
        clock = self.broker.context.clock
        clock.now = time.monotonic()
        since_1970 = time.time()
        clock.time = Timestamp(since_1970)
        clock.offset = since_1970 - clock.now

    def _tick(self) -> None:
        """Let time pass for queues with a time to live; costs nothing where there are none."""
        # First of all: should one tick fail, time goes on.
        self._ticking = self.loop.call_later(TICK_SECONDS, self._tick)
        self.set_clock()
        effects: Effects = []
        self.broker.expire(effects)
        if effects:
            self.carry(effects)
            self.end_turn(None)
        self.tally.pass_time()

    def _check_consumers(self) -> None:
        self.set_clock()
        overdue.close_overdue(self)
        self.end_turn(None)
        seconds = overdue.interval_seconds(self.config.consumer_timeout_seconds)
        self._checking = self.loop.call_later(seconds, self._check_consumers)

    def run(self, command: Callable[[Effects], T]) -> T:
        """For doors other than AMQP: do something to the broker and carry it out (management.door.Door)."""
        self.set_clock()
        effects: Effects = []
        try:
            return command(effects)
        finally:
            self.carry(effects)
            if self.broker.rights_changed_of:
                revocation.enforce(self)
            self.end_turn(None)

    def command(self, session: Session, number: int, method: Method) -> None:
        """Dispatch one method. Raises AmqpError; the session turns it into a close."""
        if number == 0:
            CONNECTION_HANDLERS[type(method)](session, method)
            return
        if session.peer is None:
            # Its connection.open was refused, or it said connection.close in the same read.
            return
        if type(method) is channel.Open:
            self._open_channel(session, number)
            return
        outlet = session.outlets.get(number)
        if outlet is None:
            if type(method) is channel.Close:
                session.reply(number, channel.CloseOk())
            return
        handler = HANDLERS.get(type(method))
        if handler is None:
            raise CommandInvalid(f"{method.name} is not for clients to send")
        handler(outlet, method, session.effects)
        if any_saved(session.effects):
            session.hold()
        self.carry(session.effects)

    def greet(self, session: Session) -> None:
        """The protocol header was right: say connection.start."""
        session.reply(0, connection_commands.start(session))

    async def durable(self) -> None:
        """Return when everything decided so far is on disk. Raises StoreError when it will never be."""
        self.check_store()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unanswered.add(done)
        done.add_done_callback(self._unanswered.discard)
        # Somebody may have given up waiting.
        self.when_durable(lambda: None if done.done() else done.set_result(None))
        self.end_turn(None)
        await done

    def check_store(self) -> None:
        """Raises StoreError when nothing can be written any more."""
        if self.failure is not None:
            raise StoreError(str(self.failure))

    def when_durable(self, receipt: Receipt) -> None:
        """Call `receipt` when everything decided so far is on disk."""
        self.store.batch.receipts.append(receipt)

    def _open_channel(self, session: Session, number: int) -> None:
        assert session.peer is not None
        assert session.vhost is not None
        opened = self.broker.open_channel(session.peer, number)
        session.outlets[number] = opened.outlet = Outlet(session, number, opened, session.vhost)
        session.reply(number, channel.OpenOk())

    def _alarms_changed(self) -> None:
        self.store.press(Alarm.DISK in self.alarms.raised)
        self._share_memory()
        # Connections are stopped one by one, as they publish; all of them go on at once.
        if not self.alarms.raised:
            for session in list(self.sessions):
                blocking.release(session)

    def _share_memory(self) -> None:
        """While memory is short, every queue gets less of it: what waits without a consumer would hold it for ever."""
        memory = self.broker.context.memory
        is_short = Alarm.MEMORY in self.alarms.raised
        memory.limit_bytes = self.config.queue_memory_bytes // (SHORT_OF_MEMORY if is_short else 1)
        if is_short:
            for vhost in self.broker.vhosts.values():
                for queue in vhost.queues.values():
                    crowding.watch(queue)
            self.end_turn(None)

    # The store's answers

    def _from_store(self, call: Callable[[T], None], value: T) -> None:
        # The loop may be closed by the time the last commit of a stop is done; its receipts have nobody to go to.
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, value)

    def _committed(self, receipts: list[Receipt]) -> None:
        self.store.finish()
        for receipt in receipts:
            receipt()
        if self._behind and self.store.backlog_bytes < self.config.store_backlog_bytes // 2:
            behind, self._behind = self._behind, []
            for session in behind:
                session.go_on(Halt.DISK_IS_BEHIND)
        self.end_turn(None)

    def _store_failed(self, error: StoreError) -> None:
        """After a failed write nothing may be confirmed until a restart (P1): send everybody away, say why."""
        self.failure = error
        log.critical("the store failed; no connection is accepted until the broker is restarted: %s", error)
        for waiting in list(self._unanswered):
            waiting.set_exception(StoreError(str(error)))
        for session in list(self.sessions):
            session.drop_held()
            session.fail(0, InternalError(f"the broker cannot write to its disk: {error}"))
            session.finish()


def any_saved(effects: Effects) -> bool:
    return any(type(effect) is Save for effect in effects)


def _entry(stored: StoredMessage, last: Envelope | None) -> Entry | None:
    """`last` is what the entry before it had: neighbours mostly share it, as they did when they were published."""
    is_same = last is not None and (last.exchange, last.routing_key, last.header) == stored[1:4]
    envelope = last if is_same else _envelope(stored)
    if envelope is None:
        return None
    message = Message.of(envelope, stored.body)
    expires_at = None
    if stored.expires_ms:
        # The disk keeps wall time, because the monotonic clock starts again with the machine.
        expires_at = time.monotonic() + stored.expires_ms / 1000 - time.time()
    entry = Entry(stored.position, message, True, stored.is_redelivered, expires_at)
    entry.delivery_count = stored.deliveries
    return entry


def _envelope(stored: StoredMessage) -> Envelope | None:
    is_persistent, expiration = not stored.is_transient, None
    if stored.is_transient or stored.expires_ms:
        # What the record does not tell: how it was published, and for how long.
        try:
            facts = properties.facts(stored.header)
        except AmqpError as error:
            log.error("message %d has a header that cannot be read: %s", stored.position, error.text)
            return None
        is_persistent, expiration = facts.persistent, int(facts.expiration) if facts.expiration else None
    return Envelope(stored.exchange, stored.routing_key, stored.header, is_persistent, stored.priority, expiration)
