"""Class basic: consume, get, and what becomes of messages handed out. Publish and ack go by session.py."""

from __future__ import annotations

import secrets

from brokerctl.core import getting, publishing, replies
from brokerctl.core.effects import Effects
from brokerctl.errors import NotAllowed, NotImplementedHere
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import basic

REPLY_TOKEN_BYTES = 24
"""192 random bits: an address that nobody finds by trying."""


def qos(outlet: Outlet, method: basic.Qos, effects: Effects) -> None:
    """RabbitMQ's meaning: global is the whole channel, else each consumer that is still to come."""
    if method.prefetch_size:
        raise NotImplementedHere(f"prefetch_size!=0 ({method.prefetch_size})")
    if method.is_global:
        outlet.channel.global_prefetch = method.prefetch_count
        for consumer in list(outlet.channel.consumers.values()):
            consumer.queue.activate(consumer, effects)
    else:
        outlet.channel.prefetch = method.prefetch_count
    outlet.session.reply(outlet.number, basic.QosOk())


def consume(outlet: Outlet, method: basic.Consume, effects: Effects) -> None:
    tag = method.consumer_tag or f"amq.ctag-{secrets.token_urlsafe(16)}"
    if tag in outlet.channel.consumers:
        raise NotAllowed(f"attempt to reuse consumer tag '{tag}'")
    most = outlet.session.node.config.consumers_per_channel
    if len(outlet.channel.consumers) >= most:
        raise NotAllowed(f"reached maximum ({most}) of consumers per channel")
    outlet.consumes(tag)
    if method.queue == replies.REPLY_TO:
        token = secrets.token_urlsafe(REPLY_TOKEN_BYTES)
        replies.consume(outlet.vhost.vhost, outlet.channel, tag, token, needs_ack=not method.no_ack)
        if not method.nowait:
            outlet.session.reply(outlet.number, basic.ConsumeOk(tag))
        return
    outlet.vhost.consume(
        outlet.queue_name(method.queue),
        outlet.channel,
        tag,
        effects,
        needs_ack=not method.no_ack,
        is_exclusive=method.exclusive,
        arguments=method.arguments,
    )
    if not method.nowait:
        outlet.session.reply(outlet.number, basic.ConsumeOk(tag))


def cancel(outlet: Outlet, method: basic.Cancel, effects: Effects) -> None:
    outlet.vhost.vhost.cancel(outlet.channel, method.consumer_tag, effects)
    outlet.heads.pop(method.consumer_tag, None)
    if not method.nowait:
        outlet.session.reply(outlet.number, basic.CancelOk(method.consumer_tag))


def get(outlet: Outlet, method: basic.Get, effects: Effects) -> None:
    queue = outlet.vhost.readable_queue(outlet.queue_name(method.queue))
    session = outlet.session
    got = getting.get(queue, outlet.channel, effects, needs_ack=not method.no_ack)
    if got is None:
        session.reply(outlet.number, basic.GetEmpty())
        return
    tag, entry, left = got
    tap = outlet.vhost.vhost.context.tap
    if tap is not None:
        tap.got(queue, entry, outlet.channel)
    message = entry.message
    session.reply(outlet.number, basic.GetOk(tag, entry.is_redelivered, message.exchange, message.routing_key, left))
    session.answer(session.node.carrier.content(entry, queue, outlet.number, session.frame_max))


def ack(outlet: Outlet, method: basic.Ack, effects: Effects) -> None:
    outlet.channel.acknowledge(method.delivery_tag, method.multiple, effects)


def nack(outlet: Outlet, method: basic.Nack, effects: Effects) -> None:
    _refuse(outlet, method.delivery_tag, method.multiple, method.requeue, effects)


def reject(outlet: Outlet, method: basic.Reject, effects: Effects) -> None:
    _refuse(outlet, method.delivery_tag, False, method.requeue, effects)


def _refuse(outlet: Outlet, tag: int, multiple: bool, requeue: bool, effects: Effects) -> None:
    if requeue:
        outlet.channel.give_back(tag, multiple, effects)
    else:
        publishing.reject(outlet.vhost.vhost, outlet.channel, tag, multiple, effects)


def recover(outlet: Outlet, method: basic.Recover, effects: Effects) -> None:
    if not method.requeue:
        raise NotImplementedHere("requeue=false")
    outlet.channel.recover(effects)
    outlet.session.reply(outlet.number, basic.RecoverOk())


def recover_async(outlet: Outlet, method: basic.RecoverAsync, effects: Effects) -> None:
    if not method.requeue:
        raise NotImplementedHere("requeue=false")
    outlet.channel.recover(effects)


HANDLERS: dict[type, Command] = {
    basic.Qos: qos,
    basic.Consume: consume,
    basic.Cancel: cancel,
    basic.Get: get,
    basic.Ack: ack,
    basic.Nack: nack,
    basic.Reject: reject,
    basic.Recover: recover,
    basic.RecoverAsync: recover_async,
}
