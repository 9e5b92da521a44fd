"""What a verdict is: a status and a few words. How one is reached is in verdicts.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Status(IntEnum):
    """Ordered by how much it needs somebody."""

    CRIT = 0
    WARN = 1
    OFF = 2
    OK = 3
    IDLE = 4

    @property
    def glyph(self) -> str:
        """The name of its shape: g-crit, g-warn, g-off, g-ok, g-idle."""
        return self.name.lower()


class Step(Enum):
    """The one thing to do next about it."""

    LOOK = "look"
    CONSUMERS = "consumers"
    PARK = "park"
    READ = "read"
    LARGEST = "largest"
    TEST = "test"
    VHOSTS = "vhosts"


@dataclass(slots=True, frozen=True)
class Verdict:
    status: Status
    text: str
    """A few words: 'No consumers, 14 min'."""
    evidence: str = ""
    """What it was told by, for the list of things that need attention."""
    step: Step = Step.LOOK

    @property
    def needs_attention(self) -> bool:
        return self.status is Status.CRIT or self.status is Status.WARN
