"""Bindings, seen from the vhost, from either end, and one by one; bind and unbind.

A binding has no name. `properties_key` tells those of one pair apart: made of the routing key and a hash of the
arguments, and to be taken from a list, never computed by a client.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, quote_plus, unquote_plus

from starlette.responses import Response

from brokerctl.core.exchanges import Binding
from brokerctl.core.message import Arguments
from brokerctl.core.vhost import Vhost
from brokerctl.management import exchanges, paging, queues, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import to_json

MAX_BODY_BYTES = 5000
"""RabbitMQ's limit for a new binding."""

NO_KEY = "~"


class Bound(NamedTuple):
    """A binding as it is shown; the default exchange's are implied by the queues, and are none of the core's."""

    source: str
    vhost: str
    destination: str
    destination_type: str
    routing_key: str
    arguments: Arguments
    properties_key: str


FIELDS: Fields[Bound] = {
    "source": lambda bound, call: bound.source,
    "vhost": lambda bound, call: bound.vhost,
    "destination": lambda bound, call: bound.destination,
    "destination_type": lambda bound, call: bound.destination_type,
    "routing_key": lambda bound, call: bound.routing_key,
    "arguments": lambda bound, call: to_json(bound.arguments),
    "properties_key": lambda bound, call: bound.properties_key,
}

ROW = render.row_of(FIELDS)


def properties_key(routing_key: str, arguments_key: object) -> str:
    """`arguments_key` is the hashable form of the arguments that a binding's key ends with."""
    encoded = quote_plus(routing_key).replace("~", "%7E")
    if not arguments_key:
        return encoded or NO_KEY
    digest = hashlib.blake2b(repr(arguments_key).encode(), digest_size=6).digest()
    return f"{encoded}~{base64.urlsafe_b64encode(digest).decode()}"


def shown(binding: Binding) -> Bound:
    return Bound(
        binding.source.name,
        binding.source.vhost,
        binding.destination.name,
        binding.destination_type,
        binding.routing_key,
        binding.arguments,
        properties_key(binding.routing_key, binding.key[3]),
    )


def implied(vhost: str, queue: str) -> Bound:
    """Every queue is bound to the default exchange by its name (§3.1.3.1)."""
    return Bound("", vhost, queue, "queue", queue, {}, properties_key(queue, ()))


def all_of(vhost: Vhost) -> Iterator[Bound]:
    for queue in vhost.queues:
        yield implied(vhost.name, queue)
    for exchange in vhost.exchanges.values():
        yield from map(shown, exchange.bindings.values())


def in_order(bindings: Iterable[Bound]) -> list[Bound]:
    """RabbitMQ's default order."""
    return sorted(
        bindings,
        key=lambda bound: (
            bound.vhost,
            bound.source,
            bound.destination_type,
            bound.destination,
            bound.routing_key,
            bound.properties_key,
        ),
    )


async def list_all(call: Call) -> Response:
    found = (bound for vhost in call.listed_vhosts() for bound in all_of(vhost))
    return await paging.listing(call, in_order(found), ROW)


async def of_queue(call: Call) -> Response:
    queue = queues.known(call)
    found = [implied(queue.vhost, queue.name), *map(shown, call.vhost.bindings_of(queue))]
    return await paging.listing(call, in_order(found), ROW)


async def from_exchange(call: Call) -> Response:
    exchange = exchanges.known(call)
    if exchange.name:
        found = list(map(shown, exchange.bindings.values()))
    else:
        found = [implied(exchange.vhost, queue) for queue in call.vhost.queues]
    return await paging.listing(call, in_order(found), ROW)


async def to_exchange(call: Call) -> Response:
    exchange = exchanges.known(call)
    return await paging.listing(call, in_order(map(shown, call.vhost.bindings_of(exchange))), ROW)


async def of_pair(call: Call) -> Response:
    return await paging.listing(call, in_order(_between(call)), ROW)


async def bind(call: Call) -> Response:
    body = await call.body(MAX_BODY_BYTES, "Payload size limit exceeded")
    routing_key = values.short_text(body, "routing_key", "")
    arguments = values.to_table(body.get("arguments"), "arguments")
    source, kind, destination = _ends(call)
    authorized = call.authorized
    made = call.door.run(lambda effects: authorized.bind(source, kind, destination, routing_key, arguments, effects))
    return render.done(201, f"{quote(call.name('destination'), safe='')}/{quote(shown(made).properties_key, safe='')}")


async def show(call: Call) -> Response:
    return await render.one(call, _known(call), ROW)


async def unbind(call: Call) -> Response:
    bound, authorized = _known(call), call.authorized
    call.door.run(
        lambda effects: authorized.unbind(
            bound.source, bound.destination_type, bound.destination, bound.routing_key, bound.arguments, effects
        )
    )
    return render.done()


def _ends(call: Call) -> tuple[str, str, str]:
    """(source, kind of destination, destination) of the path."""
    if call.name("kind") == "q":
        return call.exchange_name("source"), "queue", call.name("destination")
    if call.name("kind") == "e":
        return call.exchange_name("source"), "exchange", call.exchange_name("destination")
    raise absent()


def _between(call: Call) -> Iterator[Bound]:
    source, kind, destination = _ends(call)
    vhost = call.vhost
    if source == "" and kind == "queue" and destination in vhost.queues:
        yield implied(vhost.name, destination)
    exchange = vhost.exchanges.get(source)
    for binding in exchange.bindings.values() if exchange is not None else ():
        if binding.destination_type == kind and binding.destination.name == destination:
            yield shown(binding)


def _known(call: Call) -> Bound:
    wanted, found = call.name("properties_key"), list(_between(call))
    for bound in found:
        if bound.properties_key == wanted:
            return bound
    # Many clients put the key into the path as the list told it, so that it comes here decoded once too often.
    alike = [bound for bound in found if unquote_plus(bound.properties_key) == unquote_plus(wanted)]
    if len(alike) != 1:
        raise absent()
    return alike[0]


PAIR = "/bindings/{vhost}/e/{source}/{kind}/{destination}"

RESOURCES = [
    resource("/bindings", get=(Level.MANAGEMENT, list_all)),
    resource("/bindings/{vhost}", get=(Level.VHOST, list_all)),
    resource(PAIR, get=(Level.VHOST, of_pair), post=(Level.VHOST, bind)),
    resource(PAIR + "/{properties_key}", get=(Level.VHOST, show), delete=(Level.VHOST, unbind)),
    resource("/queues/{vhost}/{name}/bindings", get=(Level.VHOST, of_queue)),
    resource("/exchanges/{vhost}/{name}/bindings/source", get=(Level.VHOST, from_exchange)),
    resource("/exchanges/{vhost}/{name}/bindings/destination", get=(Level.VHOST, to_exchange)),
]
