"""Vhosts: list, create and describe, delete with everything in them."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from brokerctl.core.effects import Effects
from brokerctl.core.vhost import Vhost
from brokerctl.management import auth, paging, readings, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.connections import close_all
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.readings import LENGTHS, MESSAGES, VHOST
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

ALL = ".*"


def row(vhost: Vhost, call: Call, wanted: frozenset[str] | None) -> Json:
    """All keys whatever is wanted: the counters take one look at every queue together, and vhosts are few."""
    numbers = readings.of_vhost(vhost, call.broker)
    found: Json = {
        "name": vhost.name,
        "description": vhost.description,
        "tags": list(vhost.tags),
        "default_queue_type": "classic",
        "metadata": {"description": vhost.description, "tags": list(vhost.tags)},
        "tracing": False,
        "cluster_state": {call.node: "running"},
        **call.lengths.both(vhost, VHOST, numbers, LENGTHS),
    }
    if any(numbers[len(LENGTHS) :]):
        found["message_stats"] = call.rates.both(vhost, VHOST, numbers, MESSAGES)
    return found


async def list_all(call: Call) -> Response:
    names = sorted(call.broker.vhosts) if auth.is_monitor(call.user) else auth.visible_vhosts(call.broker, call.user)
    return await paging.listing(call, [call.broker.vhosts[name] for name in names], row, lambda vhost: vhost.name)


async def show(call: Call) -> Response:
    return await render.one(call, _known(call), row)


async def put(call: Call) -> Response:
    name = call.name("vhost")
    values.check_name(name, "a vhost name")
    body = await call.body()
    description = values.text(body, "description", "")
    tags = values.tags(body)
    if body.get("default_queue_type", body.get("defaultqueuetype", "classic")) not in (
        "classic",
        "undefined",
        "",
        None,
    ):
        raise bad_request("default_queue_type: queues are classic here; leave it out or send 'classic'")
    if values.boolean(body, "tracing"):
        raise bad_request("tracing: the firehose tracer is not offered here")
    is_new = call.door.run(partial(_put, call, name, description, tags))
    return render.done(201 if is_new else 204)


def _put(call: Call, name: str, description: str, tags: tuple[str, ...], effects: Effects) -> bool:
    is_new = call.broker.put_vhost(name, description, tags, effects)
    if is_new:
        # As RabbitMQ does: who makes a vhost may use it.
        call.broker.set_permission(call.user, name, ALL, ALL, ALL, effects)
    return is_new


async def delete(call: Call) -> Response:
    vhost = _known(call)
    within = [found for found in call.door.connections() if found.vhost == vhost.name]
    close_all(call, within, f"vhost '{vhost.name}' is deleted")
    call.door.run(partial(call.broker.delete_vhost, vhost.name))
    return render.done()


def _known(call: Call) -> Vhost:
    vhost = call.broker.vhosts.get(call.name("vhost"))
    if vhost is None:
        raise absent()
    return vhost


RESOURCES = [
    resource("/vhosts", get=(Level.MANAGEMENT, list_all)),
    resource(
        "/vhosts/{vhost}",
        get=(Level.ADMINISTRATOR, show),
        put=(Level.ADMINISTRATOR, put),
        delete=(Level.ADMINISTRATOR, delete),
    ),
]
