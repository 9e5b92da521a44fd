"""Move, copy and delete waiting messages inside the broker: chosen ones, those that meet a filter, or all.

RabbitMQ has no such thing; there a client takes each message and publishes it again, and a crash between the two leaves
it twice. Here a slice of messages goes to disk as one batch (brokerctl.core.relocating), then others have their turn.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from starlette.responses import Response

from brokerctl.core import expiry, relocating
from brokerctl.core.backlog import START, Place
from brokerctl.core.effects import Effects
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.core.relocating import Fate, Outcome, Relocation, Route
from brokerctl.errors import AmqpError, AmqpSyntaxError
from brokerctl.management import auth, messages, render, shown, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request, not_found, of_channel
from brokerctl.management.matching import Filter
from brokerctl.management.peeking import content_hash, cursor, place, readable
from brokerctl.management.resources import resource, until_durable
from brokerctl.management.values import Json

MAX_IDS = 10_000

MOST_AT_ONCE = 1000
"""Messages of one slice. It begins with few: each may go to a thousand queues."""

SLICE_BYTES = 4_194_304
"""Of bodies in one slice, one message at least: what a crash finds half done is a slice of a move, never a message."""

SLICES_AHEAD = 8
"""Slices on their way to the disk at once: to wait for it after each would leave broker and disk idle in turns."""

SLOW_SECONDS, FAST_SECONDS = 0.01, 0.003
"""A slice that kept the loop for longer is followed by a smaller one, after a faster one comes a larger one."""

REQUEST_SECONDS = 2.0
"""Then the answer says where to go on: clients wait for ten seconds, and want to show how far it came."""

MAX_RESULTS = 10_000
"""Told one by one; all are counted."""

STAYS = (Outcome.REFUSED, Outcome.UNROUTABLE, Outcome.MISSING)

Act = Callable[[Sequence[Entry], Effects], list[Fate]]


@dataclass(slots=True)
class Wanted:
    """Which messages a request means. One of `ids`, `filter` and all."""

    ids: list[str] | None
    filter: Filter | None
    after: Place
    until: int
    """The last position to act on: what comes later is not meant, and a move that leads back here ends."""
    limit: int | None

    @classmethod
    def of(cls, body: Json, call: Call) -> Wanted:
        chosen = [key for key in ("ids", "filter", "all") if key in body]
        if len(chosen) != 1 or ("all" in body and not values.boolean(body, "all")):
            raise bad_request('say which messages: one of "ids", "filter" and "all": true')
        ids = body.get("ids")
        if "ids" in body and not (isinstance(ids, list) and all(isinstance(each, str) for each in ids)):
            raise bad_request("ids takes a list of the ids that peek answers")
        if ids is not None and len(ids) > MAX_IDS:
            raise bad_request(f"at most {MAX_IDS} ids in one request")
        return cls(
            None if ids is None else list(dict.fromkeys(ids)),
            Filter(body["filter"], call.door.properties) if "filter" in body else None,
            place(body["after"]) if body.get("after") is not None else START,
            values.count(body, "until") if body.get("until") is not None else call.broker.context.sequence.last,
            values.count(body, "limit") if "limit" in body else None,
        )


@dataclass(slots=True)
class Done:
    counts: Counter[Outcome] = field(default_factory=Counter)
    results: list[Json] = field(default_factory=list)
    examined: int = 0
    is_end: bool = False

    def add(self, told: Json | None, fate: Fate) -> None:
        """`told` names the message; None when it is only counted."""
        self.counts[fate.outcome] += 1
        if told is not None and len(self.results) < MAX_RESULTS:
            self.results.append({**told, "outcome": fate.outcome, "reason": fate.reason})


async def move(call: Call) -> Response:
    return await _relocate(call, keeps=False)


async def copy(call: Call) -> Response:
    return await _relocate(call, keeps=True)


async def delete(call: Call) -> Response:
    wanted = Wanted.of(await call.body(), call)
    queue = readable(call)
    done = await _Run(call, queue, wanted, partial(relocating.delete, queue)).all()
    return await _answer(call, wanted, done)


async def _relocate(call: Call, *, keeps: bool) -> Response:
    messages.refuse_while_blocked(call)
    body = await call.body()
    wanted = Wanted.of(body, call)
    route, vhost = _destination(body, call)
    queue = readable(call)
    try:
        with messages.own_channel(call, vhost) as channel:
            destination = call.broker.authorized(call.user, vhost)
            relocation = Relocation(queue, destination, channel, route, _Objections(call).to, keeps=keeps)
            done = await _Run(call, queue, wanted, relocation.relocate).all()
    except AmqpError as error:
        raise of_channel(error) from error
    return await _answer(call, wanted, done)


def _destination(body: Json, call: Call) -> tuple[Route, str]:
    """Where to, and in which vhost."""
    given = body.get("destination")
    if not isinstance(given, dict):
        raise bad_request('destination takes an object, as in {"exchange": "", "routing_key": "parking"}')
    exchange, key = (
        values.short_text(given, name) if given.get(name) is not None else None for name in ("exchange", "routing_key")
    )
    vhost = values.text(given, "vhost") if given.get("vhost") is not None else call.vhost.name
    if vhost not in call.broker.vhosts or not auth.sees(call.user, vhost):
        raise not_found("vhost_not_found")
    return Route(exchange, key), vhost


class _Objections:
    """Whose name a message was published in counts for who publishes it again, as on AMQP."""

    def __init__(self, call: Call) -> None:
        self._decode = call.door.properties.decode
        self._user = call.user
        self._known: tuple[Envelope, str] | None = None

    def to(self, message: Message) -> str:
        if self._known is None or self._known[0] is not message.envelope:
            self._known = message.envelope, self._objection(message)
        return self._known[1]

    def _objection(self, message: Message) -> str:
        try:
            user_id = self._decode(message.header).get("user_id")
        except AmqpSyntaxError as error:
            return f"its header cannot be read: {error.text}"
        if user_id in (None, self._user.name) or "impersonator" in self._user.tags:
            return ""
        return f"its user_id is {user_id}, and a broker takes only the login's own ({self._user.name})"


class _Run:
    """One request, slice by slice."""

    def __init__(self, call: Call, queue: Queue, wanted: Wanted, act: Act) -> None:
        self._call = call
        self._queue = queue
        self._wanted = wanted
        self._act = act
        self._done = Done()
        self._at_once = 16
        self._ids = list(reversed(wanted.ids or ()))

    async def all(self) -> Done:
        deadline = time.monotonic() + REQUEST_SECONDS
        take_slice = self._chosen if self._wanted.ids is not None else self._found
        ahead = 0
        while not self._done.is_end and not self._is_enough():
            began = time.monotonic()
            self._call.door.run(take_slice)
            self._pace(time.monotonic() - began)
            ahead += 1
            if ahead < SLICES_AHEAD:
                # Others have their turn.
                await asyncio.sleep(0)
            else:
                # So that a long move does not fill memory.
                await until_durable(self._call)
                ahead = 0
            if self._queue.is_deleted:
                self._done.is_end = True
            if time.monotonic() > deadline or await self._call.request.is_disconnected():
                break
        await until_durable(self._call)
        return self._done

    def _is_enough(self) -> bool:
        limit = self._wanted.limit
        return limit is not None and self._done.counts.total() >= limit

    def _room(self) -> int:
        limit = self._wanted.limit
        return self._at_once if limit is None else min(self._at_once, limit - self._done.counts.total())

    def _pace(self, seconds: float) -> None:
        if seconds > SLOW_SECONDS:
            self._at_once = max(self._at_once // 2, 1)
        elif seconds < FAST_SECONDS:
            self._at_once = min(self._at_once * 2, MOST_AT_ONCE)

    def _chosen(self, effects: Effects) -> None:
        """The next slice of those asked for by id."""
        self._expire(effects)
        entries: list[Entry] = []
        size = 0
        for _ in range(min(self._room(), len(self._ids))):
            identity = self._ids.pop()
            entry = self._find(identity)
            if entry is None:
                self._done.add({"id": identity, "hash": ""}, Fate(Outcome.MISSING, "gone before we took it"))
                continue
            entries.append(entry)
            size += len(entry.message.body)
            if size >= SLICE_BYTES:
                break
        self._settle(entries, effects)
        self._done.is_end = not self._ids

    def _find(self, identity: str) -> Entry | None:
        position = identity.partition("-")[0]
        if not (position.isascii() and position.isdecimal() and len(position) < 20):
            return None
        entry = self._queue.backlog.find(int(position))
        return entry if entry is not None and shown.identity(entry) == identity else None

    def _found(self, effects: Effects) -> None:
        """The next slice of the queue."""
        self._expire(effects)
        wanted = self._wanted
        entries, behind = self._queue.backlog.peek(wanted.after, self._room())
        is_past = bool(entries) and entries[0].position > wanted.until and self._queue.rules.max_priority is None
        if behind == wanted.after or is_past:
            self._done.is_end = True
            return
        chosen: list[Entry] = []
        size, began = 0, time.monotonic()
        wanted.after = behind
        for entry in entries:
            self._done.examined += 1
            if entry.position <= wanted.until and (wanted.filter is None or wanted.filter.matches(entry.message)):
                chosen.append(entry)
                size += len(entry.message.body)
            if size >= SLICE_BYTES or time.monotonic() - began > SLOW_SECONDS:
                wanted.after = Place(behind.level, entry.position)
                break
        self._settle(chosen, effects)

    def _settle(self, entries: list[Entry], effects: Effects) -> None:
        for entry, fate in zip(entries, self._act(entries, effects), strict=True):
            is_told = self._wanted.ids is not None or fate.outcome in STAYS
            self._done.add(self._name(entry) if is_told else None, fate)

    def _name(self, entry: Entry) -> Json:
        return {"id": shown.identity(entry), "hash": content_hash(self._call, entry)}

    def _expire(self, effects: Effects) -> None:
        if self._queue.timed_by is not None:
            expiry.has_another(self._queue, self._queue.timed_by.now, effects)


async def _answer(call: Call, wanted: Wanted, done: Done) -> Response:
    goes_on = not done.is_end and wanted.ids is None
    return await render.value(
        call,
        {
            "counts": {outcome: done.counts[outcome] for outcome in Outcome},
            "results": done.results,
            "next": cursor(wanted.after) if goes_on else None,
            "until": wanted.until,
            "examined": done.examined,
            "not_searched": wanted.filter.not_searched if wanted.filter else 0,
        },
    )


RESOURCES = [
    resource("/queues/{vhost}/{name}/move", post=(Level.VHOST, move)),
    resource("/queues/{vhost}/{name}/copy", post=(Level.VHOST, copy)),
    resource("/queues/{vhost}/{name}/delete", post=(Level.VHOST, delete)),
]
