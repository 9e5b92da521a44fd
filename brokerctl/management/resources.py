"""From a request to its handler and back: login, rights, and refusals as JSON happen here and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from brokerctl.errors import AmqpError, StoreError
from brokerctl.management import auth, negotiation, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call, Services
from brokerctl.management.errors import Refusal, of_command

log = logging.getLogger(__name__)

DURABLE_SECONDS = 30
"""A disk that takes longer is not coming back; RabbitMQ's publish_timeout is the same."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(slots=True, frozen=True)
class Resource:
    """A path and what may be done to it. Paths are below /api, their parameters single encoded segments."""

    path: str
    methods: dict[str, tuple[Level, Handler]]
    produces: str = JSON
    """The media type of its answers: a request whose Accept leaves it out is answered 406."""
    takes: str | None = None
    """The media type that its bodies must have, else 415; None: any, they are read as JSON."""

    @property
    def allowed(self) -> str:
        reads = ["HEAD"] if "GET" in self.methods else []
        return ", ".join([*reads, *self.methods, "OPTIONS"])


def resource(
    path: str, *, produces: str = JSON, takes: str | None = None, **methods: tuple[Level, Handler]
) -> Resource:
    """`resource("/vhosts", get=(Level.MANAGEMENT, list_all))`."""
    return Resource(path, {method.upper(): known for method, known in methods.items()}, produces, takes)


class Endpoint:
    """A resource as an ASGI application."""

    def __init__(self, resource: Resource, services: Services) -> None:
        self.resource = resource
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Refusal as refusal:
            response = refused(refusal)
        except Exception:
            log.exception("%s %s failed", request.method, scope["path"])
            response = refused(Refusal(500, "internal_server_error", "the request failed; the broker's log says why"))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        allowed = {"allow": self.resource.allowed}
        if method == "OPTIONS":
            return Response(headers=allowed)
        if method not in self.resource.methods:
            raise Refusal(405, "method_not_allowed", f"use one of {allowed['allow']}", allowed)
        level, handler = self.resource.methods[method]
        if method != "GET":
            _refuse_other_sites(request)
        if level is Level.ANYBODY:
            user = auth.NOBODY
        else:
            user = await auth.logged_in(request, self._services.door)
            auth.require(level, user)
        negotiation.check(request, self.resource.produces, self.resource.takes)
        call = Call(request, self._services, user)
        if level is Level.VHOST:
            call.check_vhost()
        try:
            response = await handler(call)
        except AmqpError as error:
            raise of_command(error) from error
        if method != "GET":
            await until_durable(call)
            # 200 is an answer about messages, and nothing is logged per message.
            level_of_log = logging.DEBUG if response.status_code == 200 else logging.INFO
            log.log(level_of_log, "%s %s by %s: %d", method, request.scope["path"], user.name, response.status_code)
        return response


async def until_durable(call: Call) -> None:
    """Return when what the handler changed is on disk: a change that was answered survives."""
    try:
        async with asyncio.timeout(DURABLE_SECONDS):
            await call.door.durable()
    except TimeoutError:
        raise Refusal(500, "timeout", f"the change was not on disk after {DURABLE_SECONDS} s") from None
    except StoreError as error:
        raise Refusal(500, "internal_server_error", f"the change could not be saved: {error}") from error


def refused(refusal: Refusal) -> Response:
    """The response of a refusal. Without credentials RabbitMQ answers an empty body."""
    if not refusal.error:
        return Response(status_code=refusal.status, headers=refusal.headers)
    body = render.dumps({"error": refusal.error, "reason": refusal.reason})
    return Response(body, refusal.status, refusal.headers, media_type="application/json")


def _refuse_other_sites(request: Request) -> None:
    # A browser adds remembered Basic credentials to any site's form; its Origin tells whose page it was.
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise Refusal(403, "forbidden", f"a page of {origin[:200]} may not change this broker")
