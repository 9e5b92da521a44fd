"""Puts the description together: every route that is served, with what is written about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import brokerctl
from brokerctl.management.auth import REALM, Level
from brokerctl.management.openapi import administration, messaging
from brokerctl.management.openapi.operations import QUERY, Operation
from brokerctl.management.openapi.schemas import SCHEMAS
from brokerctl.management.openapi.shapes import described, shape, table
from brokerctl.management.resources import JSON, Resource
from brokerctl.management.values import Json

PREFIX = "/api"

OPERATIONS: dict[str, Operation] = {**messaging.OPERATIONS, **administration.OPERATIONS}

NEEDS = {
    Level.ANYBODY: "No login.",
    Level.MANAGEMENT: "Any of the tags management, policymaker, monitoring and administrator.",
    Level.VHOST: "Any of the tags management, policymaker, monitoring and administrator, and rights in the vhost.",
    Level.POLICYMAKER: "The tag policymaker or administrator.",
    Level.MONITOR: "The tag monitoring or administrator.",
    Level.ADMINISTRATOR: "The tag administrator.",
}

EXAMPLES = {
    "vhost": "shop",
    "name": "orders",
    "user": "alice",
    "source": "amq.topic",
    "kind": "q",
    "destination": "orders",
    "exchange": "amq.topic",
    "component": "limits",
    "port": "5672",
    "protocol": "amqp",
    "within": "1",
    "unit": "months",
}
"""Of segments in paths."""

PAGE = table(
    "A page of a list.",
    {
        **dict.fromkeys(("total_count", "filtered_count", "item_count", "page", "page_size", "page_count"), "int"),
        "items": "[table]",
    },
    ("items", "page", "page_count"),
)

REFUSALS = {
    "400": "The request cannot be done as it is; the reason says what to do.",
    "403": "A page of another site may not change this broker.",
    "404": "There is no such thing, or the user may not know of it.",
    "406": "The client does not take what this answers.",
    "408": "The body did not arrive in time.",
    "415": "The body is not what this takes.",
}


def route_key(method: str, path: str) -> str:
    return f"{method} {path}"


def missing(resources: Iterable[Resource]) -> tuple[list[str], list[str]]:
    """(what is served and not described, what is described and not served)."""
    served = {route_key(method, resource.path) for resource in resources for method in resource.methods}
    return sorted(served - OPERATIONS.keys()), sorted(OPERATIONS.keys() - served)


def document(resources: Iterable[Resource], outside: Iterable[Resource]) -> Json:
    """OpenAPI 3.1. `outside`: resources that do not lie below /api. What is not described is left out."""
    paths: dict[str, Json] = {}
    for prefix, known in ((PREFIX, resources), ("", outside)):
        for resource in known:
            for method, (level, _) in resource.methods.items():
                operation = OPERATIONS.get(route_key(method, resource.path))
                if operation is not None:
                    found = _operation(method, resource, level, operation)
                    paths.setdefault(prefix + resource.path, _path(resource.path))[method.lower()] = found
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Postroom management API",
            "version": brokerctl.__version__,
            "description": "RabbitMQ's management API, and what the embedded broker can do beyond it (marked Ours).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic", "description": REALM}},
            "responses": {
                status: {"description": sentence, "content": {JSON: {"schema": shape("Error")}}}
                for status, sentence in REFUSALS.items()
            }
            | {"401": {"description": "Not logged in, or not allowed; an Error, or no body without credentials."}},
            "schemas": {
                **SCHEMAS,
                "Page": PAGE,
                "Routed": table("Where it went.", {"routed": ("flag", "Whether any queue took it.")}, ("routed",)),
                "LoginForm": table("A form.", {"username": "text", "password": "text"}, ("username", "password")),
            },
        },
    }


def _path(path: str) -> Json:
    """What all methods of a path have in common: its segments."""
    segments = re.findall(r"{(\w+)}", path)
    return {"parameters": [_segment(name) for name in segments]} if segments else {}


def _segment(name: str) -> Json:
    found: Json = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return found | {"example": EXAMPLES[name]} if name in EXAMPLES else found


def _operation(method: str, resource: Resource, level: Level, operation: Operation) -> Json:
    found: Json = {
        "operationId": _identity(method, resource.path),
        "tags": [resource.path.split("/")[1] or "index.html"],
        "summary": operation.summary,
        "description": NEEDS[level],
        "responses": {
            **{str(status): _answer(written, status, resource) for status, written in operation.answers.items()},
            **{
                status: {"$ref": f"#/components/responses/{status}"}
                for status in (*REFUSALS, "401")
                if status not in map(str, operation.answers)
            },
        },
    }
    parameters = [{"name": name, "in": "query", "schema": described(QUERY[name])} for name in operation.query] + [
        {"name": name, "in": "header", "schema": {"type": "string"}, "description": sentence}
        for name, sentence in operation.more.items()
    ]
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        content = {resource.takes or JSON: {"schema": shape(operation.body)}}
        found["requestBody"] = {"required": operation.body != "AnyBody", "content": content}
    if level is Level.ANYBODY:
        found["security"] = []
    return found


def _answer(written: str | None, status: int, resource: Resource) -> Json:
    if written is None:
        return {"description": "Created." if status == 201 else "Done."}
    media_type = resource.produces if status < 300 else JSON
    return {"description": "The answer.", "content": {media_type: {"schema": shape(written)}}}


def _identity(method: str, path: str) -> str:
    """`GET /queues/{vhost}/{name}/bindings` → get_queues_vhost_name_bindings."""
    return "_".join([method.lower(), *re.findall(r"\w+", path)])
