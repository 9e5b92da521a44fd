"""Carries out what the core wants done: bytes to sessions, rows to the store.

Deliveries are the broker's hot path. What repeats is built once: the head of a consumer's deliveries (class, method,
tag), the tail (exchange, routing key). The rest is two small packs and one append to the session's output.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from brokerctl.core.channel import Channel
from brokerctl.core.context import Context
from brokerctl.core.effects import CancelConsumer, Deliver, DeliverAll, Effects, Forget, Return, Save, Store
from brokerctl.core.headers import HeaderCodec
from brokerctl.core.message import Entry, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.store.base import Store as DiskStore
from brokerctl.wire import fields, frames, spec
from brokerctl.wire.methods import basic

if TYPE_CHECKING:
    from brokerctl.server.session import Session

TAG_AND_FLAG = struct.Struct(">QB")
FRAME_HEAD = frames.HEAD
TAILS = 4096
"""(exchange, routing key) pairs remembered as bytes; keys come from publishers, so it starts again when full."""


class Carrier:
    def __init__(self, store: DiskStore, context: Context) -> None:
        self.store = store
        self.context = context
        self.codec: HeaderCodec = context.codec
        self.dirty: set[Session] = set()
        """Sessions with something to write."""
        self._tails: dict[tuple[str, str], bytes] = {}

    def carry(self, effects: Effects) -> bool:
        """Carry out all effects in order and empty the list. True when a durable definition changed."""
        changed = False
        if self.context.tap is not None:
            self.context.tap.delivered(effects)
        for effect in effects:
            kind = type(effect)
            if kind is DeliverAll:
                self._deliver_all(effect)  # type: ignore[arg-type]
            elif kind is Deliver:
                self._deliver(effect)  # type: ignore[arg-type]
            elif kind is Store:
                self._store(effect)  # type: ignore[arg-type]
            elif kind is Forget:
                self.store.batch.settle(effect.positions)  # type: ignore[union-attr]
            else:
                changed |= _REST[kind](self, effect)
        effects.clear()
        return changed

    def content(self, entry: Entry, queue: Queue, number: int, frame_max: int) -> bytes:
        """Header and body frames of a delivery. A quorum queue says how often it was tried before."""
        header = entry.message.header
        if entry.delivery_count and queue.rules.type == "quorum":
            header = self.codec.amend(header, {"x-delivery-count": entry.delivery_count})
        return frames.content(number, header, entry.message.body, frame_max)

    def tail(self, envelope: Envelope) -> bytes:
        """Exchange and routing key as they end a delivery."""
        key = envelope.exchange, envelope.routing_key
        known = self._tails.get(key)
        if known is None:
            if len(self._tails) >= TAILS:
                self._tails.clear()
            known = self._tails[key] = fields.encode_short_text(key[0]) + fields.encode_short_text(key[1])
        return known

    def _deliver(self, effect: Deliver) -> None:
        consumer = effect.consumer
        outlet = consumer.channel.outlet
        session: Session = outlet.session
        out, head, number = session.out, outlet.heads[consumer.tag], outlet.number
        room = outlet.body_max
        known: Envelope | None = None
        before = between = tail = b""
        for tag, entry in enumerate(effect.entries, effect.first_tag):
            message = entry.message
            body, envelope = message.body, message.envelope
            if entry.is_redelivered or not 0 < len(body) <= room:
                own_tail = self.tail(envelope)
                out += (
                    _before(head, own_tail, number),
                    TAG_AND_FLAG.pack(tag, entry.is_redelivered),
                    own_tail,
                    frames.END,
                    self.content(entry, consumer.queue, number, session.frame_max),
                )
                continue
            if envelope is not known:
                if known is None or not _goes_with(envelope, known):
                    tail = self.tail(envelope)
                    before = _before(head, tail, number)
                known, between = envelope, _between(envelope, tail, number, len(body))
            out += (before, tag.to_bytes(8, "big"), between, body, frames.END)
        self.dirty.add(session)

    def _deliver_all(self, effect: DeliverAll) -> None:
        consumer, envelope, bodies = effect.consumer, effect.envelope, effect.bodies
        outlet = consumer.channel.outlet
        session: Session = outlet.session
        number, size = outlet.number, len(bodies[0])
        if not 0 < size <= outlet.body_max:
            entries = [Entry(0, Message.of(envelope, body)) for body in bodies]
            self._deliver(Deliver(consumer, effect.first_tag, entries))
            return
        tail = self.tail(envelope)
        before = _before(outlet.heads[consumer.tag], tail, number)
        between = _between(envelope, tail, number, size)
        after, out = frames.END + before, session.out
        out.append(before)
        for tag, body in enumerate(bodies, effect.first_tag):
            out += (tag.to_bytes(8, "big"), between, body, after)
        out[-1] = frames.END
        self.dirty.add(session)

    def _store(self, effect: Store) -> None:
        entry, message = effect.entry, effect.entry.message
        batch = self.store.batch
        batch.add(
            (
                entry.position,
                effect.queue.store_id,
                message.exchange,
                message.routing_key,
                message.header,
                message.body,
                None if entry.expires_at is None else _wall_ms(entry.expires_at),
                message.priority,
                not (message.is_persistent and effect.queue.keeps),
            )
        )
        if effect.channel is not None:
            batch.receipts.append(partial(self._stored, effect.channel, effect.sequence))

    def _stored(self, channel: Channel, sequence: int) -> None:
        if channel.confirms is not None:
            channel.confirms.stored(sequence)
            self.dirty.add(channel.outlet.session)

    def _return(self, effect: Return) -> bool:
        outlet, message = effect.channel.outlet, effect.message
        method = basic.Return(effect.code, effect.text, message.exchange, message.routing_key)
        session: Session = outlet.session
        session.reply(outlet.number, method)
        session.out.append(frames.content(outlet.number, message.header, message.body, session.frame_max))
        return False

    def _cancel(self, effect: CancelConsumer) -> bool:
        outlet = effect.consumer.channel.outlet
        if outlet is not None:
            outlet.cancelled(effect.consumer.tag)
        return False

    def _save(self, effect: Save) -> bool:
        self.store.batch.define(effect.kind, effect.key, effect.value)
        return True


_REST: dict[type, Callable[[Carrier, Any], bool]] = {
    Return: Carrier._return,
    CancelConsumer: Carrier._cancel,
    Save: Carrier._save,
}


def _goes_with(one: Envelope, other: Envelope) -> bool:
    """Whether they end a delivery alike. Neighbours share their texts; equal ones of others may count as not."""
    return one.routing_key is other.routing_key and one.exchange is other.exchange


def _before(head: bytes, tail: bytes, number: int) -> bytes:
    """What stands before the tag of a delivery."""
    return FRAME_HEAD.pack(spec.METHOD, number, len(head) + 9 + len(tail)) + head


def _between(envelope: Envelope, tail: bytes, number: int, size: int) -> bytes:
    """What stands between the tag and the body of a first delivery, when the body fits one frame."""
    rendered: tuple[int, bytes] | None = envelope.rendered
    if rendered is None or rendered[0] != number:
        header = frames.frame(spec.HEADER, number, envelope.header)
        between = b"\x00" + tail + frames.END + header + FRAME_HEAD.pack(spec.BODY, number, size)
        rendered = envelope.rendered = number, between
    return rendered[1]


def _wall_ms(expires_at: float) -> int:
    return round((time.time() + expires_at - time.monotonic()) * 1000)
