"""Definitions: what goes out, what may come in, and the plan of an import."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from brokerctl.operations.importing import Plan, Planned, Verdict, told
from dashboard.forms.definitions import UploadForm
from dashboard.models import Broker, ImportPlan

SHOWN = 300
"""Items of a plan on one page; of more it says how many."""

NAMES = frozenset({"name", "vhost", "source", "destination", "destination_type", "routing_key", "user", "component"})

TITLES = {
    Verdict.ADD: "New",
    Verdict.CHANGE: "Changed",
    Verdict.CONFLICT: "In conflict",
    Verdict.IGNORED: "Left out",
}


@dataclass(slots=True, frozen=True)
class DefinitionsPage:
    broker: Broker
    vhosts: tuple[str, ...]
    """Those that this person may export and import."""
    is_whole: bool
    """Whether everything at once may be, too."""
    form: UploadForm
    plans: tuple[ImportPlan, ...]
    """This person's own that were not applied yet."""


@dataclass(slots=True, frozen=True)
class Row:
    planned: Planned

    @property
    def vhost(self) -> str:
        return told(self.planned)[0]

    @property
    def name(self) -> str:
        return told(self.planned)[1]

    @property
    def values(self) -> dict[str, Any]:
        """Of what is new: what the file says of it, without what names it, and without defaults."""
        return {
            key: value for key, value in self.planned.after.items() if key in self.planned.item and key not in NAMES
        }


@dataclass(slots=True, frozen=True)
class Tab:
    verdict: Verdict
    title: str
    count: int


@dataclass(slots=True, frozen=True)
class PlanPage:
    broker: Broker
    row: ImportPlan
    plan: Plan
    shown: Verdict
    changed_meanwhile: bool
    """Whether somebody confirmed a plan that is not this one any more."""

    @property
    def tabs(self) -> tuple[Tab, ...]:
        counts = Counter(each.verdict for each in self.plan.items)
        return tuple(Tab(verdict, title, counts[verdict]) for verdict, title in TITLES.items())

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(Row(each) for each in self.plan.of(self.shown)[:SHOWN])

    @property
    def more(self) -> int:
        return max(len(self.plan.of(self.shown)) - SHOWN, 0)

    @property
    def to_apply(self) -> int:
        return len(self.plan.to_apply())
