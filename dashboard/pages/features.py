"""The feature flags and deprecated features of a broker."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.features import DeprecatedFeature, FeatureFlag
from dashboard.looks.kinds import FeaturesLook
from dashboard.looks.look import Look
from dashboard.models import Broker
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class FeaturesPage:
    broker: Broker
    snapshot: Snapshot
    look: Look[FeaturesLook]
    flags: tuple[FeatureFlag, ...]
    """Those that are not enabled first."""
    why_no_flags: str
    """Why there is no list of them, in a sentence; so for the others."""
    deprecated: tuple[DeprecatedFeature, ...]
    """Those that are used first."""
    why_none_deprecated: str

    @property
    def disabled(self) -> int:
        return sum(each.state != "enabled" for each in self.flags)

    @property
    def used(self) -> int:
        return sum(each.is_used for each in self.deprecated)
