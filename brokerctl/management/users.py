"""Users: list, create and change, delete, and who one is oneself."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from starlette.responses import Response

from brokerctl import passwords
from brokerctl.core import limits
from brokerctl.core.effects import Effects
from brokerctl.core.permissions import User
from brokerctl.management import paging, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.permissions import patterns
from brokerctl.management.render import Fields
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

DEFAULT_ALGORITHM = "rabbit_password_hashing_sha256"

FIELDS: Fields[User] = {
    "name": lambda user, call: user.name,
    "password_hash": lambda user, call: passwords.described(user.password_hash)[0],
    "hashing_algorithm": lambda user, call: passwords.described(user.password_hash)[1],
    "tags": lambda user, call: list(user.tags),
    "limits": lambda user, call: user.limits,
}

ROW = render.row_of(FIELDS)


async def list_all(call: Call) -> Response:
    return await _listing(call, list(call.broker.users.values()))


async def list_without_permissions(call: Call) -> Response:
    return await _listing(call, [user for user in call.broker.users.values() if not user.permissions])


async def _listing(call: Call, users: list[User]) -> Response:
    users.sort(key=lambda user: user.name)
    return await paging.listing(call, users, ROW, lambda user: user.name)


async def show(call: Call) -> Response:
    return await render.one(call, known(call), ROW)


async def put(call: Call) -> Response:
    """Create or change. Without a password of either form the user cannot log in with one, as with RabbitMQ."""
    name = call.name("user")
    values.check_name(name, "a user name")
    body = await call.body()
    if "tags" not in body:
        raise bad_request("tags_not_present")
    tags = values.tags(body)
    given = values.to_table(body.get("limits"), "limits")
    limits.check_user_limits(given)
    permissions = _permissions(call, body)
    password_hash = await _password_hash(body)

    def command(effects: Effects) -> bool:
        is_new = call.broker.put_user(name, password_hash, tags, effects)
        if given:
            limits.put_user_limits(call.broker.users[name], given, effects)
        for vhost, granted in permissions.items() if is_new else ():
            call.broker.set_permission(call.broker.users[name], vhost, *granted, effects)
        return is_new

    return render.done(201 if call.door.run(command) else 204)


async def delete(call: Call) -> Response:
    call.door.run(partial(call.broker.delete_user, known(call).name))
    return render.done()


async def bulk_delete(call: Call) -> Response:
    body = await call.body()
    values.require_keys(body, "users")
    names = body["users"]
    if not isinstance(names, list):
        raise bad_request("users must be a list of names")
    for name in names:
        if not isinstance(name, str) or name not in call.broker.users:
            raise bad_request(["no_such_user", name])
    for name in dict.fromkeys(names):
        call.door.run(partial(call.broker.delete_user, name))
    return render.done()


async def whoami(call: Call) -> Response:
    return await render.value(call, {"name": call.user.name, "tags": list(call.user.tags), "is_internal_user": True})


def known(call: Call) -> User:
    """The user in the path. Raises Refusal 404."""
    user = call.broker.users.get(call.name("user"))
    if user is None:
        raise absent()
    return user


def _permissions(call: Call, body: Json) -> dict[str, tuple[str, str, str]]:
    given: Any = body.get("permissions") or {}
    if not isinstance(given, dict):
        raise bad_request("permissions must be an object of vhosts")
    for vhost, granted in given.items():
        if vhost not in call.broker.vhosts:
            raise bad_request("vhost_or_user_not_found")
        if not isinstance(granted, dict):
            raise bad_request("the permissions in a vhost must be an object")
    return {vhost: patterns(granted) for vhost, granted in given.items()}


async def _password_hash(body: Json) -> str:
    if "password" in body and "password_hash" in body:
        raise bad_request("both_password_and_password_hash_are_provided")
    if "password_hash" in body:
        return known_hash(values.text(body, "password_hash"), values.text(body, "hashing_algorithm", ""))
    password = values.text(body, "password", "")
    if len(password.encode()) > passwords.MAX_BYTES:
        raise bad_request(f"password is longer than {passwords.MAX_BYTES} bytes")
    # An empty password would let everybody in; RabbitMQ refuses such logins, too.
    return await asyncio.to_thread(passwords.hashed, password) if password else ""


def known_hash(given: str, algorithm: str) -> str:
    """A hash from outside as it is kept. Raises Refusal when it is none that can be verified."""
    if not given or passwords.is_own(given):
        return given
    try:
        found = passwords.from_rabbitmq(given, algorithm or DEFAULT_ALGORITHM)
    except ValueError:
        raise bad_request(["not_base64", given[:64]]) from None
    if found is None:
        known = ", ".join(passwords.RABBITMQ)
        raise bad_request(f"password_hash and hashing_algorithm must be as GET told them, or of {known}")
    return found


RESOURCES = [
    resource("/whoami", get=(Level.MANAGEMENT, whoami)),
    resource("/users", get=(Level.ADMINISTRATOR, list_all)),
    resource("/users/without-permissions", get=(Level.ADMINISTRATOR, list_without_permissions)),
    resource("/users/bulk-delete", post=(Level.ADMINISTRATOR, bulk_delete)),
    resource(
        "/users/{user}",
        get=(Level.ADMINISTRATOR, show),
        put=(Level.ADMINISTRATOR, put),
        delete=(Level.ADMINISTRATOR, delete),
    ),
]
