"""Limits of vhosts and of users: list, set, clear."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from brokerctl.core import limits
from brokerctl.core.permissions import User
from brokerctl.core.vhost import Vhost
from brokerctl.management import auth, paging, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request, not_authorised
from brokerctl.management.resources import JSON, resource
from brokerctl.management.values import Json

ALL = "all"
"""As the name of a user's limit: every one of them."""


def row_of_vhost(vhost: Vhost) -> Json:
    return {"vhost": vhost.name, "value": vhost.limits}


async def list_of_vhosts(call: Call) -> Response:
    found = [row_of_vhost(vhost) for vhost in call.listed_vhosts() if vhost.limits]
    return await paging.listing(call, found, render.as_it_is)


async def put_of_vhost(call: Call) -> Response:
    call.check_vhost()
    value = await _value(call)
    call.door.run(partial(limits.put_vhost_limits, call.vhost, {call.name("name"): value}))
    return render.done()


async def delete_of_vhost(call: Call) -> Response:
    call.check_vhost()
    vhost, name = call.vhost, call.name("name")
    call.door.run(lambda effects: limits.clear_vhost_limits(vhost, effects, name))
    return render.done()


async def list_of_users(call: Call) -> Response:
    return await _of_users(call, sorted(call.broker.users.values(), key=lambda user: user.name))


async def list_of_user(call: Call) -> Response:
    if not auth.is_monitor(call.user) and call.user.name != call.name("user"):
        raise not_authorised("User not authorised to access object")
    return await _of_users(call, [_user(call)])


async def put_of_user(call: Call) -> Response:
    value, name = await _value(call), call.name("user")
    user = call.broker.users.get(name)
    if user is None:
        raise bad_request(["no_such_user", name])
    call.door.run(partial(limits.put_user_limits, user, {call.name("name"): value}))
    return render.done()


async def delete_of_user(call: Call) -> Response:
    user, name = _user(call), call.name("name")
    names = () if name == ALL else (name,)
    call.door.run(lambda effects: limits.clear_user_limits(user, effects, *names))
    return render.done()


async def _of_users(call: Call, users: list[User]) -> Response:
    found: list[Json] = [{"user": user.name, "value": user.limits} for user in users if user.limits]
    return await paging.listing(call, found, render.as_it_is)


async def _value(call: Call) -> object:
    body = await call.body()
    values.require_keys(body, "value")
    return body["value"]


def _user(call: Call) -> User:
    user = call.broker.users.get(call.name("user"))
    if user is None:
        raise absent()
    return user


RESOURCES = [
    resource("/vhost-limits", get=(Level.MANAGEMENT, list_of_vhosts)),
    resource("/vhost-limits/{vhost}", get=(Level.VHOST, list_of_vhosts)),
    resource(
        "/vhost-limits/{vhost}/{name}",
        takes=JSON,
        put=(Level.ADMINISTRATOR, put_of_vhost),
        delete=(Level.ADMINISTRATOR, delete_of_vhost),
    ),
    resource("/user-limits", get=(Level.ADMINISTRATOR, list_of_users)),
    resource("/user-limits/{user}", get=(Level.MANAGEMENT, list_of_user)),
    resource(
        "/user-limits/{user}/{name}",
        takes=JSON,
        put=(Level.ADMINISTRATOR, put_of_user),
        delete=(Level.ADMINISTRATOR, delete_of_user),
    ),
]
