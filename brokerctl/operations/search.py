"""Finding messages in a queue by what they say, without losing, reordering or changing any.

Conditions have the words of the embedded broker's peek (docs/extensions.md): a field, and what it must be. Patterns
come from people and bodies from anybody, so both are bounded: what is too large, or takes too long, is counted as not
searched and does not match.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from brokerctl import patterns
from brokerctl.clients.base import BrokerClient, Message
from brokerctl.errors import OperationCancelled, RequestRefused
from brokerctl.members import ABSENT, MAX_PATH, inside, of_body
from brokerctl.operations.fingerprint import Fingerprints
from brokerctl.operations.looking import passing
from brokerctl.operations.progress import Control, Outcome, Tally

MAX_SEARCHED_BYTES = 1_048_576
"""Of a body that is read as JSON or searched by a pattern."""

PATTERN_SECONDS = 0.05
"""For one pattern in one message."""

MAX_FOUND_BYTES = 64 * 1024 * 1024
"""Bodies of what was found; the search ends there and says so."""

REPORTED = 200
"""Progress is reported after so many messages."""

PLAIN = ("body", "exchange", "routing_key")
FAMILIES = ("body.", "headers.", "properties.")

_NOT_SEARCHED: Any = object()


class Comparison(StrEnum):
    """What a field must do."""

    EQUALS = "equals"
    """Be this value. For a value that is no text: be what the given text says as JSON."""
    CONTAINS = "contains"
    MATCHES = "matches"
    """Be found by this regular expression, anywhere in it."""
    EXISTS = "exists"


@dataclass(slots=True, frozen=True)
class Condition:
    """`field` is body, body.<path in a JSON body>, exchange, routing_key, headers.<name> or properties.<name>."""

    field: str
    test: Comparison
    value: str = ""

    def check(self) -> None:
        """Raises RequestRefused with what to do."""
        is_known = self.field in PLAIN or any(
            self.field.startswith(family) and self.field != family for family in FAMILIES
        )
        if not is_known:
            known = ", ".join([*PLAIN, *(f"{family}<name>" for family in FAMILIES)])
            raise RequestRefused(f"there is no field {self.field}; use one of {known}")
        if len(self.field) > MAX_PATH:
            raise RequestRefused(f"a field takes at most {MAX_PATH} characters, not {len(self.field)}")
        if self.test is Comparison.MATCHES and not patterns.is_valid(self.value):
            raise RequestRefused(f"{self.value!r} is not a regular expression, or one that takes too much to compile")

    def holds(self, message: Message) -> bool | None:
        """None when it could not be told."""
        value = self._read(message)
        if value is _NOT_SEARCHED:
            return None
        if value is ABSENT:
            return False
        match self.test:
            case Comparison.EXISTS:
                return True
            case Comparison.CONTAINS:
                return self.value.encode() in _bytes(value)
            case Comparison.MATCHES:
                return patterns.finds(self.value, _text(value), PATTERN_SECONDS)
            case Comparison.EQUALS:
                return _equals(value, self.value)

    def _read(self, message: Message) -> Any:
        family, _, name = self.field.partition(".")
        is_bounded = self.test is Comparison.MATCHES or (family == "body" and name)
        if family == "body" and is_bounded and len(message.body) > MAX_SEARCHED_BYTES:
            return _NOT_SEARCHED
        match family:
            case "body":
                return of_body(message.body, name) if name else message.body
            case "headers":
                return inside(message.headers, name)
            case "properties":
                return message.properties.get(name, ABSENT)
            case "exchange":
                return message.exchange
            case _:
                return message.routing_key


@dataclass(slots=True, frozen=True)
class Hit:
    position: int
    """Its place in the queue, the head is 0."""
    fingerprint: str
    message: Message


@dataclass(slots=True)
class Found:
    hits: list[Hit] = field(default_factory=list)
    looked_at: int = 0
    ready: int = 0
    not_searched: int = 0
    """Bodies that were too large, or took a pattern too long."""


def search(
    client: BrokerClient,
    vhost: str,
    queue: str,
    conditions: Sequence[Condition],
    *,
    limit: int | None = None,
    count: int | None = None,
    control: Control | None = None,
) -> Found:
    """Every message that meets all conditions, head first.

    Ends after `limit` hits or `count` messages looked at. Raises OperationCancelled, RequestRefused for a condition
    that cannot be or a look that would harm.
    """
    for condition in conditions:
        condition.check()
    control = control or Control()
    found, tally, fingerprints, size = Found(), Tally(), Fingerprints(), 0
    with passing(client, vhost, queue, count) as messages:
        found.ready = messages.ready
        tally.total = messages.ready if count is None else min(count, messages.ready)
        control.report(tally)
        for position, message in enumerate(messages):
            fingerprint = fingerprints.of(message)
            found.looked_at += 1
            tally.add(Outcome.READ)
            if _matches(message, conditions, found):
                found.hits.append(Hit(position, fingerprint, message))
                size += len(message.body)
            if len(found.hits) == limit or size > MAX_FOUND_BYTES:
                break
            if found.looked_at % REPORTED == 0:
                control.report(tally)
                if control.is_cancelled():
                    raise OperationCancelled(f"cancelled after {found.looked_at} messages; all are in their places")
    control.report(tally)
    return found


def _matches(message: Message, conditions: Sequence[Condition], found: Found) -> bool:
    for condition in conditions:
        holds = condition.holds(message)
        if holds is None:
            found.not_searched += 1
        if not holds:
            return False
    return True


def _equals(value: Any, wanted: str) -> bool:
    if isinstance(value, str | bytes):
        return _bytes(value) == wanted.encode()
    try:
        parsed = json.loads(wanted)
    except ValueError:
        return False
    # In Python True is 1; in JSON it is not.
    return isinstance(value, bool) is isinstance(parsed, bool) and bool(value == parsed)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode(errors="replace")
