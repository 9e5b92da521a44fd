"""Logging in without Basic, how logins went, and hashes of passwords."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.responses import Response

from brokerctl import passwords
from brokerctl.management import auth, bodies, nodes, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.door import AttemptsState
from brokerctl.management.errors import Refusal, bad_request
from brokerctl.management.resources import FORM, resource
from brokerctl.management.values import Json

MAX_FORM_BYTES = 8192
"""A user name and a password, both percent-encoded."""


async def log_in(call: Call) -> Response:
    """Whether user and password of the form are right. No cookie comes with it, for nothing here would read it."""
    form = await _form(call)
    peer = call.request.client
    if not await call.door.login(form.get("username", ""), form.get("password", ""), peer.host if peer else ""):
        raise Refusal(401, "not_authorized", "Login failed")
    user = call.broker.users.get(form["username"])
    if user is None:
        raise Refusal(401, "not_authorized", "Login failed")
    auth.require(Level.MANAGEMENT, user)
    return await render.value(call, "ok")


async def log_out(call: Call) -> Response:
    """There is no session to end."""
    return render.done()


async def settings(call: Call) -> Response:
    """What RabbitMQ's own pages ask for before they show a login."""
    return await render.value(call, {"oauth_enabled": False})


async def attempts(call: Call) -> Response:
    nodes.check_node(call)
    return await render.value(call, [_row(each) for each in call.door.attempts()])


async def attempts_by_source(call: Call) -> Response:
    """RabbitMQ tells addresses and users only where tracking them was turned on; here the log has them."""
    nodes.check_node(call)
    none: list[Json] = []
    return await render.value(call, none)


async def reset_attempts(call: Call) -> Response:
    nodes.check_node(call)
    call.door.reset_attempts()
    return render.done()


async def hash_password(call: Call) -> Response:
    """A hash for `password_hash` of PUT /users. The password is in the address: better let PUT hash it."""
    password = call.name("password")
    if len(password.encode()) > passwords.MAX_BYTES:
        raise bad_request(f"password is longer than {passwords.MAX_BYTES} bytes")
    return await render.value(call, {"ok": await asyncio.to_thread(passwords.for_rabbitmq, password)})


async def _form(call: Call) -> dict[str, str]:
    raw = await bodies.read_bytes(call.request, MAX_FORM_BYTES, "Exceeded HTTP request body size limit")
    try:
        found = parse_qs(raw.decode(), strict_parsing=bool(raw), errors="strict", max_num_fields=16)
    except ValueError:
        raise bad_request("the body is no form: username=NAME&password=PASSWORD, percent-encoded") from None
    return {name: values[-1] for name, values in found.items()}


def _row(counted: AttemptsState) -> Json:
    return {
        "protocol": counted.protocol,
        "auth_attempts": counted.succeeded + counted.failed,
        "auth_attempts_failed": counted.failed,
        "auth_attempts_succeeded": counted.succeeded,
    }


RESOURCES = [
    resource("/login", takes=FORM, post=(Level.ANYBODY, log_in), delete=(Level.ANYBODY, log_out)),
    resource("/auth", get=(Level.ANYBODY, settings)),
    resource("/auth/hash_password/{password}", get=(Level.ADMINISTRATOR, hash_password)),
    resource(
        "/auth/attempts/{node}",
        get=(Level.MONITOR, attempts),
        delete=(Level.ADMINISTRATOR, reset_attempts),
    ),
    resource(
        "/auth/attempts/{node}/source",
        get=(Level.MONITOR, attempts_by_source),
        delete=(Level.ADMINISTRATOR, reset_attempts),
    ),
]
