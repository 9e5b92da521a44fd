"""Lists: filter by name, sort, page (reference: "List parameters").

Rows are made only of what is shown: a page of a list sorted by one field costs that field for all, and a hundred rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import regex
from starlette.datastructures import QueryParams
from starlette.responses import Response

from brokerctl import patterns
from brokerctl.management import ordering, render
from brokerctl.management.call import Call
from brokerctl.management.errors import Refusal, bad_request
from brokerctl.management.render import Field, RowMaker, Rows
from brokerctl.management.turns import Turns
from brokerctl.management.values import Json

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500
FILTER_SECONDS = 0.5
"""Of matching, for a whole list; patterns come from people. Ten times what fifty thousand names take."""

MATCH_SECONDS = 0.01
"""For one name: the broker waits meanwhile."""

PIECE = 500
"""Names matched between two looks at the clock: a millisecond."""


@dataclass(slots=True, frozen=True)
class Page:
    number: int
    size: int

    @classmethod
    def parse(cls, asked: QueryParams) -> Page | None:
        """None when no page was asked for."""
        if "page" not in asked:
            return None
        try:
            number = int(asked["page"])
            size = int(asked.get("page_size") or DEFAULT_PAGE_SIZE)
        except ValueError:
            raise bad_request("Pagination parameters are invalid") from None
        if number < 1 or not 1 <= size <= MAX_PAGE_SIZE:
            told = asked.get("page_size", "undefined")
            reason = f"Invalid pagination parameters: page number {number}, page size {told}"
            raise Refusal(400, "invalid_pagination_parameters", reason)
        return cls(number, size)

    @property
    def end(self) -> int:
        """How many items it takes up to its last one."""
        return self.number * self.size

    def check(self, count: int) -> None:
        """Raises Refusal when a list of so many items has no such page."""
        if self.end - self.size > count:
            reason = f"Page out of range, page: {self.number} page size: {self.size}, len: {count}"
            raise Refusal(400, "page_out_of_range", reason)

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        return items[self.end - self.size : self.end]

    def envelope(self, total: int, filtered: int, shown: int) -> Json:
        return {
            "total_count": total,
            "filtered_count": filtered,
            "item_count": shown,
            "page": self.number,
            "page_size": self.size,
            "page_count": -(-filtered // self.size),
        }


async def listing(
    call: Call, items: Sequence[T], make: RowMaker[T], name: Callable[[T], str] | None = None
) -> Response:
    """The reply for a list that comes in its default order. It can be paged when `name` tells the name of an item."""
    asked = call.request.query_params
    page = Page.parse(asked) if name is not None else None
    total = len(items)
    if page is None or name is None:
        return await render.rows(call, await _sorted(call, items, make, total), make)
    items = await _named(items, name, asked)
    filtered = len(items)
    page.check(filtered)
    items = page.cut(await _sorted(call, items, make, page.end))
    return await render.rows(call, items, make, page.envelope(total, filtered, len(items)))


async def _named(items: Sequence[T], name: Callable[[T], str], asked: QueryParams) -> Sequence[T]:
    wanted = asked.get("name", "")
    if not wanted:
        return items
    if asked.get("use_regex") != "true":
        wanted = wanted.casefold()
        return await _those(items, lambda item: wanted in name(item).casefold())
    if len(wanted) > patterns.MAX_PATTERN:
        reason = f"the pattern is longer than {patterns.MAX_PATTERN} characters"
        raise Refusal(400, "invalid_pagination_parameters", reason)
    if not patterns.is_valid(wanted):
        # RabbitMQ answers an empty page to a pattern that is being typed and not yet whole.
        return []
    pattern = regex.compile(wanted, regex.IGNORECASE)
    try:
        return await _those(items, lambda item: _matches(pattern, name(item)))
    except TimeoutError:
        raise bad_request("the pattern takes too long to match; use a simpler one") from None


def _matches(pattern: regex.Pattern[str], name: str) -> bool:
    try:
        return pattern.search(name, timeout=MATCH_SECONDS) is not None
    except TimeoutError:
        # Whoever lost the processor in the middle of a match gets another one.
        return pattern.search(name, timeout=MATCH_SECONDS) is not None


async def _those(items: Sequence[T], is_wanted: Callable[[T], bool]) -> Sequence[T]:
    """In pieces: a list may be long, and a pattern slow. Raises TimeoutError when all of it takes too long."""
    turns, found, left = Turns(), list[T](), FILTER_SECONDS
    for start in range(0, len(items), PIECE):
        # Not the wall's clock: on a busy machine others may have the processor for most of it.
        begun = time.thread_time()
        found += filter(is_wanted, items[start : start + PIECE])
        left -= time.thread_time() - begun
        if left < 0:
            raise TimeoutError
        await turns.give_way()
    return found


async def _sorted(call: Call, items: Sequence[T], make: RowMaker[T], count: int) -> Sequence[T]:
    """The first `count` of the items in the order that was asked for."""
    field = call.request.query_params.get("sort", "")
    is_reversed = call.flag("sort_reverse")
    if not field:
        return items[::-1] if is_reversed else items
    return await ordering.first(items, _reader(call, make, field.split(".")), call, count, is_reversed=is_reversed)


def _reader(call: Call, make: RowMaker[T], path: list[str]) -> Field[T]:
    """What tells the value of a field, from the item itself where that can be, else from its row."""
    direct = make.field(path, call) if isinstance(make, Rows) else None
    if direct is not None:
        return direct
    only = frozenset(path[:1])

    def from_row(item: T, call: Call) -> Any:
        row: Any = make(item, call, only)
        for step in path:
            row = row.get(step) if isinstance(row, dict) else None
        return row

    return from_row
