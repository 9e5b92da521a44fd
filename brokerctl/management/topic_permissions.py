"""Topic permissions: which routing keys a user may use at a topic exchange. Without one it may use all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import Response

from brokerctl.core.permissions import TopicPermission, User
from brokerctl.management import paging, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.patterns import is_valid


class Granted(NamedTuple):
    user: User
    vhost: str
    exchange: str
    permission: TopicPermission


FIELDS: Fields[Granted] = {
    "user": lambda granted, call: granted.user.name,
    "vhost": lambda granted, call: granted.vhost,
    "exchange": lambda granted, call: granted.exchange,
    "write": lambda granted, call: granted.permission.write,
    "read": lambda granted, call: granted.permission.read,
}

ROW = render.row_of(FIELDS)


async def list_all(call: Call) -> Response:
    return await _listing(call, _granted(call.broker.users.values()))


async def list_of_vhost(call: Call) -> Response:
    vhost = call.name("vhost")
    if vhost not in call.broker.vhosts:
        raise absent()
    return await _listing(call, [each for each in _granted(call.broker.users.values()) if each.vhost == vhost])


async def list_of_user(call: Call) -> Response:
    return await _listing(call, _granted([_user(call)]))


async def show(call: Call) -> Response:
    """A list, of every exchange; 404 when there is none."""
    found = _known(call)
    if not found:
        raise absent()
    return await _listing(call, found)


async def put(call: Call) -> Response:
    user, vhost = call.broker.users.get(call.name("user")), call.name("vhost")
    if user is None or vhost not in call.broker.vhosts:
        raise bad_request("vhost_or_user_not_found")
    body = await call.body()
    values.require_keys(body, "exchange", "write", "read")
    exchange, write, read = (values.text(body, key) for key in ("exchange", "write", "read"))
    values.check_name(exchange, "an exchange name")
    for pattern in (write, read):
        if not is_valid(pattern):
            raise bad_request(["invalid_regexp", pattern, "not a regular expression"])
    is_new = not _known(call)
    call.door.run(lambda effects: call.broker.set_topic_permission(user, vhost, exchange, write, read, effects))
    return render.done(201 if is_new else 204)


async def delete(call: Call) -> Response:
    """Of one exchange when the path names one, else of all."""
    if not _known(call):
        raise absent()
    user, vhost = _user(call), call.name("vhost")
    exchange = call.exchange_name("exchange") if "exchange" in call.request.path_params else None
    call.door.run(lambda effects: call.broker.clear_topic_permissions(user, vhost, effects, exchange))
    return render.done()


async def _listing(call: Call, granted: list[Granted]) -> Response:
    granted.sort(key=lambda each: (each.vhost, each.user.name, each.exchange))
    return await paging.listing(call, granted, ROW)


def _granted(users: Iterable[User]) -> list[Granted]:
    return [
        Granted(user, vhost, exchange, permission)
        for user in users
        for (vhost, exchange), permission in user.topic_permissions.items()
    ]


def _known(call: Call) -> list[Granted]:
    return [each for each in _granted([_user(call)]) if each.vhost == call.name("vhost")]


def _user(call: Call) -> User:
    user = call.broker.users.get(call.name("user"))
    if user is None:
        raise absent()
    return user


RESOURCES = [
    resource("/topic-permissions", get=(Level.ADMINISTRATOR, list_all)),
    resource("/vhosts/{vhost}/topic-permissions", get=(Level.ADMINISTRATOR, list_of_vhost)),
    resource("/users/{user}/topic-permissions", get=(Level.ADMINISTRATOR, list_of_user)),
    resource(
        "/topic-permissions/{vhost}/{user}",
        get=(Level.ADMINISTRATOR, show),
        put=(Level.ADMINISTRATOR, put),
        delete=(Level.ADMINISTRATOR, delete),
    ),
    resource("/topic-permissions/{vhost}/{user}/{exchange}", delete=(Level.ADMINISTRATOR, delete)),
]
