"""What carries messages to other queues and brokers by itself: shovels, and links of federation. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Shovel:
    """It takes messages at one place and publishes them at another, as long as the broker runs."""

    vhost: str
    name: str
    """Empty vhost: a static one, of the broker's configuration."""
    node: str
    state: str
    """'starting', 'running', 'flow', 'blocked' or 'terminated'."""
    is_dynamic: bool
    since: str
    """Of its state, by the node's own clock, as it writes it."""
    reason: str = ""
    """Why it is terminated."""
    source: str = ""
    """'queue orders', 'exchange logs, key a.*'; empty before it runs; so `destination`."""
    source_uri: str = ""
    """Without a password."""
    destination: str = ""
    destination_uri: str = ""
    remaining: int | None = None
    """Messages until it ends by itself; None for one that does not, or where the broker does not tell."""
    forwarded: int | None = None


@dataclass(slots=True, frozen=True)
class FederationLink:
    """It brings messages of an upstream's exchange or queue to one of ours."""

    vhost: str
    upstream: str
    type: str
    """'exchange' or 'queue'."""
    name: str
    """Of ours."""
    node: str
    state: str
    """'starting', 'running', 'shutdown' or 'error'."""
    since: str
    uri: str = ""
    reason: str = ""
