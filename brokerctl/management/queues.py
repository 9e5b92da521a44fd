"""Queues: lists, one queue with its consumers, declare, delete, purge, and the bindings that lead to it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from brokerctl.core import holding
from brokerctl.core.foreign import Section
from brokerctl.core.queue import Queue
from brokerctl.errors import AmqpSyntaxError
from brokerctl.management import paging, readings, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.consumers import row as consumer_row
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.readings import QUEUE
from brokerctl.management.render import ABSENT, Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json, to_json

PURGED_AT_ONCE = 1000
"""Of those on disk a page is read at a time, to know whose turn it is: some milliseconds."""


MAX_ONLY = 1_000
"""What all screens of one dashboard show, at most: its cost does not grow with those who watch."""


def _length_details(name: str, queue: Queue, call: Call) -> Json:
    return call.lengths.details(queue, QUEUE, name)


def _message_stats(queue: Queue, call: Call) -> Any:
    numbers = readings.of_queue(queue)
    if not any(numbers[len(readings.LENGTHS) :]):
        return ABSENT
    return call.rates.both(queue, QUEUE, numbers, readings.QUEUE_MESSAGES)


def _capacity(queue: Queue, call: Call) -> float:
    if not queue.consumers:
        return 0
    series = call.services.sampler.series(queue)
    return float(queue.can_deliver) if series is None else series.shared_capacity


def _idle_since(queue: Queue, call: Call) -> Any:
    return call.idle_since(queue) or ABSENT


def _exclusive_tag(queue: Queue, call: Call) -> str | None:
    return next((consumer.tag for consumer in queue.consumers if consumer.is_exclusive), None)


def _single_active_tag(queue: Queue, call: Call) -> str | None:
    return queue.consumers[0].tag if queue.rules.is_single_active and queue.consumers else None


def _delivery_limit(queue: Queue, call: Call) -> Any:
    if queue.rules.type != "quorum":
        return ABSENT
    limit = queue.rules.delivery_limit
    return "unlimited" if limit is None else limit


def _owner(queue: Queue, call: Call) -> Any:
    if queue.owner is None:
        return ABSENT
    for connection in call.door.connections():
        if connection.name == queue.owner:
            return {
                "name": connection.name,
                "peer_host": connection.peer_host,
                "peer_port": connection.peer_port,
            }
    return {}


def _head_timestamp(queue: Queue, call: Call) -> int | None:
    head = queue.head
    if head is None:
        return None
    try:
        timestamp = call.door.properties.decode(head.message.header).get("timestamp")
    except AmqpSyntaxError:
        # A publisher's broken header has no timestamp that could be told.
        return None
    return None if timestamp is None else int(timestamp)


ACTIONS = ("sync", "cancel_sync")


def _age(position: int | None, call: Call) -> int | None:
    """Seconds that the message has been in the broker, at least; None when there is none."""
    if position is None:
        return None
    context = call.broker.context
    return int(context.timeline.age(position, context.clock.now))


FIELDS: Fields[Queue] = {
    "name": lambda queue, call: queue.name,
    "vhost": lambda queue, call: queue.vhost,
    "type": lambda queue, call: queue.rules.type,
    "durable": lambda queue, call: queue.is_durable,
    "auto_delete": lambda queue, call: queue.is_auto_delete,
    "exclusive": lambda queue, call: queue.owner is not None,
    "arguments": lambda queue, call: to_json(queue.arguments),
    "node": lambda queue, call: call.node,
    # LavinMQ's word for a queue that gives its consumers nothing.
    "state": lambda queue, call: "paused" if queue.is_paused else "running",
    "policy": lambda queue, call: queue.in_force.policy and queue.in_force.policy.name,
    "operator_policy": lambda queue, call: queue.in_force.operator_policy and queue.in_force.operator_policy.name,
    "effective_policy_definition": lambda queue, call: dict(queue.in_force.definition),
    "messages": lambda queue, call: queue.ready + queue.unacked,
    "messages_details": partial(_length_details, "messages"),
    "messages_ready": lambda queue, call: queue.ready,
    "messages_ready_details": partial(_length_details, "messages_ready"),
    "messages_unacknowledged": lambda queue, call: queue.unacked,
    "messages_unacknowledged_details": partial(_length_details, "messages_unacknowledged"),
    # Unacked messages are in memory; of the ready ones those at the end of a long queue are on disk only.
    "messages_ram": lambda queue, call: queue.ready + queue.unacked - queue.backlog.paged_count,
    "messages_ready_ram": lambda queue, call: queue.ready - queue.backlog.paged_count,
    "messages_unacknowledged_ram": lambda queue, call: queue.unacked,
    "messages_paged_out": lambda queue, call: queue.backlog.paged_count,
    # Ours: messages whose bytes on disk are not what was written (brokerctl/README.md, the store).
    "damaged_messages": lambda queue, call: queue.damaged_messages,
    "message_bytes": lambda queue, call: queue.ready_bytes + queue.unacked_bytes,
    "message_bytes_ready": lambda queue, call: queue.ready_bytes,
    "message_bytes_unacknowledged": lambda queue, call: queue.unacked_bytes,
    "message_bytes_ram": lambda queue, call: queue.ready_bytes + queue.unacked_bytes - queue.backlog.paged_bytes,
    "message_bytes_paged_out": lambda queue, call: queue.backlog.paged_bytes,
    "head_message_timestamp": _head_timestamp,
    # Ours: a `timestamp` is what a publisher wrote, if it did; this is when the message came.
    "oldest_ready_seconds": lambda queue, call: _age(queue.backlog.oldest, call),
    "message_stats": _message_stats,
    "consumers": lambda queue, call: len(queue.consumers),
    "consumer_capacity": _capacity,
    "consumer_utilisation": _capacity,
    "exclusive_consumer_tag": _exclusive_tag,
    "single_active_consumer_tag": _single_active_tag,
    "delivery_limit": _delivery_limit,
    "idle_since": _idle_since,
}

DETAILED_FIELDS: Fields[Queue] = {
    **FIELDS,
    "oldest_unacked_seconds": lambda queue, call: _age(holding.oldest(call.broker, queue), call),
    "owner_pid_details": _owner,
    "consumer_details": lambda queue, call: [consumer_row(consumer, call, None) for consumer in queue.consumers],
    # Per exchange and per channel is counted in rates mode "detailed" only; RabbitMQ answers the same in "basic".
    "incoming": lambda queue, call: [],
    "deliveries": lambda queue, call: [],
}


def _counted(name: str, queue: Queue, call: Call) -> int:
    found: int = getattr(queue.counters, name)
    return found


def _rate(name: str, queue: Queue, call: Call) -> float:
    return call.rates.rate(queue, QUEUE, name)


def _last_change(queue: Queue, call: Call) -> float | None:
    series = call.services.sampler.series(queue)
    return None if series is None else series.idle_since


KEYS: Fields[Queue] = {
    "messages": lambda queue, call: len(queue.backlog) + queue.unacked,
    "messages_ready": lambda queue, call: len(queue.backlog),
    "idle_since": _last_change,
    **{f"{name}_details.rate": partial(_rate, name) for name in readings.LENGTHS},
    **{f"message_stats.{name}": partial(_counted, name) for name in readings.QUEUE_MESSAGES},
    **{f"message_stats.{name}_details.rate": partial(_rate, name) for name in readings.QUEUE_MESSAGES},
}
"""What people sort by, read without making the field that it lies in."""

PLAIN = frozenset(
    (
        *("name", "vhost", "type", "durable", "auto_delete", "exclusive", "arguments", "node", "state"),
        *("policy", "operator_policy", "effective_policy_definition", "delivery_limit"),
    )
)
"""What is told without statistics."""

PLAIN_WITH_TOTALS = PLAIN.union(readings.LENGTHS)


def _plain(call: Call) -> frozenset[str]:
    return PLAIN_WITH_TOTALS if call.flag("enable_queue_totals") else PLAIN


ROW = render.row_of(FIELDS, _plain, KEYS)
DETAILED_ROW = render.row_of(DETAILED_FIELDS, _plain)


async def list_all(call: Call) -> Response:
    only = call.request.query_params.getlist("only")
    if only:
        return await paging.listing(call, _only(call, only), ROW, lambda queue: queue.name)
    queues = [queue for vhost in call.listed_vhosts() for queue in call.services.catalogue.queues(vhost)]
    return await paging.listing(call, queues, ROW, lambda queue: queue.name)


def _only(call: Call, keys: list[str]) -> list[Queue]:
    """The queues that `only=vhost/name` names, both percent-encoded; those that are not there are left out.

    Ours: whoever shows a hundred of ten thousand queues asks for these every second, and for all of them rarely.
    """
    if len(keys) > MAX_ONLY:
        raise bad_request(f"only may be given {MAX_ONLY} times")
    vhosts = {vhost.name: vhost for vhost in call.listed_vhosts()}
    found = []
    for key in keys:
        vhost, _, name = map(unquote, key.partition("/"))
        queue = vhosts[vhost].queues.get(name) if vhost in vhosts else None
        if queue is not None:
            found.append(queue)
    return found


async def list_of_user(call: Call) -> Response:
    """Queues that this user declared, in the vhosts that are visible to who asks."""
    name = call.name("user")
    queues = [
        queue for vhost in call.listed_vhosts() for queue in call.services.catalogue.queues(vhost) if queue.user == name
    ]
    return await paging.listing(call, queues, ROW, lambda queue: queue.name)


async def show(call: Call) -> Response:
    return await render.one(call, known(call), DETAILED_ROW)


async def declare(call: Call) -> Response:
    name = call.name("name")
    values.check_name(name, "a queue name")
    body = await call.body()
    is_durable, is_auto_delete = values.boolean(body, "durable"), values.boolean(body, "auto_delete")
    arguments = values.to_table(body.get("arguments"), "arguments")
    is_new = name not in call.vhost.queues
    authorized = call.authorized
    call.door.run(
        lambda effects: authorized.declare_queue(
            name, effects, is_durable=is_durable, is_auto_delete=is_auto_delete, arguments=arguments
        )
    )
    return render.done(201 if is_new else 204)


async def delete(call: Call) -> Response:
    name = call.name("name")
    if name not in call.vhost.queues and (Section.QUEUES, name) in call.vhost.foreign:
        call.door.run(partial(call.authorized.forget_foreign, Section.QUEUES, name))
        return render.done()
    queue, authorized = known(call), call.authorized
    call.door.run(
        lambda effects: authorized.delete_queue(
            queue.name, effects, if_unused=call.flag("if-unused"), if_empty=call.flag("if-empty")
        )
    )
    return render.done()


async def purge(call: Call) -> Response:
    """All that is ready, or with LavinMQ's `?count=` the first so many, piece by piece."""
    queue, authorized = known(call), call.authorized
    asked = dict(call.request.query_params)
    if "count" not in asked:
        call.door.run(lambda effects: authorized.purge_queue(queue.name, effects))
        return render.done()
    left = values.count(asked, "count")
    while left > 0:
        most = min(left, PURGED_AT_ONCE)
        gone = call.door.run(partial(authorized.purge_queue, queue.name, most=most))
        if not gone:
            break
        left -= gone
        await asyncio.sleep(0)
    return render.done()


async def pause(call: Call) -> Response:
    queue, authorized = known(call), call.authorized
    call.door.run(lambda effects: authorized.pause_queue(queue.name, effects))
    return render.done()


async def resume(call: Call) -> Response:
    queue, authorized = known(call), call.authorized
    call.door.run(lambda effects: authorized.resume_queue(queue.name, effects))
    return render.done()


async def act(call: Call) -> Response:
    """RabbitMQ's actions bring mirrors of a queue into step; a queue without mirrors always is."""
    call.check_vhost()
    known(call)
    body = await call.body()
    values.require_keys(body, "action")
    if body["action"] not in ACTIONS:
        raise bad_request(["unknown", body["action"]])
    return render.done()


def known(call: Call) -> Queue:
    """The queue in the path. Raises Refusal 404."""
    queue = call.vhost.queues.get(call.name("name"))
    if queue is None:
        raise absent()
    return queue


RESOURCES = [
    resource("/queues", get=(Level.MANAGEMENT, list_all)),
    resource("/queues/detailed", get=(Level.MANAGEMENT, list_all)),
    resource("/users/{user}/queues", get=(Level.MANAGEMENT, list_of_user)),
    resource("/queues/{vhost}", get=(Level.VHOST, list_all)),
    resource(
        "/queues/{vhost}/{name}",
        get=(Level.VHOST, show),
        put=(Level.VHOST, declare),
        delete=(Level.VHOST, delete),
    ),
    resource("/queues/{vhost}/{name}/contents", delete=(Level.VHOST, purge)),
    resource("/queues/{vhost}/{name}/actions", post=(Level.ADMINISTRATOR, act)),
    resource("/queues/{vhost}/{name}/pause", put=(Level.VHOST, pause)),
    resource("/queues/{vhost}/{name}/resume", put=(Level.VHOST, resume)),
]
