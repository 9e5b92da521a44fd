"""The form of a permission, and what saving it does: in words, in numbers, and by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.forms import BoundField

from dashboard.declaring.rights import PRESETS, Matched, Names, Reach, Right, meaning, warning
from dashboard.forms.permission import GrantForm
from dashboard.models import Broker

EXAMPLES = 6
"""Names of each right that a review shows."""


@dataclass(slots=True, frozen=True)
class Example:
    noun: str
    """'queue', 'exchange' or 'link': its icon."""
    name: str
    change: str
    """'new', 'lost', or '' for what stays."""


@dataclass(slots=True, frozen=True)
class ReviewedRight:
    """One pattern as it will be."""

    right: Right
    pattern: str
    sentence: str
    was: str
    """The pattern that there is now, when it is another; else empty."""
    matched: Matched
    examples: tuple[Example, ...]
    gained: int
    lost: int
    warning: str

    @property
    def is_counted(self) -> bool:
        """Whether there is a number to tell: a pattern that is to match nothing needs none."""
        return bool(self.matched.count or self.lost) or meaning(self.pattern).reach is not Reach.NOTHING

    @property
    def more(self) -> int:
        return self.matched.count + self.lost - len(self.examples)


@dataclass(slots=True, frozen=True)
class Review:
    rights: tuple[ReviewedRight, ...]
    effects: tuple[str, ...]
    """What it does to connections that are open."""
    is_same: bool

    @property
    def reached(self) -> int:
        return sum(each.matched.count for each in self.rights)


@dataclass(slots=True, frozen=True)
class PermissionPage:
    broker: Broker
    form: GrantForm
    there: bool
    """Whether it has rights in the vhost already."""
    review: Review | None
    failure: str
    users: tuple[str, ...]
    """For completion."""
    exchanges: tuple[str, ...]
    """Topic exchanges of the vhost, for completion; of topic permissions only."""
    is_topic: bool
    back: str
    clear: str
    """Where to take it away; empty when there is nothing."""

    presets = PRESETS

    @property
    def patterns(self) -> list[tuple[Right, BoundField]]:
        return [(right, self.form[right.name]) for right in self.form.rights]


def reviewed(right: Right, pattern: str, was: str | None, names: Names) -> ReviewedRight:
    """What a pattern reaches, and what becomes different by it. A `was` of None: there were no rights at all."""
    now, then = names.matched(was or ""), names.matched(pattern)
    gained, lost = _but(then, now, "new"), _but(now, then, "lost")
    kept = [each for each in _but(then, Matched(), "") if replace(each, change="new") not in gained]
    return ReviewedRight(
        right=right,
        pattern=pattern,
        sentence=right.sentence(pattern),
        was="" if was is None or was == pattern else was or "^$",
        matched=then,
        examples=tuple([*gained, *lost, *kept][:EXAMPLES]),
        gained=len(gained),
        lost=len(lost),
        warning=warning(pattern, then),
    )


def _but(found: Matched, other: Matched, change: str) -> list[Example]:
    """What one pattern matches and the other does not."""
    known = {noun: set(names) for noun, names in _by_noun(other)}
    return [Example(noun, name, change) for noun, names in _by_noun(found) for name in names if name not in known[noun]]


def _by_noun(found: Matched) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("queue", found.queues), ("exchange", found.exchanges), ("link", found.keys)
