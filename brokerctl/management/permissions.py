"""Permissions: what a user may configure, write and read in a vhost, as three patterns."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from brokerctl.core.permissions import Right, User
from brokerctl.management import paging, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json
from brokerctl.patterns import is_valid


class Granted(NamedTuple):
    user: User
    vhost: str


FIELDS: Fields[Granted] = {
    "user": lambda granted, call: granted.user.name,
    "vhost": lambda granted, call: granted.vhost,
    "configure": lambda granted, call: granted.user.permissions[granted.vhost].configure,
    "write": lambda granted, call: granted.user.permissions[granted.vhost].write,
    "read": lambda granted, call: granted.user.permissions[granted.vhost].read,
}

ROW = render.row_of(FIELDS)


def patterns(body: Json) -> tuple[str, str, str]:
    """(configure, write, read). Raises Refusal when one is missing, no text, or no regular expression."""
    values.require_keys(body, *Right)
    return pattern(body, Right.CONFIGURE), pattern(body, Right.WRITE), pattern(body, Right.READ)


def pattern(body: Json, key: str) -> str:
    """Raises Refusal when it is no text, or no regular expression."""
    found = values.text(body, key)
    if not is_valid(found):
        reason = "not a regular expression, or one that takes too much to compile"
        raise bad_request(["invalid_regexp", found[:64], reason])
    return found


async def list_all(call: Call) -> Response:
    return await _listing(call, [Granted(user, vhost) for user in _users(call) for vhost in user.permissions])


async def list_of_vhost(call: Call) -> Response:
    vhost = call.name("vhost")
    if vhost not in call.broker.vhosts:
        raise absent()
    return await _listing(call, [Granted(user, vhost) for user in _users(call) if vhost in user.permissions])


async def list_of_user(call: Call) -> Response:
    user = call.broker.users.get(call.name("user"))
    if user is None:
        raise absent()
    return await _listing(call, [Granted(user, vhost) for vhost in user.permissions])


async def _listing(call: Call, granted: list[Granted]) -> Response:
    granted.sort(key=lambda each: (each.vhost, each.user.name))
    return await paging.listing(call, granted, ROW)


async def show(call: Call) -> Response:
    return await render.one(call, _known(call), ROW)


async def put(call: Call) -> Response:
    granted = patterns(await call.body())
    user = call.broker.users.get(call.name("user"))
    vhost = call.name("vhost")
    if user is None or vhost not in call.broker.vhosts:
        raise bad_request("vhost_or_user_not_found")
    is_new = call.door.run(lambda effects: call.broker.set_permission(user, vhost, *granted, effects))
    return render.done(201 if is_new else 204)


async def delete(call: Call) -> Response:
    known = _known(call)
    call.door.run(partial(call.broker.clear_permission, known.user, known.vhost))
    return render.done()


def _users(call: Call) -> list[User]:
    return list(call.broker.users.values())


def _known(call: Call) -> Granted:
    user = call.broker.users.get(call.name("user"))
    vhost = call.name("vhost")
    if user is None or vhost not in user.permissions:
        raise absent()
    return Granted(user, vhost)


RESOURCES = [
    resource("/permissions", get=(Level.ADMINISTRATOR, list_all)),
    resource("/vhosts/{vhost}/permissions", get=(Level.ADMINISTRATOR, list_of_vhost)),
    resource("/users/{user}/permissions", get=(Level.ADMINISTRATOR, list_of_user)),
    resource(
        "/permissions/{vhost}/{user}",
        get=(Level.ADMINISTRATOR, show),
        put=(Level.ADMINISTRATOR, put),
        delete=(Level.ADMINISTRATOR, delete),
    ),
]
