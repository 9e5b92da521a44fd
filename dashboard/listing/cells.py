"""How a row is drawn: one cell for each column, the same when it is first shown and when it is fetched again.

In Python, not in templates: a page has some fifteen hundred cells, and a template takes ten times as long for each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from dashboard import words
from dashboard.listing.columns import Column, Kind, Row, Value
from dashboard.listing.table import Listing
from dashboard.templatetags import amqp

LIVE_FORMATS = frozenset({Kind.NUMBER, Kind.RATE, Kind.BYTES, Kind.SHARE, Kind.SECONDS, Kind.SINCE})
"""Kinds whose value alone is what the cell says: static/js/format.js has a function of the same name."""


ZEROES = frozenset({"0", "0 B", "0 %", amqp.UNKNOWN})
"""Dimmed: what stands out is where something is. static/js/cells.js does the same."""


def row(listing: Listing[Row], each: Row, *, is_selectable: bool) -> SafeString:
    """One <tr>. The first cell is its heading; a box to tick stands in it, so that both stay in sight together."""
    key = conditional_escape(listing.table.key(each))
    cells = [_heading(listing.columns[0], each, key if is_selectable else "")]
    cells += [_cell(column, each) for column in listing.columns[1:]]
    return mark_safe(f'<tr data-row="{key}">{"".join(cells)}</tr>')  # noqa: S308  # every part is escaped where it is made


def _heading(column: Column[Row], each: Row, key: str) -> str:
    name = conditional_escape(str(column.value(each)))
    box = f'<input class="check" type="checkbox" name="row" value="{key}" aria-label="Select {name}">' if key else ""
    return f'<th scope="row"><span class="tbl__head">{box}{inside(column, each)}</span></th>'


def _cell(column: Column[Row], each: Row) -> str:
    css = " ".join(
        name
        for name, is_wanted in (
            ("num", column.is_right),
            ("dim", column.kind in (Kind.TEXT, Kind.FLAG) and column.draw is None),
            ("wide-only", column.is_wide),
        )
        if is_wanted
    )
    live = ""
    if column.is_live:
        live = f' data-cell="{column.name}"'
        if column.kind in LIVE_FORMATS and column.draw is None:
            live += f' data-format="{column.kind.value}"'
    attribute = f" {column.attribute}" if column.attribute else ""
    return f"<td{f' class={chr(34)}{css}{chr(34)}' if css else ''}{live}{attribute}>{inside(column, each)}</td>"


def inside(column: Column[Row], each: Row) -> str:
    """The escaped inside of a cell."""
    if column.draw is not None:
        return str(column.draw(each))
    return _DRAWN[column.kind](column.value(each))


def _number(write: Callable[[float | None], str]) -> Callable[[Value], str]:
    def drawn(value: Value) -> str:
        text = write(value if isinstance(value, int | float) else None)
        return f'<span class="z">{text}</span>' if text in ZEROES else str(conditional_escape(text))

    return drawn


def _text(value: Value) -> str:
    return str(conditional_escape(words.visible(str(value)))) if value not in (None, "") else _NOTHING


def _flag(value: Value) -> str:
    return _NOTHING if value is None else "yes" if value else "no"


def _tags(value: Value) -> str:
    found = value if isinstance(value, tuple) else ()
    return " ".join(str(conditional_escape(words.visible(each))) for each in found) or _NOTHING


def _since(value: Value) -> str:
    if not isinstance(value, datetime):
        return _NOTHING
    utc = value.astimezone(UTC)
    return f'<span title="{utc:%Y-%m-%d %H:%M:%S} UTC">{conditional_escape(amqp.age(value))}</span>'


_NOTHING = f'<span class="z">{amqp.UNKNOWN}</span>'

_DRAWN: dict[Kind, Callable[[Value], str]] = {
    Kind.TEXT: _text,
    Kind.WORD: _text,
    Kind.NUMBER: _number(amqp.number),
    Kind.RATE: _number(amqp.rate),
    Kind.BYTES: _number(amqp.size),
    Kind.SHARE: _number(amqp.share),
    Kind.SECONDS: _number(amqp.lasting),
    Kind.SINCE: _since,
    Kind.FLAG: _flag,
    Kind.TAGS: _tags,
}
