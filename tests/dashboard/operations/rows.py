"""Rows of jobs for tests."""

from __future__ import annotations

from typing import Any

from dashboard.models import Broker, Operation
from dashboard.models.operation import Kind


def broker_row(slug: str = "local", **columns: Any) -> Broker:
    given = {"name": slug, "host": "127.0.0.1", "username": "guest", "password_encrypted": b"", **columns}
    return Broker.objects.get_or_create(slug=slug, defaults=given)[0]


def job_row(kind: Kind = Kind.MOVE, **columns: Any) -> Operation:
    broker = columns.pop("broker", None) or broker_row()
    given: dict[str, Any] = {
        "vhost": "/",
        "queue": "orders.dlq",
        "parameters": {"broker": "local", "vhost": "/", "exchange": "", "routing_key": "parked", "fingerprints": None},
    }
    return Operation.objects.create(kind=kind, broker=broker, broker_name=broker.name, **{**given, **columns})
