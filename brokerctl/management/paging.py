"""Lists: filter by name, sort, page (reference: "List parameters").

Rows are made only of what is shown: a page of a list sorted by one field costs that field for all, and a hundred rows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import regex
from starlette.datastructures import QueryParams
from starlette.responses import Response

from brokerctl import patterns
from brokerctl.management import render
from brokerctl.management.call import Call
from brokerctl.management.errors import Refusal, bad_request
from brokerctl.management.render import RowMaker
from brokerctl.management.values import Json

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500
FILTER_SECONDS = 0.1
"""For a whole list; patterns come from people, and the broker waits meanwhile."""


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

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        start = (self.number - 1) * self.size
        if start > len(items):
            reason = f"Page out of range, page: {self.number} page size: {self.size}, len: {len(items)}"
            raise Refusal(400, "page_out_of_range", reason)
        return items[start : start + self.size]

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
    if page is not None and name is not None:
        items = _named(items, name, asked)
    items = await _sorted(call, items, make)
    if page is None:
        return await render.rows(call, items, make)
    filtered = len(items)
    items = page.cut(items)
    return await render.rows(call, items, make, page.envelope(total, filtered, len(items)))


def _named(items: Sequence[T], name: Callable[[T], str], asked: QueryParams) -> Sequence[T]:
    wanted = asked.get("name", "")
    if not wanted:
        return items
    if asked.get("use_regex") != "true":
        wanted = wanted.casefold()
        return [item for item in items if wanted in name(item).casefold()]
    if len(wanted) > patterns.MAX_PATTERN:
        reason = f"the pattern is longer than {patterns.MAX_PATTERN} characters"
        raise Refusal(400, "invalid_pagination_parameters", reason)
    if not patterns.is_valid(wanted):
        # RabbitMQ answers an empty page to a pattern that is being typed and not yet whole.
        return []
    pattern = regex.compile(wanted, regex.IGNORECASE)
    deadline = time.monotonic() + FILTER_SECONDS
    try:
        return [item for item in items if pattern.search(name(item), timeout=max(0.001, deadline - time.monotonic()))]
    except TimeoutError:
        raise bad_request("the pattern takes too long to match; use a simpler one") from None


async def _sorted(call: Call, items: Sequence[T], make: RowMaker[T]) -> Sequence[T]:
    field = call.request.query_params.get("sort", "")
    is_reversed = call.flag("sort_reverse")
    if not field:
        return items[::-1] if is_reversed else items
    path = field.split(".")
    only = frozenset(path[:1])
    keyed: list[tuple[tuple[int, Any], T]] = []
    for batch in render.batches(items):
        keyed.extend((_key(make(item, call, only), path), item) for item in batch)
        await asyncio.sleep(0)
    keyed.sort(key=lambda pair: pair[0], reverse=is_reversed)
    return [item for _, item in keyed]


def _key(row: Any, path: list[str]) -> tuple[int, Any]:
    """Comparable with every other value of the field: numbers first, missing ones as 0, then texts, then the rest."""
    for step in path:
        row = row.get(step) if isinstance(row, dict) else None
    if row is None:
        return 0, 0
    if isinstance(row, int | float):
        return 0, row
    if isinstance(row, str):
        return 1, row
    return 2, repr(row)
