"""The list of policies, and the form of one with what it will do."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Policy
from dashboard.declaring.in_force import Effect
from dashboard.forms.arguments import TYPES, Row
from dashboard.forms.policy import APPLY_TO, PolicyForm
from dashboard.models import Broker
from dashboard.snapshot import Snapshot

SHOWN = 50
"""Queues and exchanges that a review shows one by one."""


@dataclass(slots=True, frozen=True)
class ListedPolicy:
    policy: Policy
    in_force: int | None
    """On how many queues and exchanges it is in force; None: the broker does not tell (operator policies)."""
    may_edit: bool

    @property
    def apply_to(self) -> str:
        return APPLY_TO.get(self.policy.apply_to, self.policy.apply_to)


@dataclass(slots=True, frozen=True)
class PoliciesPage:
    broker: Broker
    snapshot: Snapshot
    rows: tuple[ListedPolicy, ...]
    is_operator: bool
    vhost: str
    vhosts: tuple[str, ...]
    counts: tuple[int, int]
    """Of policies and of operator policies, in the vhosts that are shown."""
    may_add: bool
    error: str


@dataclass(slots=True, frozen=True)
class PolicyPage:
    broker: Broker
    is_operator: bool
    policy: Policy | None
    """The one that is edited; None for a new one."""
    form: PolicyForm
    rows: list[Row]
    effect: Effect | None
    """None before the review."""
    failure: str

    row_types = TYPES
    shown = SHOWN

    @property
    def noun(self) -> str:
        return "operator policy" if self.is_operator else "policy"

    @property
    def rest(self) -> int:
        return max(len(self.effect.changed) - SHOWN, 0) if self.effect else 0
