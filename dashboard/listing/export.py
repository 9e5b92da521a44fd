"""What matches, as CSV (RFC 4180): values as they are, not as they are written for people."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

from django.http import StreamingHttpResponse

from dashboard.listing.columns import Row, Value
from dashboard.listing.table import Listing

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a text that begins so, and whoever may declare a queue chooses its name."""


class _Line:
    """csv.writer's idea of a file: what is written is handed on."""

    def write(self, line: str) -> str:
        return line


def response(listing: Listing[Row], name: str) -> StreamingHttpResponse:
    """All that matches, in the order and with the columns of the page."""
    answer = StreamingHttpResponse(_lines(listing), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(listing: Listing[Row]) -> Iterator[str]:
    write = csv.writer(_Line()).writerow
    yield write([column.name for column in listing.columns])
    for row in listing.matching:
        yield write([_plain(column.value(row)) for column in listing.columns])


def _plain(value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else str(value)
