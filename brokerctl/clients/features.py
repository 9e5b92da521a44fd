"""What a broker can be told to have or to keep: feature flags and deprecated features. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class FeatureFlag:
    """Something new that all nodes of a cluster must know before it is used; it is never disabled again."""

    name: str
    description: str
    state: str
    """'enabled', 'disabled', 'unavailable' (a node does not know it) or 'state_changing'."""
    stability: str
    """'stable', 'experimental' or 'required'."""
    provided_by: str = ""
    """The part of the broker that it belongs to."""


@dataclass(slots=True, frozen=True)
class DeprecatedFeature:
    """Something old that a later version will not have."""

    name: str
    description: str
    phase: str
    """'permitted_by_default', 'denied_by_default', 'disconnected' or 'removed'."""
    state: str
    """'permitted' or 'denied', here and now."""
    is_used: bool
    provided_by: str = ""
