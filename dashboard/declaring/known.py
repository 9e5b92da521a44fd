"""What one setting of a queue, an exchange or a policy is: its kind, its unit, who knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CLASSIC, QUORUM, STREAM = "classic", "quorum", "stream"
QUEUE_TYPES = (CLASSIC, QUORUM, STREAM)
ALL = frozenset(QUEUE_TYPES)
NOT_STREAMS = frozenset({CLASSIC, QUORUM})
QUORUMS, STREAMS, CLASSICS = frozenset({QUORUM}), frozenset({STREAM}), frozenset({CLASSIC})

EMBEDDED = "Postroom"
LAVINMQ = "LavinMQ"


class Sort(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(slots=True, frozen=True)
class Known:
    """One setting. `key` is its name in a policy."""

    key: str
    label: str
    help: str
    sort: Sort = Sort.NUMBER
    unit: str = ""
    """Of a number, as it stands behind the field: 'ms', 'messages', 'bytes'."""
    least: int = 0
    choices: tuple[str, ...] = ()
    types: frozenset[str] = ALL
    """The types of queues that look at it."""
    argument: str = ""
    """As an argument; empty: only policies have it."""
    is_policy: bool = True
    is_operator: bool = False
    is_embedded: bool = True
    """Whether the embedded broker does anything with it."""
    since: tuple[int, ...] = ()
    """The first version of RabbitMQ that has it; empty: every version that is still about."""
    is_lavinmq: bool = False
    """Whether only LavinMQ has it."""
    is_not_lavinmq: bool = False
    """Whether LavinMQ does not know it, and takes it without a word."""

    def reason_against(self, product: str, version: str) -> str:
        """Why this broker cannot do it; empty when it can, or when nothing is known of the broker."""
        if product == EMBEDDED:
            return "" if self.is_embedded and not self.is_lavinmq else "The embedded broker does not have this"
        if self.is_lavinmq and product and product != LAVINMQ:
            return "Only LavinMQ has this"
        if self.is_not_lavinmq and product == LAVINMQ:
            return "LavinMQ does not have this"
        if product == "RabbitMQ" and self.since and version_of(version) < self.since:
            return f"RabbitMQ has this from {'.'.join(map(str, self.since))}; this is {version}"
        return ""


def version_of(text: str) -> tuple[int, ...]:
    """'3.10.8' is (3, 10, 8)."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def value_of(known: Known, text: str) -> Any:
    """A chosen text as the broker takes it: a version of queues is a number."""
    if known.sort is Sort.FLAG:
        return text == "true"
    return int(text) if known.key == "queue-version" else text
