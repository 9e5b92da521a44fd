"""The one node: its memory, disk, and what runs on it."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from starlette.responses import Response

import brokerctl
from brokerctl.management import memory, overview, paging, readings, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.door import NodeState
from brokerctl.management.errors import absent
from brokerctl.management.readings import NODE
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

AUTH_MECHANISMS: list[Json] = [
    {"name": "PLAIN", "description": "SASL PLAIN authentication mechanism", "enabled": True},
    {"name": "AMQPLAIN", "description": "QPid AMQPLAIN mechanism", "enabled": True},
]
EXTERNAL: Json = {"name": "EXTERNAL", "description": "TLS client certificate", "enabled": True}


def has_memory_alarm(node: NodeState) -> bool:
    return node.memory_used_bytes > node.memory_limit_bytes


def has_disk_alarm(node: NodeState) -> bool:
    return node.disk_free_bytes < node.disk_free_limit_bytes


def alarms(node: NodeState) -> list[str]:
    """What is low, as connection.blocked names it."""
    raised = (("disk", has_disk_alarm(node)), ("memory", has_memory_alarm(node)))
    return [name for name, is_raised in raised if is_raised]


async def list_all(call: Call) -> Response:
    return await paging.listing(call, [_row(call)], render.as_it_is)


async def show(call: Call) -> Response:
    check_node(call)
    row = _row(call)
    if call.flag("memory"):
        row["memory"] = await memory.breakdown(call)
    return await render.one(call, row, render.as_it_is)


def check_node(call: Call) -> None:
    """Raises Refusal 404 when the node in the path is not the one there is."""
    if call.name("node") != call.node:
        raise absent()


def _row(call: Call) -> Json:
    node = call.door.node()
    plain: Json = {"name": node.name, "type": "disc", "running": True}
    if not call.has_stats:
        return plain
    open_files, max_files = call.door.files()
    return {
        **plain,
        "being_drained": False,
        "os_pid": str(os.getpid()),
        "rates_mode": overview.RATES_MODE,
        "uptime": round((datetime.now(UTC) - node.started_at).total_seconds() * 1000),
        "processors": os.cpu_count() or 1,
        "fd_used": open_files,
        "fd_total": max_files,
        **call.node_stats.both(call.door, NODE, readings.of_node(node, call.broker)),
        "mem_limit": node.memory_limit_bytes,
        "mem_alarm": has_memory_alarm(node),
        "mem_calculation_strategy": "rss",
        "disk_free_limit": node.disk_free_limit_bytes,
        "disk_free_alarm": has_disk_alarm(node),
        **overview.churn(call),
        "exchange_types": overview.EXCHANGE_TYPES,
        "auth_mechanisms": [*AUTH_MECHANISMS, EXTERNAL] if node.has_external else AUTH_MECHANISMS,
        "applications": [
            {"name": "postroom", "description": "The embedded broker of Postroom", "version": brokerctl.__version__}
        ],
        "contexts": overview.contexts(call),
        "cluster_links": [],
        "partitions": [],
        "enabled_plugins": [],
        "log_files": [],
        "config_files": [],
    }


async def reset(call: Call) -> Response:
    if "node" in call.request.path_params:
        check_node(call)
    call.services.sampler.reset()
    return render.done()


async def show_memory(call: Call) -> Response:
    check_node(call)
    return await render.value(call, {"memory": await memory.breakdown(call)})


async def show_relative_memory(call: Call) -> Response:
    check_node(call)
    return await render.value(call, {"memory": memory.relative(await memory.breakdown(call))})


async def show_tables(call: Call) -> Response:
    """ETS tables are Erlang's."""
    check_node(call)
    return await render.value(call, {"ets_tables_memory": "not_available"})


RESOURCES = [
    resource("/nodes", get=(Level.MONITOR, list_all)),
    resource("/nodes/{node}", get=(Level.MONITOR, show)),
    resource("/reset", delete=(Level.ADMINISTRATOR, reset)),
    resource("/reset/{node}", delete=(Level.ADMINISTRATOR, reset)),
    resource("/nodes/{node}/memory", get=(Level.MONITOR, show_memory)),
    resource("/nodes/{node}/memory/relative", get=(Level.MONITOR, show_relative_memory)),
    *(
        resource(f"/nodes/{{node}}/memory/ets{more}", get=(Level.MONITOR, show_tables))
        for more in ("", "/{filter}", "/{filter}/relative")
    ),
]
