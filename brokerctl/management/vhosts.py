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
from brokerctl.management.errors import Refusal, absent, bad_request
from brokerctl.management.readings import CONNECTION, LENGTHS, MESSAGES, VHOST
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

ALL = ".*"

DEFAULT_QUEUE_TYPE, PROTECTED = "default_queue_type", "protected_from_deletion"
"""Of a vhost's metadata, as RabbitMQ calls them."""

QUEUE_TYPES = ("classic", "quorum")
UNSAID = (None, "", "undefined")


def row(vhost: Vhost, call: Call, wanted: frozenset[str] | None) -> Json:
    """All keys whatever is wanted: the counters take one look at every queue together, and vhosts are few."""
    found: Json = {
        "name": vhost.name,
        "description": vhost.description,
        "tags": list(vhost.tags),
        "default_queue_type": vhost.metadata.get(DEFAULT_QUEUE_TYPE, "classic"),
        "protected_from_deletion": is_protected(vhost),
        "metadata": {**vhost.metadata, "description": vhost.description, "tags": list(vhost.tags)},
        "tracing": False,
        "cluster_state": {call.node: "running"},
    }
    if not call.has_stats:
        return found
    numbers = readings.of_vhost(vhost, call.broker)
    found |= call.lengths.both(vhost, VHOST, numbers, LENGTHS)
    found |= _traffic(vhost, call)
    if any(numbers[len(LENGTHS) :]):
        found["message_stats"] = call.rates.both(vhost, VHOST, numbers, MESSAGES)
    return found


def _traffic(vhost: Vhost, call: Call) -> Json:
    """Bytes, as of the last reading: to add them up for every request would take a look at every connection."""
    closed = vhost.closed_connections
    series = call.services.sampler.series(closed)
    numbers = series.latest if series is not None else (closed.received_bytes, closed.sent_bytes)
    return call.data.both(closed, CONNECTION, numbers)


def is_protected(vhost: Vhost) -> bool:
    return vhost.metadata.get(PROTECTED) is True


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
    queue_type = _queue_type(body)
    if values.boolean(body, "tracing"):
        raise bad_request(
            "tracing: there is no amq.rabbitmq.trace here; GET /vhosts/NAME/firehose shows messages as they pass"
        )
    is_new = call.door.run(partial(_put, call, name, description, tags, queue_type))
    return render.done(201 if is_new else 204)


def _queue_type(body: Json) -> str | None:
    """What queues of the vhost are when their declaration does not say; None: this request does not."""
    given = body.get(DEFAULT_QUEUE_TYPE, body.get("defaultqueuetype"))
    if given in UNSAID:
        return None
    if given not in QUEUE_TYPES:
        raise bad_request(f"default_queue_type: there are {' and '.join(QUEUE_TYPES)} queues here")
    return str(given)


def _put(
    call: Call, name: str, description: str, tags: tuple[str, ...], queue_type: str | None, effects: Effects
) -> bool:
    known = call.broker.vhosts.get(name)
    metadata = dict(known.metadata) if known is not None else {}
    if queue_type is not None:
        metadata[DEFAULT_QUEUE_TYPE] = queue_type
    is_new = call.broker.put_vhost(name, description, tags, effects, metadata)
    if is_new:
        # As RabbitMQ does: who makes a vhost may use it.
        call.broker.set_permission(call.user, name, ALL, ALL, ALL, effects)
    return is_new


async def delete(call: Call) -> Response:
    vhost = _known(call)
    if is_protected(vhost):
        reason = f"vhost '{vhost.name}' is protected from deletion: DELETE its /deletion/protection first"
        raise Refusal(412, "precondition_failed", reason)
    within = [found for found in call.door.connections() if found.vhost == vhost.name]
    close_all(call, within, f"vhost '{vhost.name}' is deleted")
    call.door.run(partial(call.broker.delete_vhost, vhost.name))
    return render.done()


async def protect(call: Call) -> Response:
    return _protect(call, _known(call), True)


async def unprotect(call: Call) -> Response:
    return _protect(call, _known(call), False)


def _protect(call: Call, vhost: Vhost, is_on: bool) -> Response:
    metadata = {**vhost.metadata, PROTECTED: is_on}
    call.door.run(lambda effects: call.broker.put_vhost(vhost.name, vhost.description, vhost.tags, effects, metadata))
    return render.done()


async def start(call: Call) -> Response:
    """Every vhost of this broker runs as long as the broker does."""
    if call.name("node") != call.node:
        raise bad_request(f"there is no node {call.name('node')}: the one node is {call.node}")
    if call.name("vhost") not in call.broker.vhosts:
        raise bad_request(f"there is no vhost {call.name('vhost')}")
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
    resource(
        "/vhosts/{vhost}/deletion/protection",
        post=(Level.ADMINISTRATOR, protect),
        delete=(Level.ADMINISTRATOR, unprotect),
    ),
    resource("/vhosts/{vhost}/start/{node}", post=(Level.ADMINISTRATOR, start)),
]
