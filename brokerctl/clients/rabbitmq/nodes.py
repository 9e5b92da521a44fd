"""/api/nodes."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Node
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json
from brokerctl.errors import PermissionDenied


def nodes(http: Http) -> list[Node]:
    """GET /api/nodes; empty for a user who may not see them."""
    try:
        found = http.get_list("nodes")
    except PermissionDenied:
        return []
    return [parse(item) for item in found]


def parse(item: Json) -> Node:
    uptime = read.optional_number(item, "uptime")
    return Node(
        name=read.text(item, "name"),
        running=item.get("running", True) is True,
        uptime_seconds=None if uptime is None else uptime / 1000,
        memory_used_bytes=read.optional_number(item, "mem_used"),
        memory_limit_bytes=read.optional_number(item, "mem_limit"),
        memory_alarm=read.flag(item, "mem_alarm"),
        disk_free_bytes=read.optional_number(item, "disk_free"),
        disk_free_limit_bytes=read.optional_number(item, "disk_free_limit"),
        disk_alarm=read.flag(item, "disk_free_alarm"),
    )
