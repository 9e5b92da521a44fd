"""What an Operation row asks for, per kind: the shapes of its JSON. Old rows outlive code: only add fields."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(slots=True, frozen=True)
class Parameters:
    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True, frozen=True)
class PurgeParameters(Parameters):
    count: int | None = None
    """Only the first so many; None: all that are ready."""


@dataclass(slots=True, frozen=True)
class PublishParameters(Parameters):
    exchange: str
    routing_key: str
    size_bytes: int


@dataclass(slots=True, frozen=True)
class ChangeParameters(Parameters):
    """Of something that was made, changed or deleted."""

    noun: str
    """'queue', 'exchange', 'binding', 'policy' …"""
    name: str
    after: dict[str, Any] = field(default_factory=dict)
    """What it was set to, for people to read; never a password."""
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class ImportParameters(Parameters):
    noun: str
    name: str
    plan: int
    """The number of the ImportPlan, which holds the file."""
    digest: str
    """Of the plan that was confirmed."""


@dataclass(slots=True, frozen=True)
class MoveParameters(Parameters):
    """Of a move and of a copy."""

    broker: str
    """Slug of the destination's broker."""
    vhost: str
    exchange: str
    """Empty for the default exchange: then the routing key is the destination queue."""
    routing_key: str | None
    """None: each message keeps its own."""
    fingerprints: list[str] | None = None
    """None: the whole queue, as many as were in it at the start."""


@dataclass(slots=True, frozen=True)
class RepublishParameters(Parameters):
    exchange: str | None
    """None: each message goes to the exchange it was published to."""
    routing_key: str | None
    fingerprints: list[str]
    keep: bool = False
    """Leave the originals where they are."""


@dataclass(slots=True, frozen=True)
class ManyParameters(Parameters):
    """Of a job on many queues."""

    queues: list[list[str]]
    """Vhost and name of each."""
    destination: dict[str, str] | None = None
    """Of a move: vhost and queue, on the same broker."""
    policy: dict[str, Any] | None = None
    """Name, priority and definition; one policy in each vhost, whose pattern names the queues."""

    def names(self) -> list[tuple[str, str]]:
        return [(vhost, queue) for vhost, queue in self.queues]
