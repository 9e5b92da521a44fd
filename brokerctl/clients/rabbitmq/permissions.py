"""/api/permissions and /api/topic-permissions."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Permission, TopicPermission
from brokerctl.clients.rabbitmq import read


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


def put(http: Http, granted: Permission) -> None:
    """PUT /api/permissions/vhost/user."""
    patterns = {"configure": granted.configure, "write": granted.write, "read": granted.read}
    http.put("permissions", granted.vhost, granted.user, body=patterns)


def delete(http: Http, user: str, vhost: str) -> None:
    """DELETE /api/permissions/vhost/user: the user has no access to the vhost any more."""
    http.delete("permissions", vhost, user)


def topic_permissions(http: Http) -> list[TopicPermission]:
    """GET /api/topic-permissions."""
    return [
        TopicPermission(
            user=read.text(item, "user"),
            vhost=read.text(item, "vhost"),
            exchange=read.text(item, "exchange"),
            write=read.text(item, "write"),
            read=read.text(item, "read"),
        )
        for item in http.get_list("topic-permissions")
    ]


def put_topic(http: Http, granted: TopicPermission) -> None:
    """PUT /api/topic-permissions/vhost/user."""
    body = {"exchange": granted.exchange, "write": granted.write, "read": granted.read}
    http.put("topic-permissions", granted.vhost, granted.user, body=body)


def delete_topic(http: Http, user: str, vhost: str, exchange: str | None) -> None:
    """DELETE /api/topic-permissions/vhost/user[/exchange]."""
    http.delete("topic-permissions", vhost, user, *(() if exchange is None else (exchange,)))
