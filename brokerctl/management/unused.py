"""What this broker has none of: lists that are empty, and things to do that are done already.

Tools that show a whole RabbitMQ ask for these and stop at a 404.
"""

from __future__ import annotations

from starlette.responses import Response

from brokerctl.management import paging, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import bad_request
from brokerctl.management.resources import JSON, resource
from brokerctl.management.values import Json


async def nothing(call: Call) -> Response:
    none: list[Json] = []
    return await paging.listing(call, none, render.as_it_is)


async def unknown_flag(call: Call) -> Response:
    """What RabbitMQ says to a flag it does not know."""
    raise bad_request("unsupported")


async def nothing_to_do(call: Call) -> Response:
    return render.done()


RESOURCES = [
    resource("/feature-flags", get=(Level.MANAGEMENT, nothing)),
    resource("/feature-flags/{name}/enable", takes=JSON, put=(Level.ADMINISTRATOR, unknown_flag)),
    resource("/deprecated-features", get=(Level.MANAGEMENT, nothing)),
    resource("/deprecated-features/used", get=(Level.MANAGEMENT, nothing)),
    resource("/rebalance/queues", produces="text/plain", post=(Level.ADMINISTRATOR, nothing_to_do)),
]
