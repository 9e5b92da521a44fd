"""Exchanges: lists, one exchange, declare, delete."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response

from brokerctl.core.exchanges import Exchange
from brokerctl.core.foreign import Section
from brokerctl.management import channels, paging, readings, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent
from brokerctl.management.readings import EXCHANGE
from brokerctl.management.render import ABSENT, Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import to_json

INTERNAL_USER = "rmq-internal"
"""RabbitMQ's name for the maker of what every vhost starts with."""


def _message_stats(exchange: Exchange, call: Call) -> Any:
    numbers = readings.of_exchange(exchange)
    return call.rates.both(exchange, EXCHANGE, numbers) if any(numbers) else ABSENT


def _policy(exchange: Exchange, call: Call) -> Any:
    """Left out where there is none, as RabbitMQ does with exchanges."""
    return exchange.in_force.policy.name if exchange.in_force.policy is not None else ABSENT


def _incoming(exchange: Exchange, call: Call) -> list[Any]:
    """Open channels that published to it, as RabbitMQ tells in rates mode "detailed"; without rates."""
    return [
        {"stats": {"publish": count}, "channel_details": channels.details(found)}
        for found in channels.of(call.door.connections())
        if (count := found.channel.published.get(exchange)) is not None
    ]


FIELDS: Fields[Exchange] = {
    "name": lambda exchange, call: exchange.name,
    "vhost": lambda exchange, call: exchange.vhost,
    "type": lambda exchange, call: exchange.type,
    "durable": lambda exchange, call: exchange.is_durable,
    "auto_delete": lambda exchange, call: exchange.is_auto_delete,
    "internal": lambda exchange, call: exchange.is_internal,
    "arguments": lambda exchange, call: to_json(exchange.arguments),
    "policy": _policy,
    "user_who_performed_action": lambda exchange, call: exchange.user or INTERNAL_USER,
    "message_stats": _message_stats,
}

DETAILED_FIELDS: Fields[Exchange] = {
    **FIELDS,
    "incoming": _incoming,
    # Per queue RabbitMQ counts in rates mode "detailed" only; this is its answer in "basic".
    "outgoing": lambda exchange, call: [],
}

PLAIN = frozenset(DETAILED_FIELDS) - {"message_stats"}

ROW = render.row_of(FIELDS, lambda call: PLAIN)
DETAILED_ROW = render.row_of(DETAILED_FIELDS, lambda call: PLAIN)


async def list_all(call: Call) -> Response:
    exchanges = [vhost.exchanges[name] for vhost in call.listed_vhosts() for name in sorted(vhost.exchanges)]
    return await paging.listing(call, exchanges, ROW, lambda exchange: exchange.name)


async def show(call: Call) -> Response:
    return await render.one(call, known(call), DETAILED_ROW)


async def declare(call: Call) -> Response:
    name = call.exchange_name("name")
    values.check_name(name, "an exchange name")
    body = await call.body()
    kind = values.text(body, "type", "direct")
    flags = {key: values.boolean(body, key) for key in ("durable", "auto_delete", "internal")}
    arguments = values.to_table(body.get("arguments"), "arguments")
    is_new = name not in call.vhost.exchanges
    authorized = call.authorized
    call.door.run(
        lambda effects: authorized.declare_exchange(
            name,
            kind,
            effects,
            is_durable=flags["durable"],
            is_auto_delete=flags["auto_delete"],
            is_internal=flags["internal"],
            arguments=arguments,
        )
    )
    return render.done(201 if is_new else 204)


async def delete(call: Call) -> Response:
    name = call.exchange_name("name")
    if name not in call.vhost.exchanges and (Section.EXCHANGES, name) in call.vhost.foreign:
        call.door.run(partial(call.authorized.forget_foreign, Section.EXCHANGES, name))
        return render.done()
    exchange, authorized = known(call), call.authorized
    call.door.run(lambda effects: authorized.delete_exchange(exchange.name, effects, if_unused=call.flag("if-unused")))
    return render.done()


def known(call: Call) -> Exchange:
    """The exchange in the path. Raises Refusal 404."""
    exchange = call.vhost.exchanges.get(call.exchange_name("name"))
    if exchange is None:
        raise absent()
    return exchange


RESOURCES = [
    resource("/exchanges", get=(Level.MANAGEMENT, list_all)),
    resource("/exchanges/{vhost}", get=(Level.VHOST, list_all)),
    resource(
        "/exchanges/{vhost}/{name}",
        get=(Level.VHOST, show),
        put=(Level.VHOST, declare),
        delete=(Level.VHOST, delete),
    ),
]
