"""The past of a queue, of a broker, or of all brokers together, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard.looks.charted import Column
from dashboard.models import Broker
from dashboard.pages.confirm import Crumb


@dataclass(slots=True, frozen=True)
class PastRow:
    at: datetime
    cells: tuple[tuple[float | None, str], ...]
    """(value, format of its column); None: not known."""
    happened: tuple[str, ...] = ()
    """Labels of marks until the next row."""


@dataclass(slots=True, frozen=True)
class PastPage:
    broker: Broker | None
    """None: all brokers that this person sees as a whole."""
    of: str
    """The name of what it is the past of."""
    crumbs: tuple[Crumb, ...]
    columns: tuple[Column, ...]
    rows: tuple[PastRow, ...]
    """Newest first."""
    range: str
    ranges: tuple[str, ...]
    point_seconds: int
    """Each row is a mean of so many seconds."""
    why_empty: str
    """Where there may be no row: when something is kept."""


def cells(values: Iterable[float | None], columns: tuple[Column, ...]) -> tuple[tuple[float | None, str], ...]:
    """Of a row, from the values of these columns."""
    return tuple((value, column.format) for value, column in zip(values, columns, strict=True))
