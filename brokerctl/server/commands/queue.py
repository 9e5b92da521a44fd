"""Class queue: everything a client may ask of a queue, and nothing else."""

from __future__ import annotations

import secrets

from brokerctl.core import replies
from brokerctl.core.effects import Effects
from brokerctl.errors import NotFound
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import queue


def declare(outlet: Outlet, method: queue.Declare, effects: Effects) -> None:
    if method.queue.startswith(replies.REPLY_TO):
        _declare_reply_to(outlet, method)
        return
    if method.passive:
        found = outlet.vhost.look_up_queue(method.queue)
    else:
        found = outlet.vhost.declare_queue(
            method.queue or f"amq.gen-{secrets.token_urlsafe(16)}",
            effects,
            is_durable=method.durable,
            is_auto_delete=method.auto_delete,
            is_exclusive=method.exclusive,
            arguments=method.arguments,
            is_generated=not method.queue,
        )
    outlet.last_queue = found.name
    if not method.nowait:
        outlet.session.reply(outlet.number, queue.DeclareOk(found.name, found.ready, len(found.consumers)))


def _declare_reply_to(outlet: Outlet, method: queue.Declare) -> None:
    """A server asks so whether somebody still waits for its answer."""
    vhost = outlet.vhost.vhost
    if not replies.is_known(vhost, method.queue):
        raise NotFound(f"no queue '{method.queue}' in vhost '{vhost.name}'")
    outlet.last_queue = method.queue
    if not method.nowait:
        outlet.session.reply(outlet.number, queue.DeclareOk(method.queue, 0, 1))


def bind(outlet: Outlet, method: queue.Bind, effects: Effects) -> None:
    name = outlet.queue_name(method.queue)
    # With neither queue nor key named, the key is the queue's name too (§1.7.2.3).
    key = method.routing_key or (name if not method.queue else "")
    outlet.vhost.bind(method.exchange, "queue", name, key, method.arguments, effects)
    if not method.nowait:
        outlet.session.reply(outlet.number, queue.BindOk())


def unbind(outlet: Outlet, method: queue.Unbind, effects: Effects) -> None:
    name = outlet.queue_name(method.queue)
    outlet.vhost.unbind(method.exchange, "queue", name, method.routing_key, method.arguments, effects)
    outlet.session.reply(outlet.number, queue.UnbindOk())


def purge(outlet: Outlet, method: queue.Purge, effects: Effects) -> None:
    count = outlet.vhost.purge_queue(outlet.queue_name(method.queue), effects)
    if count:
        outlet.session.hold()
    if not method.nowait:
        outlet.session.reply(outlet.number, queue.PurgeOk(count))


def delete(outlet: Outlet, method: queue.Delete, effects: Effects) -> None:
    name = outlet.queue_name(method.queue)
    count = outlet.vhost.delete_queue(name, effects, if_unused=method.if_unused, if_empty=method.if_empty)
    if not method.nowait:
        outlet.session.reply(outlet.number, queue.DeleteOk(count))


HANDLERS: dict[type, Command] = {
    queue.Declare: declare,
    queue.Bind: bind,
    queue.Unbind: unbind,
    queue.Purge: purge,
    queue.Delete: delete,
}
