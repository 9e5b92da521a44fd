"""Policies and operator policies: list, set, clear. What they do to queues is the core's business."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from brokerctl.core import enforcing
from brokerctl.core.policies import Kind, Policy, Scope
from brokerctl.core.vhost import Vhost
from brokerctl.management import paging, render, values
from brokerctl.management.auth import Level
from brokerctl.management.call import Call
from brokerctl.management.errors import absent, bad_request
from brokerctl.management.render import Fields
from brokerctl.management.resources import JSON, resource
from brokerctl.management.values import Json


class Found(NamedTuple):
    vhost: Vhost
    policy: Policy


FIELDS: Fields[Found] = {
    "vhost": lambda found, call: found.vhost.name,
    "name": lambda found, call: found.policy.name,
    "pattern": lambda found, call: found.policy.pattern,
    "apply-to": lambda found, call: found.policy.applies_to,
    "definition": lambda found, call: found.policy.definition,
    "priority": lambda found, call: found.policy.priority,
}

ROW = render.row_of(FIELDS)


async def list_all(kind: Kind, call: Call) -> Response:
    found = [Found(vhost, policy) for vhost in call.listed_vhosts() for policy in vhost.policies.by_kind[kind].values()]
    found.sort(key=lambda each: (each.policy.priority, each.vhost.name, each.policy.name))
    return await paging.listing(call, found, ROW)


async def show(kind: Kind, call: Call) -> Response:
    call.check_vhost()
    policy = call.vhost.policies.by_kind[kind].get(call.name("name"))
    if policy is None:
        raise absent()
    return await render.one(call, Found(call.vhost, policy), ROW)


async def put(kind: Kind, call: Call) -> Response:
    call.check_vhost()
    name = call.name("name")
    values.check_name(name, "a policy name")
    policy = policy_of(name, await call.body())
    is_new = call.door.run(partial(enforcing.put_policy, call.vhost, kind, policy))
    return render.done(201 if is_new else 204)


async def delete(kind: Kind, call: Call) -> Response:
    call.check_vhost()
    name = call.name("name")
    if name not in call.vhost.policies.by_kind[kind]:
        raise absent()
    call.door.run(partial(enforcing.clear_policy, call.vhost, kind, name))
    return render.done()


def policy_of(name: str, body: Json) -> Policy:
    """The policy a body describes, which the core checks. Raises Refusal for what is missing or of a wrong kind."""
    values.require_keys(body, "pattern", "definition")
    definition = values.to_table(body["definition"], "definition")
    priority = body.get("priority", 0)
    if not isinstance(priority, int) or isinstance(priority, bool):
        raise bad_request("Validation failed\n\npriority should be a number\n")
    applies_to = body.get("apply-to", Scope.ALL)
    if applies_to not in list(Scope):
        raise bad_request(f"Validation failed\n\napply-to should be one of {', '.join(Scope)}\n")
    pattern = body["pattern"]
    if not isinstance(pattern, str):
        raise bad_request(f"Validation failed\n\npattern should be a text but was {pattern}\n")
    return Policy(name, pattern, definition, priority, Scope(applies_to))


RESOURCES = [
    described
    for path, kind, changing, takes in (
        ("/policies", Kind.POLICY, Level.POLICYMAKER, None),
        ("/operator-policies", Kind.OPERATOR, Level.ADMINISTRATOR, JSON),
    )
    for described in (
        resource(path, get=(Level.MANAGEMENT, partial(list_all, kind))),
        resource(f"{path}/{{vhost}}", get=(Level.VHOST, partial(list_all, kind))),
        resource(
            f"{path}/{{vhost}}/{{name}}",
            takes=takes,
            get=(changing, partial(show, kind)),
            put=(changing, partial(put, kind)),
            delete=(changing, partial(delete, kind)),
        ),
    )
]
