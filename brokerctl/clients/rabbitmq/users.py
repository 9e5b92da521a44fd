"""/api/users, /api/permissions, /api/whoami."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Permission, User
from brokerctl.clients.rabbitmq import read


def users(http: Http) -> list[User]:
    """GET /api/users. Tags are a list since 3.9, a comma list before."""
    found = []
    for item in http.get_list("users"):
        tags = item.get("tags", [])
        split = tags.split(",") if isinstance(tags, str) else tags
        found.append(User(read.text(item, "name"), tuple(str(tag) for tag in split if tag)))
    return found


def permissions(http: Http) -> list[Permission]:
    """GET /api/permissions."""
    return [
        Permission(
            user=read.text(item, "user"),
            vhost=read.text(item, "vhost"),
            configure=read.text(item, "configure"),
            write=read.text(item, "write"),
            read=read.text(item, "read"),
        )
        for item in http.get_list("permissions")
    ]
