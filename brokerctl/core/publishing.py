"""A message's way in: from an exchange to its queues, to disk where it must be, and back when nobody wants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence as Queues

from brokerctl.core.channel import Channel, Delivery
from brokerctl.core.effects import Effects, Return, Store
from brokerctl.core.enqueue import enqueue, enqueue_all, enqueue_each, turn_away
from brokerctl.core.exchanges import Exchange
from brokerctl.core.message import Arguments, Envelope, Message
from brokerctl.core.queue import Queue
from brokerctl.core.reasons import Reason
from brokerctl.core.straight import Bodies
from brokerctl.core.vhost import Vhost
from brokerctl.errors import AccessRefused, PreconditionFailed
from brokerctl.names import MAX_NAME_BYTES, fits_shortstr

NO_ROUTE = 312


def publish(vhost: Vhost, channel: Channel | None, message: Message, is_mandatory: bool, effects: Effects) -> int:
    """`publish_all` for one message."""
    return publish_all(vhost, channel, message.envelope, (message.body,), is_mandatory, effects)


def publish_all(
    vhost: Vhost,
    channel: Channel | None,
    envelope: Envelope,
    bodies: Bodies,
    is_mandatory: bool,
    effects: Effects,
) -> int:
    """Route and enqueue messages of one size that differ in their bodies only; number and confirm them when the channel
    asked for it. Returns how many queues they reached.

    On a channel in a transaction they wait for the commit, routed as now. `channel` is None for the broker's own
    publishes. Raises NotFound for an unknown exchange.
    """
    exchange = vhost.exchange(envelope.exchange)
    if exchange.is_internal:
        raise AccessRefused(f"cannot publish to internal exchange '{exchange.name}' in vhost '{vhost.name}'")
    envelope, queues = _routed(vhost, exchange, envelope)
    if channel is not None:
        vhost.context.totals.sizes.add(len(bodies[0]), len(bodies))
    if channel is not None and channel.transaction is not None:
        for body in bodies:
            channel.transaction.publish(exchange, Message.of(envelope, body), queues, is_mandatory)
    elif queues and not (vhost.has_refusing_queues and any(queue.may_refuse for queue in queues)):
        _accept(vhost, channel, exchange, envelope, bodies, queues, effects)
    else:
        for body in bodies:
            deliver(vhost, channel, exchange, Message.of(envelope, body), queues, is_mandatory, effects)
    return len(queues)


def publish_each(
    vhost: Vhost,
    channel: Channel,
    envelopes: Queues[Envelope],
    bodies: Bodies,
    is_mandatory: bool,
    effects: Effects,
) -> None:
    """`publish_all` for neighbours of one exchange and routing key that have a header of their own each.

    There may be more bodies than envelopes: those without are not published.
    """
    first = envelopes[0]
    exchange = vhost.exchange(first.exchange)
    queues = vhost.router.route(exchange, first.routing_key, {}) if _are_alike(vhost, channel, envelopes) else ()
    if not queues or exchange.is_internal:
        for envelope, body in zip(envelopes, bodies, strict=False):
            publish_all(vhost, channel, envelope, (body,), is_mandatory, effects)
        return
    number = _count(channel, exchange, len(envelopes), first, queues)
    messages = [Message.of(envelope, body) for envelope, body in zip(envelopes, bodies, strict=False)]
    for size, count in Counter([len(message.body) for message in messages]).items():
        vhost.context.totals.sizes.add(size, count)
    if vhost.context.tap is not None:
        for message in messages:
            vhost.context.tap.published(vhost.name, message.envelope, (message.body,), queues, channel)
    enqueue_each(vhost.context, queues, messages, channel, number, effects)


def _are_alike(vhost: Vhost, channel: Channel, envelopes: Queues[Envelope]) -> bool:
    """Whether what is asked of one of them can be asked of all at once."""
    if channel.transaction is not None or vhost.has_refusing_queues or vhost.router.needs_headers:
        return False
    is_persistent = envelopes[0].is_persistent
    for envelope in envelopes:
        header = envelope.header
        if envelope.is_persistent is not is_persistent or envelope.expiration_ms is not None:
            return False
        if b"\x02CC" in header or b"\x03BCC" in header:
            return False
    return True


def deliver(
    vhost: Vhost,
    channel: Channel | None,
    exchange: Exchange,
    message: Message,
    queues: Queues[Queue],
    is_mandatory: bool,
    effects: Effects,
) -> bool:
    """Enqueue what was routed, and confirm or return it. False when a queue had no room and refused."""
    full = turn_away(queues, message, effects) if vhost.has_refusing_queues else []
    if not queues:
        _unrouted(vhost, channel, exchange, message, is_mandatory, effects)
    if not full:
        _accept(vhost, channel, exchange, message.envelope, (message.body,), queues, effects)
        return True
    exchange.publish_in += 1
    exchange.publish_out += len(queues)
    if channel is not None:
        channel.count_publish(exchange, 1)
        if channel.confirms is not None:
            channel.counters.confirm += 1
            channel.confirms.refuse()
    takers = [queue for queue in queues if queue not in full]
    if vhost.context.tap is not None:
        vhost.context.tap.published(vhost.name, message.envelope, (message.body,), takers, channel)
    enqueue(vhost.context, takers, message, effects)
    return False


def _accept(
    vhost: Vhost,
    channel: Channel | None,
    exchange: Exchange,
    envelope: Envelope,
    bodies: Bodies,
    queues: Queues[Queue],
    effects: Effects,
) -> None:
    first = _count(channel, exchange, len(bodies), envelope, queues)
    if vhost.context.tap is not None:
        vhost.context.tap.published(vhost.name, envelope, bodies, queues, channel)
    enqueue_all(vhost.context, queues, envelope, bodies, channel, first, effects)


def _count(channel: Channel | None, exchange: Exchange, count: int, envelope: Envelope, queues: Queues[Queue]) -> int:
    """Count publishes; returns the number that the first has for its confirm, 0 when nobody waits for any."""
    exchange.publish_in += count
    exchange.publish_out += count * len(queues)
    if channel is None:
        return 0
    channel.count_publish(exchange, count)
    if channel.confirms is None:
        return 0
    channel.counters.confirm += count
    copies = sum(queue.keeps for queue in queues) if envelope.is_persistent else 0
    return channel.confirms.next_all(count, copies)


def without_answers(channel: Channel, effects: Effects) -> Effects:
    """What is left of the effects of a publish when its answers have nobody to go to: no returns, no confirms.

    For doors other than AMQP, which read both off the channel and wait for the disk themselves.
    """
    left: Effects = []
    for effect in effects:
        if isinstance(effect, Store) and effect.channel is channel:
            effect.channel, effect.sequence = None, 0
        if not (isinstance(effect, Return) and effect.channel is channel):
            left.append(effect)
    return left


def reject(vhost: Vhost, channel: Channel, tag: int, multiple: bool, effects: Effects) -> None:
    """Refused by a consumer and not wanted back. Raises PreconditionFailed for a tag that is not out."""
    if channel.transaction is not None:
        channel.transaction.reject(channel.withdraw(tag, multiple))
        return
    refused = channel.reject(tag, multiple)
    discard(vhost, refused, Reason.REJECTED, effects)
    channel.return_credit(refused, effects)


def discard(vhost: Vhost, deliveries: list[Delivery], reason: Reason, effects: Effects) -> None:
    """Unacked messages that were given up for good: dead-letter or drop, and forget. The caller returns the credit."""
    for delivery in deliveries:
        delivery.queue.settle(delivery.entry)
        vhost.dead_letters.give_up(delivery.queue, delivery.entry, reason, effects)


def routing_keys(vhost: Vhost, envelope: Envelope) -> list[str]:
    """All keys a message is routed by: its own, and those in CC and BCC."""
    headers = vhost.context.codec.read(envelope.header)
    return [envelope.routing_key, *_selected(headers, "CC"), *_selected(headers, "BCC")]


def _routed(vhost: Vhost, exchange: Exchange, envelope: Envelope) -> tuple[Envelope, Queues[Queue]]:
    """The queues, and the envelope as it goes there: BCC is for the broker only."""
    router, codec, header = vhost.router, vhost.context.codec, envelope.header
    selects = b"\x02CC" in header or b"\x03BCC" in header
    headers = codec.read(header) if selects or router.needs_headers else {}
    if not selects or not ("CC" in headers or "BCC" in headers):
        return envelope, router.route(exchange, envelope.routing_key, headers)
    keys = [envelope.routing_key, *_selected(headers, "CC"), *_selected(headers, "BCC")]
    queues = router.route_all(exchange, keys, headers)
    if "BCC" in headers:
        envelope = envelope.with_header(codec.amend(header, {}, drop=("BCC",)))
    return envelope, queues


def _selected(headers: Arguments, name: str) -> list[str]:
    """Extra routing keys of sender-selected distribution (RabbitMQ, docs/sender-selected); what is no text is none."""
    given = headers.get(name, [])
    if not isinstance(given, list):
        raise PreconditionFailed(f"invalid header {name}: it takes a list of routing keys")
    keys = [key for key in given if isinstance(key, str)]
    if not all(map(fits_shortstr, keys)):
        # As long as any other routing key: the router remembers keys, and a table has room for much longer ones.
        raise PreconditionFailed(f"invalid header {name}: a routing key takes at most {MAX_NAME_BYTES} bytes")
    return keys


def _unrouted(
    vhost: Vhost,
    channel: Channel | None,
    exchange: Exchange,
    message: Message,
    is_mandatory: bool,
    effects: Effects,
) -> None:
    """No queue wants it: an answer to a direct reply-to, or nothing."""
    address = vhost.router.reply_queue(exchange, message.routing_key)
    if address is not None:
        enqueue(vhost.context, (address,), message, effects)
    if channel is not None and is_mandatory:
        # An address is no queue: what went there only is returned even so (RabbitMQ).
        channel.counters.return_unroutable += 1
        effects.append(Return(channel, NO_ROUTE, "NO_ROUTE", message))
    elif channel is not None and address is None:
        channel.counters.drop_unroutable += 1
