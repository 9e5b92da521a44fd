"""/api/policies and /api/operator-policies: the same requests under two names."""

from __future__ import annotations

from brokerctl.clients.http import Http
from brokerctl.clients.models import Policy
from brokerctl.clients.rabbitmq import read
from brokerctl.clients.rabbitmq.read import Json

POLICIES, OPERATOR_POLICIES = "policies", "operator-policies"


def policies(http: Http, kind: str, vhost: str | None) -> list[Policy]:
    """GET /api/{kind}[/vhost]."""
    found = http.get_list(kind) if vhost is None else http.get_list(kind, vhost)
    return [parse(item) for item in found]


def put(http: Http, kind: str, policy: Policy) -> None:
    """PUT /api/{kind}/vhost/name."""
    body: Json = {"pattern": policy.pattern, "definition": policy.definition}
    body |= {"priority": policy.priority, "apply-to": policy.apply_to}
    http.put(kind, policy.vhost, policy.name, body=body)


def delete(http: Http, kind: str, vhost: str, name: str) -> None:
    """DELETE /api/{kind}/vhost/name."""
    http.delete(kind, vhost, name)


def parse(item: Json) -> Policy:
    return Policy(
        vhost=read.text(item, "vhost"),
        name=read.text(item, "name"),
        pattern=read.text(item, "pattern"),
        definition=read.table(item, "definition"),
        priority=read.number(item, "priority"),
        apply_to=read.text(item, "apply-to", "all"),
    )
