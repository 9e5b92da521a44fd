"""Class exchange: declare, delete, and bindings between exchanges."""

from __future__ import annotations

from brokerctl.core.effects import Effects
from brokerctl.core.vhost import ON_DEFAULT
from brokerctl.errors import AccessRefused
from brokerctl.server.commands.kinds import Command
from brokerctl.server.outlet import Outlet
from brokerctl.wire.methods import exchange


def declare(outlet: Outlet, method: exchange.Declare, effects: Effects) -> None:
    if not method.exchange:
        raise AccessRefused(ON_DEFAULT)
    if method.passive:
        outlet.vhost.look_up_exchange(method.exchange)
    else:
        outlet.vhost.declare_exchange(
            method.exchange,
            method.type,
            effects,
            is_durable=method.durable,
            is_auto_delete=method.auto_delete,
            is_internal=method.internal,
            arguments=method.arguments,
        )
    if not method.nowait:
        outlet.session.reply(outlet.number, exchange.DeclareOk())


def delete(outlet: Outlet, method: exchange.Delete, effects: Effects) -> None:
    outlet.vhost.delete_exchange(method.exchange, effects, if_unused=method.if_unused)
    if not method.nowait:
        outlet.session.reply(outlet.number, exchange.DeleteOk())


def bind(outlet: Outlet, method: exchange.Bind, effects: Effects) -> None:
    outlet.vhost.bind(method.source, "exchange", method.destination, method.routing_key, method.arguments, effects)
    if not method.nowait:
        outlet.session.reply(outlet.number, exchange.BindOk())


def unbind(outlet: Outlet, method: exchange.Unbind, effects: Effects) -> None:
    outlet.vhost.unbind(method.source, "exchange", method.destination, method.routing_key, method.arguments, effects)
    if not method.nowait:
        outlet.session.reply(outlet.number, exchange.UnbindOk())


HANDLERS: dict[type, Command] = {
    exchange.Declare: declare,
    exchange.Delete: delete,
    exchange.Bind: bind,
    exchange.Unbind: unbind,
}
