"""Runtime parameters as RabbitMQ lists and sets them, of a vhost and of the whole broker.

Two components have a place of their own here: operator policies and the limits of a vhost. What plugins of RabbitMQ
would make use of came in with definitions; it is shown and can be removed, and setting it is refused, as by a RabbitMQ
without that plugin.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response

from brokerctl.core import enforcing, limits, parameters
from brokerctl.core.effects import Effects
from brokerctl.core.policies import Kind, Policy
from brokerctl.core.vhost import Vhost
from brokerctl.management import auth, paging, policies, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.resources import resource
from brokerctl.management.values import Json

LIMITS = "limits"
"""The one parameter of the component `vhost-limits`."""

OF_ADMINISTRATORS = (Kind.OPERATOR, parameters.VHOST_LIMITS)
"""Components that have a door of their own, at which administrators only may change them: they bound what policymakers
may do. RabbitMQ leaves this door to policymakers."""


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


async def show(call: Call) -> Response:
    return await render.one(call, _known(call), render.as_it_is)


async def put(call: Call) -> Response:
    call.check_vhost()
    component, name = call.name("component"), call.name("name")
    _require_right(call, component in OF_ADMINISTRATORS)
    body = await call.body()
    values.require_keys(body, "value")
    vhost, value = call.vhost, body["value"]
    is_new = not any(_is_called(each, component, name) for each in _of_vhost(vhost))
    if component == Kind.OPERATOR:
        call.door.run(partial(enforcing.put_policy, vhost, Kind.OPERATOR, _policy(name, value)))
    elif component == parameters.VHOST_LIMITS:
        call.door.run(partial(_put_limits, vhost, name, value))
    elif component in parameters.ELSEWHERE:
        raise bad_request(parameters.ELSEWHERE[component])
    else:
        raise bad_request(f"Validation failed\n\ncomponent {component} not found\n")
    return render.done(201 if is_new else 204)


async def delete(call: Call) -> Response:
    component, name = call.name("component"), call.name("name")
    _known(call)
    _require_right(call, component in OF_ADMINISTRATORS)
    vhost = call.vhost
    if component == Kind.OPERATOR:
        call.door.run(partial(enforcing.clear_policy, vhost, Kind.OPERATOR, name))
    elif component == parameters.VHOST_LIMITS:
        call.door.run(lambda effects: limits.clear_vhost_limits(vhost, effects))
    else:
        call.door.run(lambda effects: parameters.clear(vhost, component, name, effects))
    return render.done()


def _require_right(call: Call, is_of_administrators: bool) -> None:
    """Raises Refusal 401 where the user, who is a policymaker at least, is none of those who may change it."""
    if is_of_administrators:
        auth.require(Level.ADMINISTRATOR, call.user)


def _of_vhost(vhost: Vhost) -> list[Json]:
    found = [_row(vhost, parameters.VHOST_LIMITS, LIMITS, vhost.limits)] if vhost.limits else []
    found += [
        _row(vhost, Kind.OPERATOR, policy.name, _value_of(policy))
        for policy in vhost.policies.by_kind[Kind.OPERATOR].values()
    ]
    found += [_row(vhost, component, name, value) for (component, name), value in vhost.parameters.items()]
    return sorted(found, key=lambda each: (each["component"], each["name"]))


def _row(vhost: Vhost, component: str, name: str, value: Any) -> Json:
    return {"vhost": vhost.name, "component": component, "name": name, "value": value}


def _value_of(policy: Policy) -> Json:
    return {
        "pattern": policy.pattern,
        "definition": policy.definition,
        "priority": policy.priority,
        "apply-to": policy.applies_to,
    }


def _is_called(parameter: Json, component: str, name: str) -> bool:
    return (parameter["component"], parameter["name"]) == (component, name)


def _known(call: Call) -> Json:
    """The parameter in the path. Raises Refusal 404."""
    call.check_vhost()
    component, name = call.name("component"), call.name("name")
    for parameter in _of_vhost(call.vhost):
        if _is_called(parameter, component, name):
            return parameter
    raise absent()


def _policy(name: str, value: Any) -> Policy:
    if not isinstance(value, dict):
        raise bad_request(f"Validation failed\n\n{name} is not an object\n")
    for key in ("pattern", "definition", "priority", "apply-to"):
        if key not in value:
            raise bad_request(f'Validation failed\n\nKey "{key}" not found in {name}\n')
    return policies.policy_of(name, value)


def _put_limits(vhost: Vhost, name: str, value: Any, effects: Effects) -> None:
    """All of them at once: those that are not among these are gone."""
    if name != LIMITS:
        raise bad_request(f"Validation failed\n\nthe limits of a vhost are one parameter called {LIMITS}\n")
    if not isinstance(value, dict):
        raise bad_request("Validation failed\n\nlimits are not an object\n")
    limits.replace_vhost_limits(vhost, value, effects)


async def list_global(call: Call) -> Response:
    known = call.broker.global_parameters
    found: list[Json] = [{"name": name, "value": known[name]} for name in sorted(known)]
    return await paging.listing(call, found, render.as_it_is)


async def show_global(call: Call) -> Response:
    name = _known_global(call)
    row = {"name": name, "value": call.broker.global_parameters[name]}
    return await render.one(call, row, render.as_it_is)


async def put_global(call: Call) -> Response:
    _require_right(call, call.name("name") == parameters.CLUSTER_NAME)
    body = await call.body()
    values.require_keys(body, "value")
    is_new = call.door.run(partial(parameters.put_global, call.broker, call.name("name"), body["value"]))
    return render.done(201 if is_new else 204)


async def delete_global(call: Call) -> Response:
    name = _known_global(call)
    _require_right(call, name == parameters.CLUSTER_NAME)
    call.door.run(partial(parameters.clear_global, call.broker, name))
    return render.done()


def _known_global(call: Call) -> str:
    name = call.name("name")
    if name not in call.broker.global_parameters:
        raise absent()
    return name


RESOURCES = [
    resource("/parameters", get=(Level.POLICYMAKER, list_all)),
    resource("/parameters/{component}", get=(Level.POLICYMAKER, list_all)),
    resource("/parameters/{component}/{vhost}", get=(Level.POLICYMAKER, list_all)),
    resource(
        "/parameters/{component}/{vhost}/{name}",
        get=(Level.POLICYMAKER, show),
        put=(Level.POLICYMAKER, put),
        delete=(Level.POLICYMAKER, delete),
    ),
    resource("/global-parameters", get=(Level.POLICYMAKER, list_global)),
    resource(
        "/global-parameters/{name}",
        get=(Level.POLICYMAKER, show_global),
        put=(Level.POLICYMAKER, put_global),
        delete=(Level.POLICYMAKER, delete_global),
    ),
]
