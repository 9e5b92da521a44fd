"""Runtime parameters as RabbitMQ lists them: operator policies, limits of vhosts. Each is changed at its own place."""

from __future__ import annotations

from starlette.responses import Response

from brokerctl.core.policies import Kind
from brokerctl.core.vhost import Vhost
from brokerctl.management import paging, render
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.resources import resource
from brokerctl.management.values import Json


async def list_all(call: Call) -> Response:
    if "vhost" in call.request.path_params:
        call.check_vhost()
    component = call.name("component") if "component" in call.request.path_params else None
    found = [
        parameter
        for vhost in call.listed_vhosts()
        for parameter in _of_vhost(vhost)
        if component in (None, parameter["component"])
    ]
    return await paging.listing(call, found, render.as_it_is)


def _of_vhost(vhost: Vhost) -> list[Json]:
    limits = {"vhost": vhost.name, "component": "vhost-limits", "name": "limits", "value": vhost.limits}
    return [limits] * bool(vhost.limits) + [
        {
            "vhost": vhost.name,
            "component": Kind.OPERATOR,
            "name": policy.name,
            "value": {
                "pattern": policy.pattern,
                "definition": policy.definition,
                "priority": policy.priority,
                "apply-to": policy.applies_to,
            },
        }
        for policy in vhost.policies.by_kind[Kind.OPERATOR].values()
    ]


RESOURCES = [
    resource("/parameters", get=(Level.POLICYMAKER, list_all)),
    resource("/parameters/{component}", get=(Level.POLICYMAKER, list_all)),
    resource("/parameters/{component}/{vhost}", get=(Level.POLICYMAKER, list_all)),
]
