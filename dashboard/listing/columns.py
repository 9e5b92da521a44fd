"""What a column is: a name, a kind and where its value comes from. Everything else follows from the kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from django.utils.safestring import SafeString

Row = TypeVar("Row")
Value = str | int | float | bool | datetime | tuple[str, ...] | None
"""None is "not known": it is drawn as a dash, matches no comparison, and is last in every order."""


class Kind(Enum):
    """How a value is written, compared and typed in a filter."""

    TEXT = "text"
    NUMBER = "number"
    RATE = "rate"
    """Per second."""
    BYTES = "bytes"
    SHARE = "share"
    """0 to 1; people read and type percent."""
    SECONDS = "lasting"
    SINCE = "since"
    """An aware datetime; people read and type how long ago that is."""
    FLAG = "flag"
    TAGS = "tags"
    """Several short texts."""
    WORD = "word"
    """One of the column's `words`, each with a test of its own; its value is the text in the cell."""

    @property
    def is_number(self) -> bool:
        return self in NUMBERS


NUMBERS = frozenset({Kind.NUMBER, Kind.RATE, Kind.BYTES, Kind.SHARE, Kind.SECONDS, Kind.SINCE})


@dataclass(slots=True, frozen=True)
class Column(Generic[Row]):
    name: str
    """In filters, in `sort` and `columns` of the address, and of the value in a live feed: [a-z][a-z_]*."""
    title: str
    kind: Kind
    value: Callable[[Row], Value]
    hint: str = ""
    is_live: bool = False
    """Whether the table's feed has it, so that it changes in place."""
    is_shown: bool = True
    """Whether it is there before anybody chose columns."""
    is_wide: bool = False
    """Left out on a phone."""
    is_searched: bool = False
    """Whether words without a column's name are looked for in it."""
    is_sortable: bool = True
    words: Mapping[str, Callable[[Row], bool]] = field(default_factory=dict)
    """Of kind WORD: what can be typed behind the colon."""
    order: Callable[[Row], Any] | None = None
    """What to sort by where that is not the value."""
    draw: Callable[[Row], SafeString] | None = None
    """The inside of the cell where it is more than the value."""
    attribute: str = ""
    """An attribute of a cell that an element of the page looks for, such as 'data-spark="depth"'."""

    @property
    def is_right(self) -> bool:
        """Whether its cells are numbers to be read under each other."""
        return self.kind.is_number and self.draw is None
