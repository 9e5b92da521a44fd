"""Taking messages out of a queue over HTTP, and counting them."""

from __future__ import annotations

from typing import Any

import httpx


def take(api: httpx.Client, queue: str, count: object = 10, **body: object) -> list[dict[str, Any]]:
    asked = {"count": count, "ackmode": "ack_requeue_true", "encoding": "auto", **body}
    found: list[dict[str, Any]] = api.post(queue + "/get", json=asked).raise_for_status().json()
    return found


def lengths(api: httpx.Client, queue: str) -> tuple[int, int]:
    found = api.get(queue).json()
    return found["messages_ready"], found["messages_unacknowledged"]
