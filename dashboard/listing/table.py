"""From all rows of a table and an address to the page of rows that is shown. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, Generic

from dashboard.listing import terms
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Row, Value


@dataclass(slots=True, frozen=True)
class View:
    """A filter with a name, as a tab above the table."""

    title: str
    asked: Asked
    pk: int | None = None
    """Of one that the person saved; None for those that everybody has."""


@dataclass(slots=True, frozen=True)
class Table(Generic[Row]):
    name: str
    """Of its saved views and chosen columns: [a-z-]+."""
    noun: str
    nouns: str
    columns: tuple[Column[Row], ...]
    """The first is what a row is called: it stays where it is, and in sight."""
    key: Callable[[Row], str]
    """Names a row in its feed and in selections; without white space."""
    sort: str
    """Of those who did not choose an order."""
    tie: Callable[[Row], Any]
    """Equal rows go by this."""
    views: tuple[View, ...] = ()
    example: str = ""
    """Terms to show in the empty field of the filter."""

    def column(self, name: str) -> Column[Row] | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_shown)


@dataclass(slots=True, frozen=True)
class Tab:
    title: str
    href: str
    count: int
    is_current: bool
    pk: int | None


@dataclass(slots=True, frozen=True)
class Head(Generic[Row]):
    """A column's title; `href` sorts by it, and the other way round when it is sorted by already."""

    column: Column[Row]
    href: str
    direction: str
    """'ascending', 'descending', or '' when the table is not sorted by it."""


@dataclass(slots=True, frozen=True)
class Listing(Generic[Row]):
    """A page of a table, for templates/lists."""

    table: Table[Row]
    asked: Asked
    columns: tuple[Column[Row], ...]
    heads: tuple[Head[Row], ...]
    rows: tuple[Row, ...]
    matching: Sequence[Row] = field(repr=False)
    """All rows that match, in order."""
    total: int
    """Rows without the filter, in the chosen vhost."""
    known: int
    """Rows of all vhosts: when this changes, rows came or went."""
    page: int
    pages: int
    error: str
    """Why the filter was not understood, or ''."""
    vhosts: tuple[str, ...]
    tabs: tuple[Tab, ...]
    is_chosen: bool
    """Whether other columns are shown than the table's own."""

    @property
    def count(self) -> int:
        return len(self.matching)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.asked.rows + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.page * self.asked.rows, self.count)

    @property
    def previous(self) -> str:
        return self.asked.but(page=self.page - 1).link if self.page > 1 else ""

    @property
    def next(self) -> str:
        return self.asked.but(page=self.page + 1).link if self.page < self.pages else ""


def arrange(
    table: Table[Row],
    rows: Sequence[Row],
    asked: Asked,
    *,
    chosen: tuple[str, ...] = (),
    saved: Sequence[View] = (),
    vhosts: Sequence[str] = (),
    now: datetime | None = None,
    counts: bool = True,
    is_tied: bool = False,
) -> Listing[Row]:
    """The page that `asked` is about. `chosen` are the columns that the person keeps, `saved` their views.

    Without `counts` there are no tabs: each costs as much as the filter itself. `is_tied` says that the rows come in
    the order of the table's tie already: of ten thousand that saves a third of the work.
    """
    here = in_vhost(table, rows, asked.vhost)
    matching, error = match(table, here, asked.filter, now)
    by, is_descending = _order(table, asked)
    ordered = sort(table, matching, by, is_descending=is_descending, is_tied=is_tied)
    pages = max(1, -(-len(ordered) // asked.rows))
    page = min(asked.page, pages)
    columns = _columns(table, asked.columns or chosen)
    return Listing(
        table=table,
        asked=asked,
        columns=columns,
        heads=tuple(_head(column, asked, by, is_descending) for column in columns),
        rows=tuple(ordered[(page - 1) * asked.rows : page * asked.rows]),
        matching=ordered,
        total=len(here),
        known=len(rows),
        page=page,
        pages=pages,
        error=error,
        vhosts=tuple(sorted({*vhosts, *filter(None, (asked.vhost,))})),
        tabs=tuple(_tab(table, rows, view, asked, now) for view in (*table.views, *saved)) if counts else (),
        is_chosen=tuple(column.name for column in columns) != table.shown,
    )


def in_vhost(table: Table[Row], rows: Sequence[Row], vhost: str) -> Sequence[Row]:
    column = table.column("vhost")
    return [row for row in rows if column.value(row) == vhost] if vhost and column else rows


def match(table: Table[Row], rows: Sequence[Row], text: str, now: datetime | None = None) -> tuple[Sequence[Row], str]:
    """The rows that a filter keeps, and what is wrong with it ('' for nothing)."""
    if not text:
        return rows, ""
    wanted = terms.parse(text, table.columns, now)
    try:
        return wanted.keep(rows), wanted.error
    except terms.FilterProblem as problem:
        return (), str(problem)


def sort(table: Table[Row], rows: Sequence[Row], by: str, *, is_descending: bool, is_tied: bool = False) -> list[Row]:
    """By one column; equal rows by the table's tie. What is not known goes last, whichever way."""
    column = table.column(by)
    named = list(rows) if is_tied else sorted(rows, key=table.tie)
    if column is None:
        return named
    read: Callable[[Row], Any] = column.order or column.value
    if column.order is None and column.kind in (Kind.TEXT, Kind.WORD):
        read = partial(_folded, column.value)
    keyed = [(read(row), row) for row in named]
    known = [each for each in keyed if each[0] is not None]
    known.sort(key=itemgetter(0), reverse=is_descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def _folded(read: Callable[[Row], Value], row: Row) -> str | None:
    value = read(row)
    return None if value is None else str(value).lower()


def _order(table: Table[Row], asked: Asked) -> tuple[str, bool]:
    by = asked.sort.removeprefix("-")
    column = table.column(by)
    text = asked.sort if column is not None and column.is_sortable else table.sort
    # A column of ages sorts by times, and the greatest age has the smallest time.
    column = table.column(text.removeprefix("-"))
    is_turned = column is not None and column.kind is Kind.SINCE and column.order is None
    return text.removeprefix("-"), text.startswith("-") != is_turned


def _columns(table: Table[Row], names: tuple[str, ...]) -> tuple[Column[Row], ...]:
    """In the order of their names, the table's first one always first; unknown names are left out."""
    found = [column for name in dict.fromkeys(names or table.shown) if (column := table.column(name)) is not None]
    first = table.columns[0]
    return (first, *(column for column in found if column is not first))


def _head(column: Column[Row], asked: Asked, by: str, is_descending: bool) -> Head[Row]:
    is_turned = column.kind is Kind.SINCE and column.order is None
    if column.name != by:
        # The largest number is what people look for, and the first name.
        wanted = f"-{column.name}" if column.kind.is_number else column.name
        return Head(column, asked.but(sort=wanted).link if column.is_sortable else "", "")
    is_shown_descending = is_descending != is_turned
    wanted = column.name if is_shown_descending else f"-{column.name}"
    return Head(column, asked.but(sort=wanted).link, "descending" if is_shown_descending else "ascending")


def _tab(table: Table[Row], rows: Sequence[Row], view: View, asked: Asked, now: datetime | None) -> Tab:
    if view.pk is None:
        wanted = asked.but(filter=view.asked.filter)
        is_current = asked.filter == view.asked.filter
    else:
        wanted = view.asked
        is_current = asked.but(rows=view.asked.rows) == view.asked
    count = len(match(table, in_vhost(table, rows, wanted.vhost), wanted.filter, now)[0])
    return Tab(view.title, wanted.link, count, is_current, view.pk)
