"""The management API as one ASGI application: all resources, and what every answer has in common."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brokerctl.management import (
    bindings,
    channels,
    connections,
    consumers,
    definitions,
    exchanges,
    firehose,
    health,
    limits,
    logins,
    messages,
    moving,
    nodes,
    overview,
    parameters,
    peeking,
    permissions,
    policies,
    queues,
    topic_permissions,
    unacked,
    unused,
    users,
    vhosts,
)
from brokerctl.management.call import Services
from brokerctl.management.door import Door
from brokerctl.management.errors import Refusal, absent
from brokerctl.management.openapi import routes as openapi
from brokerctl.management.prometheus import routes as prometheus
from brokerctl.management.resources import Endpoint, refused
from brokerctl.management.sampling import Sampler

RESOURCES = [
    *overview.RESOURCES,
    *nodes.RESOURCES,
    *vhosts.RESOURCES,
    *exchanges.RESOURCES,
    *queues.RESOURCES,
    *messages.RESOURCES,
    *peeking.RESOURCES,
    *moving.RESOURCES,
    *firehose.RESOURCES,
    *unacked.RESOURCES,
    *bindings.RESOURCES,
    *connections.RESOURCES,
    *channels.RESOURCES,
    *consumers.RESOURCES,
    *users.RESOURCES,
    *logins.RESOURCES,
    *permissions.RESOURCES,
    *topic_permissions.RESOURCES,
    *policies.RESOURCES,
    *limits.RESOURCES,
    *parameters.RESOURCES,
    *definitions.RESOURCES,
    *health.RESOURCES,
    *unused.RESOURCES,
]

RESOURCES += openapi.resources(RESOURCES)

ROOT = "/api/"

HEADERS = {
    # The description's page says otherwise; all else is no page: a browser that is shown some of it must run, load and
    # frame nothing.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # What is told changes all the time, and to whom depends on the login.
    "cache-control": "no-cache, no-store",
    "vary": "accept, accept-encoding, origin",
}


def create_app(door: Door, clock: Callable[[], float] = time.monotonic, *, metrics_are_open: bool = False) -> Starlette:
    """The API of one running broker. Its lifespan takes the readings that rates are made of, `state.sampler`.

    `metrics_are_open`: what Prometheus reads is shown without a login.
    """
    services = Services(door, Sampler(door, clock), door.node().name)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sampling = asyncio.get_running_loop().create_task(services.sampler.run(), name="sampling")
        try:
            yield
        finally:
            sampling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sampling

    app = Starlette(
        routes=[
            *(Route(f"/api{known.path}", Endpoint(known, services)) for known in RESOURCES),
            *(
                Route(known.path, Endpoint(known, services))
                for known in prometheus.resources(are_open=metrics_are_open)
            ),
        ],
        middleware=[Middleware(Edge)],
        exception_handlers={404: _no_such_path},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.sampler = services.sampler
    return app


class Edge:
    """Routes by the path as it was sent, so that `%2F` in a name is no slash, and adds what every answer says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        raw: bytes = scope["raw_path"].partition(b"?")[0]
        try:
            unquote_to_bytes(raw).decode()
            path = raw.decode("ascii")
        except UnicodeDecodeError:
            refusal = Refusal(400, "bad_request", "the path is not percent-encoded UTF-8")
            await refused(refusal)(scope, receive, send_with_headers)
            return
        if path != ROOT:
            # One slash too many at the end is none, as with RabbitMQ: some client libraries send it.
            path = path.removesuffix("/")
        await self._app({**scope, "path": path}, receive, send_with_headers)


async def _no_such_path(request: Request, error: Exception) -> Response:
    return refused(absent())
