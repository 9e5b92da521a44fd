"""Filter, sort and cut a list of queues: the terms people type, e.g. `orders state:stuck ready>1000 consumers:0`.

A closed grammar over known fields: nothing a person types is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.pages.queues import Listed
from dashboard.verdicts import Status

PAGE_ROWS = 100

NUMBERS: dict[str, Callable[[Listed], float | None]] = {
    "ready": lambda each: each.row.queue.messages_ready,
    "unacked": lambda each: each.row.queue.messages_unacknowledged,
    "total": lambda each: each.row.queue.messages,
    "in": lambda each: each.row.rates.publish,
    "out": lambda each: each.row.rates.deliver,
    "ack": lambda each: each.row.rates.ack,
    "consumers": lambda each: each.row.queue.consumers,
    "util": lambda each: each.row.queue.consumer_utilisation,
}
TEXTS: dict[str, Callable[[Listed], str]] = {
    "name": lambda each: each.row.queue.name,
    "vhost": lambda each: each.row.queue.vhost,
    "type": lambda each: each.row.queue.type,
    "policy": lambda each: each.row.queue.policy or "",
}
STATES: dict[str, Callable[[Listed], bool]] = {
    "stuck": lambda each: each.verdict.status is Status.CRIT,
    "attention": lambda each: each.verdict.needs_attention,
    "idle": lambda each: each.verdict.status is Status.IDLE,
    "ok": lambda each: each.verdict.status is Status.OK,
}
FLAGS: dict[str, Callable[[Listed], bool]] = {
    "dlx": lambda each: (
        "x-dead-letter-exchange" in each.row.queue.arguments
        or "dead-letter-exchange" in each.row.queue.effective_policy
    ),
    "durable": lambda each: each.row.queue.durable,
    "exclusive": lambda each: each.row.queue.exclusive,
}
TERM = re.compile(r"^(?P<field>[a-z]+)(?P<sign>>=|<=|>|<|:|=)(?P<value>.+)$")

Test = Callable[[Listed], bool]


@dataclass(slots=True, frozen=True)
class Filter:
    """Terms are and-ed; one that begins with `-` is negated. `error` names the first that was not understood."""

    tests: tuple[Test, ...]
    error: str = ""

    def keeps(self, each: Listed) -> bool:
        return all(test(each) for test in self.tests)


def parse(text: str) -> Filter:
    """The filter a person typed."""
    tests: list[Test] = []
    for term in text.split():
        is_negated = len(term) > 1 and term.startswith("-")
        try:
            test = _test(term.removeprefix("-") if is_negated else term)
        except ValueError as error:
            return Filter(tuple(tests), str(error))
        tests.append(_negated(test) if is_negated else test)
    return Filter(tuple(tests))


def sort(rows: Iterable[Listed], by: str, *, is_descending: bool) -> list[Listed]:
    """By one field; ties by name. `state` puts the worst first. Unknown numbers go last."""
    named = sorted(rows, key=lambda each: (each.row.queue.name, each.row.queue.vhost))
    if by in NUMBERS:
        get = NUMBERS[by]
        known = [each for each in named if get(each) is not None]
        known.sort(key=lambda each: get(each) or 0, reverse=is_descending)
        return known + [each for each in named if get(each) is None]
    if by in TEXTS:
        return sorted(named, key=lambda each: TEXTS[by](each).lower(), reverse=is_descending)
    return sorted(named, key=lambda each: (each.verdict.status, -each.row.queue.messages_ready), reverse=is_descending)


def _test(term: str) -> Test:
    found = TERM.match(term)
    if found is None or found["field"] not in {*NUMBERS, *TEXTS, *FLAGS, "state"}:
        wanted = term.lower()
        return lambda each: wanted in each.row.queue.name.lower()
    field, sign, value = found["field"], found["sign"], found["value"]
    if field in NUMBERS:
        return _number_test(field, sign, value)
    if sign not in (":", "="):
        raise ValueError(f"{field} is not a number: write {field}:{value}")
    if field == "state":
        if value not in STATES:
            raise ValueError(f"state:{value} is not known; use {', '.join(STATES)}")
        return STATES[value]
    if field in FLAGS:
        if value not in ("yes", "no"):
            raise ValueError(f"{field} takes yes or no")
        return FLAGS[field] if value == "yes" else _negated(FLAGS[field])
    get, lowered = TEXTS[field], value.lower()
    return lambda each: lowered in get(each).lower()


def _number_test(field: str, sign: str, value: str) -> Test:
    try:
        limit = float(value)
    except ValueError:
        raise ValueError(f"{field}{sign}{value}: {value} is not a number") from None
    get = NUMBERS[field]
    compare: dict[str, Callable[[float], bool]] = {
        ">": lambda number: number > limit,
        "<": lambda number: number < limit,
        ">=": lambda number: number >= limit,
        "<=": lambda number: number <= limit,
        ":": lambda number: number == limit,
        "=": lambda number: number == limit,
    }
    check = compare[sign]
    return lambda each: (number := get(each)) is not None and check(number)


def _negated(test: Test) -> Test:
    return lambda each: not test(each)
