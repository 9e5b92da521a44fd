"""/api/vhost-limits and /api/user-limits."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Limits
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json

VHOSTS, USERS = "vhost-limits", "user-limits"
_NAMED_BY = {VHOSTS: "vhost", USERS: "user"}


def limits(http: Http, kind: str) -> list[Limits]:
    """GET /api/{kind}: of those that have any."""
    return [_parse(item, _NAMED_BY[kind]) for item in http.get_list(kind)]


def put(http: Http, kind: str, name: str, limit: str, value: int) -> None:
    """PUT /api/{kind}/name/limit."""
    http.put(kind, name, limit, body={"value": value})


def delete(http: Http, kind: str, name: str, limit: str) -> None:
    """DELETE /api/{kind}/name/limit."""
    http.delete(kind, name, limit)


def _parse(item: Json, named_by: str) -> Limits:
    values = read.table(item, "value")
    return Limits(read.text(item, named_by), {limit: read.number(values, limit) for limit in values})
