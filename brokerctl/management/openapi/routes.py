"""Serves the description. It tells nothing of this broker, so nobody has to log in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from starlette.responses import Response

from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.openapi.document import document
from brokerctl.management.openapi.page import SECURITY, page
from brokerctl.management.prometheus import routes as metrics
from brokerctl.management.render import dumps
from brokerctl.management.resources import Handler, Resource, resource
from brokerctl.management.values import Json

HTML = "text/html"


def resources(known: Sequence[Resource]) -> list[Resource]:
    """For an API of these resources, to which those that this returns are added later."""
    described = cache(lambda: whole(known))
    machine = _serve(lambda: dumps(described()), "application/json", {})
    people = _serve(lambda: page(described()).encode(), f"{HTML}; charset=utf-8", {"content-security-policy": SECURITY})
    return [
        resource("/openapi.json", get=(Level.ANYBODY, machine)),
        # Where RabbitMQ has its own; it also leads there from /api/.
        resource("/index.html", produces=HTML, get=(Level.ANYBODY, people)),
        resource("/", produces=HTML, get=(Level.ANYBODY, people)),
    ]


def whole(known: Sequence[Resource]) -> Json:
    """The description of everything that is served, what Prometheus reads as well."""
    return document(known, metrics.resources(are_open=False))


def _serve(make: Callable[[], bytes], media_type: str, headers: dict[str, str]) -> Handler:
    made = cache(make)

    async def serve(call: Call) -> Response:
        return Response(made(), headers=headers, media_type=media_type)

    return serve
