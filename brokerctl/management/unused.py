"""Lists of what this broker has none of. They are empty because that is the truth; nothing can be added.

Tools that show a whole RabbitMQ ask for these and stop at a 404.
"""

from __future__ import annotations

from starlette.responses import Response

from brokerctl.management import paging, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.resources import resource
from brokerctl.management.values import Json


async def nothing(call: Call) -> Response:
    none: list[Json] = []
    return await paging.listing(call, none, render.as_it_is)


RESOURCES = [
    resource("/global-parameters", get=(Level.POLICYMAKER, nothing)),
    resource("/feature-flags", get=(Level.MANAGEMENT, nothing)),
]
