"""True peek: read the messages of a queue where they lie. No flag, order or counter changes.

RabbitMQ has nothing like it; there a look takes messages and gives them back. What is on disk only is read a page at a
time and not kept, so a look into ten million messages costs no more memory than one into ten.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from brokerctl.core.backlog import START, Place
from brokerctl.core.message import Entry
from brokerctl.core.queue import Queue
from brokerctl.errors import AmqpError
from brokerctl.management import render, shown, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request, of_channel
from brokerctl.management.matching import Filter
from brokerctl.management.resources import resource
from brokerctl.management.shown import PREFIX_BYTES, Form
from brokerctl.management.turns import Turns
from brokerctl.management.values import Json

DEFAULT_COUNT, MAX_COUNT = 50, 1000

MAX_EXAMINED = 100_000
"""Messages looked at for one answer, those that did not match counted as well."""

AT_ONCE = 64
"""Messages taken from the queue in one piece."""

MAX_REPLY_BYTES = 67_108_864
"""Payloads in one answer, before base64: it ends early then, and says where to go on."""


@dataclass(slots=True)
class Asked:
    """The body of a request to peek."""

    count: int
    offset: int
    after: Place | None
    form: Form
    filter: Filter | None
    examine: int
    with_payload: bool
    with_hash: bool

    @classmethod
    def of(cls, body: Json, call: Call) -> Asked:
        count = values.count(body, "count") if "count" in body else DEFAULT_COUNT
        if count > MAX_COUNT:
            raise bad_request(f"count takes at most {MAX_COUNT}; go on with the next of the answer")
        examine = values.count(body, "examine") if "examine" in body else MAX_EXAMINED
        return cls(
            count,
            values.count(body, "offset") if "offset" in body else 0,
            place(body["after"]) if body.get("after") is not None else None,
            Form.of(body),
            Filter(body["filter"], call.door.properties) if "filter" in body else None,
            min(max(examine, 1), MAX_EXAMINED),
            values.boolean({"payload": True, **body}, "payload"),
            values.boolean(body, "hash"),
        )


@dataclass(slots=True)
class Found:
    """What a look came to."""

    rows: list[Json]
    after: Place
    examined: int = 0
    is_end: bool = False


async def peek(call: Call) -> Response:
    asked = Asked.of(await call.body(), call)
    queue = readable(call)
    found = await _look(call, queue, asked)
    is_whole = found.is_end or not asked.count
    return await render.value(
        call,
        {
            "messages": found.rows,
            "next": None if is_whole else cursor(found.after),
            "examined": found.examined,
            "not_searched": asked.filter.not_searched if asked.filter else 0,
            "messages_ready": queue.ready,
        },
    )


async def _look(call: Call, queue: Queue, asked: Asked) -> Found:
    after = asked.after or START
    if asked.offset:
        after = queue.backlog.skip(asked.offset) if asked.after is None else after
    found, turns, left_bytes = Found([], after), Turns(), MAX_REPLY_BYTES
    while len(found.rows) < asked.count and found.examined < asked.examine and left_bytes > 0:
        entries, behind = queue.backlog.peek(found.after, min(AT_ONCE, asked.examine - found.examined))
        if behind == found.after:
            found.is_end = True
            break
        for entry in entries:
            found.after = Place(behind.level, entry.position)
            found.examined += 1
            if asked.filter is None or asked.filter.matches(entry.message):
                found.rows.append(_row(call, queue, entry, asked))
                left_bytes -= len(found.rows[-1].get("payload", ""))
            await turns.give_way()
            if len(found.rows) >= asked.count or left_bytes <= 0 or turns.is_used_up:
                return found
        found.after = behind
    return found


def _row(call: Call, queue: Queue, entry: Entry, asked: Asked) -> Json:
    row: Json = {"id": shown.identity(entry), "age_seconds": age(call, entry)}
    if asked.with_hash:
        row["hash"] = content_hash(call, entry)
    if not asked.with_payload:
        return row | shown.outline(entry)
    header = shown.header(call, queue, entry)[PREFIX_BYTES:]
    return row | shown.row(call, queue, entry, asked.form) | {"header": base64.b64encode(header).decode()}


def age(call: Call, entry: Entry) -> int:
    """Seconds that the message has been in the broker, at least."""
    context = call.broker.context
    return int(context.timeline.age(entry.position, context.clock.now))


def content_hash(call: Call, entry: Entry) -> str:
    """SHA-256 of exchange, routing key, header and body, each with its length before it: the same as
    brokerctl.operations.fingerprint makes of a message that a client took."""
    message = entry.message
    header = message.header
    if b"x-delivery-count" in header:
        header = call.broker.context.codec.amend(header, {}, drop=("x-delivery-count",))
    digest = hashlib.sha256()
    for part in (message.exchange.encode(), message.routing_key.encode(), header[PREFIX_BYTES:], message.body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def readable(call: Call) -> Queue:
    """The queue in the path, if the user may read it. Raises Refusal as get does."""
    try:
        return call.authorized.readable_queue(call.name("name"))
    except AmqpError as error:
        raise of_channel(error) from error


def cursor(after: Place) -> str:
    """A place as a text that clients give back as it is."""
    return f"{after.level}.{after.position}"


def place(given: Any) -> Place:
    parts = given.split(".") if isinstance(given, str) else []
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        raise bad_request("after takes the next of an earlier answer, as it is")
    return Place(*map(int, parts))


RESOURCES = [resource("/queues/{vhost}/{name}/peek", post=(Level.VHOST, peek))]
