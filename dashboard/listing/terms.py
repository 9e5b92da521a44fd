"""The filter language of every table: `ready>1000 consumers:0 name~^orders -state:idle "free text"`.

Terms are and-ed, a leading `-` negates. A closed grammar over declared columns: nothing a person types is evaluated,
and patterns have a time limit, because they come from people and names from brokers.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import translate
from typing import Generic

import regex

from dashboard.declaring.patterns import BadPattern, compiled
from dashboard.listing.columns import Column, Kind, Row, Value

TERM = re.compile(
    r"""(?P<not>-?)(?:(?P<name>[a-z][a-z_]*)(?P<sign>>=|<=|[:=~<>]))?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))"""
)
UNFINISHED = re.compile(r"[a-z][a-z_]*(?:>=|<=|[:=~<>])")

PATTERN_SECONDS = 0.25
"""All of the patterns' work in one table: an honest one needs 10 ms for 10,000 names."""

BYTES = {"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
SECONDS = {"": 1, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
COUNTS = {"": 1, "k": 1e3, "m": 1e6}
UNITS: dict[Kind, dict[str, float]] = {
    Kind.NUMBER: COUNTS,
    Kind.RATE: COUNTS,
    Kind.BYTES: BYTES,
    Kind.SHARE: {"": 0.01, "%": 0.01},
    Kind.SECONDS: SECONDS,
    Kind.SINCE: SECONDS,
}
EXAMPLES = {Kind.BYTES: "10MiB", Kind.SHARE: "50%", Kind.SECONDS: "10m", Kind.SINCE: "2h"}
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    ":": operator.eq,
    "=": operator.eq,
}

Test = Callable[[Row], bool]


class FilterProblem(ValueError):
    """A term that cannot be understood, or a pattern that takes too long. A sentence for whoever typed it."""


@dataclass(slots=True, frozen=True)
class Filter(Generic[Row]):
    text: str
    tests: tuple[Test[Row], ...]
    error: str = ""
    """About the first term that was not understood; those before it hold."""

    def keep(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that match. Raises FilterProblem when a pattern takes too long."""
        kept = list(rows)
        for test in self.tests:
            kept = [row for row in kept if test(row)]
        return kept


def parse(text: str, columns: Sequence[Column[Row]], now: datetime | None = None) -> Filter[Row]:
    """The filter that a person typed; what is wrong with it is in `error`."""
    tests: list[Test[Row]] = []
    budget = _Budget()
    for match in TERM.finditer(text):
        try:
            test = _test(match, columns, now or datetime.now(UTC), budget)
        except FilterProblem as problem:
            return Filter(text, tuple(tests), str(problem))
        tests.append(_negated(test) if match["not"] else test)
    return Filter(text, tuple(tests))


def _negated(test: Test[Row]) -> Test[Row]:
    return lambda row: not test(row)


def _test(match: re.Match[str], columns: Sequence[Column[Row]], now: datetime, budget: _Budget) -> Test[Row]:
    name, sign = match["name"], match["sign"]
    value = match["quoted"] if match["quoted"] is not None else match["bare"]
    if name is None:
        if match["quoted"] is None and UNFINISHED.fullmatch(value):
            raise FilterProblem(
                f'{value} has no value. Write it behind the sign, as in {value}x, or "{value}" in quotes.'
            )
        return _anywhere(value, columns)
    column = next((each for each in columns if each.name == name), None)
    if column is None:
        return _unknown(name, sign, value, columns)
    if column.kind.is_number:
        return _number(column, sign, value, now)
    if sign == "~":
        return _pattern(column, value, budget)
    if sign not in ":=":
        raise FilterProblem(f"{name} is not a number: write {name}:{value}, or {name}~{value} for a pattern.")
    if column.kind is Kind.WORD:
        return _word(column, value)
    if column.kind is Kind.FLAG:
        return _flag(column, value)
    return _whole(column, value)


def _unknown(name: str, sign: str, value: str, columns: Sequence[Column[Row]]) -> Test[Row]:
    """A colon is common in names, so `Shop:Ordered` is a text; but a slip of the pen is not taken for one."""
    names = [column.name for column in columns]
    close = get_close_matches(name, names, 1)
    if sign == ":" and not close:
        return _anywhere(f"{name}:{value}", columns)
    hint = f"Did you mean {close[0]}?" if close else f"There are {', '.join(names)}."
    raise FilterProblem(f'There is no column {name}. {hint} Put it in quotes to look for "{name}{sign}{value}".')


def _anywhere(text: str, columns: Sequence[Column[Row]]) -> Test[Row]:
    wanted = text.lower()
    reads = [column.value for column in columns if column.is_searched]
    return lambda row: any(wanted in part for read in reads for part in _lowered(read(row)))


def _whole(column: Column[Row], value: str) -> Test[Row]:
    """The whole value, with * and ?, whatever its case."""
    matches = re.compile(translate(value.lower())).match
    read = column.value
    return lambda row: any(matches(part) for part in _lowered(read(row)))


def _lowered(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value.lower(),)
    if isinstance(value, tuple):
        return tuple(part.lower() for part in value)
    return () if value is None else (str(value).lower(),)


def _pattern(column: Column[Row], value: str, budget: _Budget) -> Test[Row]:
    try:
        pattern = compiled(value)
    except BadPattern as error:
        raise FilterProblem(f"{error} Write a regular expression, as in {column.name}~^a.") from None
    read = column.value
    return lambda row: any(budget.search(pattern, part) for part in _texts(read(row)))


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (str(value),)


class _Budget:
    """The time that all patterns of a filter may take for all rows together."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = PATTERN_SECONDS

    def search(self, pattern: regex.Pattern[str], text: str) -> bool:
        began = time.perf_counter()
        try:
            if self._left <= 0:
                raise TimeoutError
            return pattern.search(text, timeout=self._left) is not None
        except TimeoutError:
            raise FilterProblem(
                f"The pattern {pattern.pattern} takes too long. Write one with fewer repetitions, such as ^orders."
            ) from None
        finally:
            self._left -= time.perf_counter() - began


def _word(column: Column[Row], value: str) -> Test[Row]:
    test = column.words.get(value.lower())
    if test is None:
        raise FilterProblem(f"{column.name}:{value} is not known. There are {', '.join(column.words)}.")
    return test


def _flag(column: Column[Row], value: str) -> Test[Row]:
    if value.lower() not in ("yes", "no"):
        raise FilterProblem(f"{column.name} takes yes or no, as in {column.name}:yes.")
    wanted, read = value.lower() == "yes", column.value
    return lambda row: read(row) is wanted


def _number(column: Column[Row], sign: str, value: str, now: datetime) -> Test[Row]:
    if sign == "~":
        raise FilterProblem(
            f"{column.name} is a number: compare it, as in {column.name}>{EXAMPLES.get(column.kind, '1000')}."
        )
    units = UNITS[column.kind]
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z%]*)", value.lower().replace(",", ""))
    if match is None or match[2] not in units:
        example = f"{column.name}>{EXAMPLES.get(column.kind, '1000')}"
        raise FilterProblem(f"{value} is not a number for {column.name}. Write one, as in {example}.")
    limit, compare = float(match[1]) * units[match[2]], COMPARE[sign]
    read = column.value
    if column.kind is Kind.SINCE:
        return lambda row: (age := _age_seconds(read(row), now)) is not None and compare(age, limit)
    return lambda row: isinstance(number := read(row), int | float) and compare(number, limit)


def _age_seconds(value: Value, now: datetime) -> float | None:
    return (now - value).total_seconds() if isinstance(value, datetime) else None
