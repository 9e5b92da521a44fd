"""The broker as a whole: who it is, totals, and the names it goes by."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

import brokerctl
from brokerctl.core import parameters
from brokerctl.core.exchanges import TYPES
from brokerctl.management import auth, readings, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.readings import CHURN, LENGTHS, MESSAGES, VHOST
from brokerctl.management.resources import resource
from brokerctl.management.sampling import OBJECT_SECONDS, TOTAL_SECONDS
from brokerctl.management.values import Json

PRODUCT = "Postroom"

RABBITMQ_VERSION = "3.13.7"
"""The RabbitMQ whose API this one speaks. Tools ask for it to choose paths and fields: 3.13 is the last with the full
queue list by default and without paths we have not got. Who wants to know the product reads `product_name`."""

RATES_MODE = "basic"

EXCHANGE_TYPES: list[Json] = [
    {"name": name, "description": f"AMQP {name} exchange, as per the AMQP specification", "enabled": True}
    for name in sorted(TYPES)
]


async def show(call: Call) -> Response:
    body: Json = {
        "management_version": RABBITMQ_VERSION,
        "rabbitmq_version": RABBITMQ_VERSION,
        "product_name": PRODUCT,
        "product_version": brokerctl.__version__,
        "cluster_name": parameters.cluster_name(call.broker),
        "rates_mode": RATES_MODE,
        "sample_retention_policies": {
            "global": [TOTAL_SECONDS],
            "basic": [OBJECT_SECONDS],
            "detailed": [],
        },
        "exchange_types": EXCHANGE_TYPES,
        "default_queue_type": "classic",
        "disable_stats": not call.has_stats,
        "enable_queue_totals": call.flag("enable_queue_totals"),
        "is_op_policy_updating_enabled": True,
        "object_totals": _objects(call),
    }
    if auth.is_monitor(call.user):
        body["node"] = call.node
    if call.has_stats:
        body |= {"statistics_db_event_queue": 0, **_totals(call), "churn_rates": churn(call)}
        if auth.is_monitor(call.user):
            body |= {"listeners": listeners(call), "contexts": contexts(call)}
    return await render.one(call, body, render.as_it_is)


def _totals(call: Call) -> Json:
    """Messages in the vhosts that the user sees."""
    broker = call.broker
    visible = [broker.vhosts[name] for name in auth.visible_vhosts(broker, call.user)]
    numbers = readings.of_vhosts(visible, broker)
    is_whole = len(visible) == len(broker.vhosts)
    # Readings are taken of all vhosts together and of each one; of some together there are none, and no rates.
    source = broker if is_whole else visible[0] if len(visible) == 1 else None
    counted = any(numbers[len(LENGTHS) :])
    return {
        "message_stats": call.rates.both(source, VHOST, numbers, MESSAGES) if counted else {},
        "queue_totals": call.lengths.both(source, VHOST, numbers, LENGTHS),
    }


def churn(call: Call) -> Json:
    """What came and went since the broker started."""
    return call.lengths.both(call.broker.context.churn, CHURN, readings.of_churn(call.broker))


def _objects(call: Call) -> Json:
    names = auth.visible_vhosts(call.broker, call.user)
    vhosts = [call.broker.vhosts[name] for name in names]
    is_monitor = auth.is_monitor(call.user)
    peers = [
        peer
        for peer in call.broker.peers.values()
        if peer.vhost in names and (is_monitor or peer.user == call.user.name)
    ]
    found = {
        "connections": len(peers),
        "exchanges": sum(len(vhost.exchanges) for vhost in vhosts),
        "queues": sum(len(vhost.queues) for vhost in vhosts),
    }
    if not call.has_stats:
        return found
    found["channels"] = sum(len(peer.channels) for peer in peers)
    if is_monitor:
        found["consumers"] = sum(len(queue.consumers) for vhost in vhosts for queue in vhost.queues.values())
    return found


def listeners(call: Call) -> list[Json]:
    return [
        {
            "node": call.node,
            "protocol": listener.protocol,
            "ip_address": listener.host,
            "port": listener.port,
            "socket_opts": {},
            "tls": listener.is_tls,
        }
        for listener in call.door.node().listeners
    ]


def contexts(call: Call) -> list[Json]:
    return [
        {
            "node": call.node,
            "description": "Postroom management API",
            "path": "/api",
            "ip": listener.host,
            "port": str(listener.port),
            "ssl_opts": [],
        }
        for listener in call.door.node().listeners
        if listener.protocol == "http"
    ]


async def cluster_name(call: Call) -> Response:
    return await render.value(call, {"name": parameters.cluster_name(call.broker)})


async def set_cluster_name(call: Call) -> Response:
    body = await call.body()
    values.require_keys(body, "name")
    call.door.run(partial(parameters.put_global, call.broker, parameters.CLUSTER_NAME, body["name"]))
    return render.done()


async def version(call: Call) -> Response:
    return await render.value(call, brokerctl.__version__)


CAPABILITIES = ("ages", "copy", "delete", "firehose", "move", "only", "pause", "peek", "purge-count", "unacked")
"""What this API can do beyond RabbitMQ's (docs/extensions.md). A word stays what it means for ever."""


async def extensions(call: Call) -> Response:
    """At RabbitMQ the pages that plugins add to its UI, each with its "javascript"; nobody else reads other keys."""
    return await render.value(call, [{"postroom": {"capabilities": CAPABILITIES}}])


RESOURCES = [
    resource("/overview", get=(Level.MANAGEMENT, show)),
    resource("/version", get=(Level.ANYBODY, version)),
    resource("/cluster-name", get=(Level.MANAGEMENT, cluster_name), put=(Level.ADMINISTRATOR, set_cluster_name)),
    resource("/extensions", get=(Level.MANAGEMENT, extensions)),
]
