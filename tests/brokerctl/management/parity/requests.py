"""The two kinds of requests that are compared. Names in braces are filled in by `test_parity.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Reasons = dict[str, str]

COMES_AND_GOES = (
    *("idle_since", "items.idle_since"),
    *("queues.arguments", "exchanges.arguments", "bindings.arguments", "policies.definition", "parameters.value"),
    *(f"cluster_links.{each}" for each in ("name", "peer_addr", "peer_port", "sock_addr", "sock_port")),
    *(f"cluster_links.{each}" for each in ("recv_bytes", "send_bytes", "stats")),
)
"""Told or not depending on the moment, or on what else there is in the broker. A RabbitMQ has a link to whatever
`rabbitmqctl` was run on it, and tells of it for minutes."""


@dataclass(slots=True, frozen=True)
class Shape:
    """A GET whose keys are compared. Keys of lists are those of their items; each difference has its reason."""

    where: str
    missing: Reasons = field(default_factory=dict)
    extra: Reasons = field(default_factory=dict)
    other_kind: Reasons = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Answer:
    """A request of a story. Its status is compared, the error's name, and the kinds of what is in the body.

    `differs` says why these are not the same, and `ours` what our status is then.
    """

    method: str
    where: str
    body: Any = None
    ours: int = 0
    differs: str = ""
    raw: str | None = None
    """The body as text, where it is not `body` as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
