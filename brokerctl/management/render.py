"""JSON out: rows made and encoded in small pieces, because one big json.dumps holds up the broker's loop.

Ten thousand queues take a tenth of a second to encode, and the encoder does not let go of the interpreter, so a thread
would not help. Compression does let go and runs in one.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from starlette.responses import Response

from brokerctl.management import negotiation
from brokerctl.management.call import Call
from brokerctl.management.turns import Turns
from brokerctl.management.values import Json

T = TypeVar("T")

BATCH = 100
"""Rows made and encoded in one piece: about two milliseconds."""

COMPRESS_BYTES = 1400
"""What fits one packet is not worth compressing."""

IN_THREAD_BYTES = 65_536
"""Compressing this much takes about a millisecond."""

GZIP_LEVEL = 1
"""JSON of many alike rows shrinks tenfold at the fastest level already."""

Columns = dict[str, "Columns"]
"""Names of columns, each with those of what is below it; with none all of that is wanted."""

ABSENT: Any = object()
"""The value of a field that this object has not: its key is left out."""

Field = Callable[[T, Call], Any]
Fields = Mapping[str, Field[T]]
RowMaker = Callable[[T, Call, frozenset[str] | None], Json]
"""Makes the row of one object; with names, only those keys need to be there."""


class Rows(Generic[T]):
    """Rows from a table of fields, so that a list of two columns computes two values per object."""

    def __init__(
        self, fields: Fields[T], plain: Callable[[Call], frozenset[str]] | None, keys: Fields[T] | None
    ) -> None:
        self._fields = fields
        self._plain = plain
        self._keys = keys or {}
        self._chosen = lru_cache(self._choose)

    def __call__(self, item: T, call: Call, wanted: frozenset[str] | None) -> Json:
        if self._plain is not None and not call.has_stats:
            wanted = self._plain(call) if wanted is None else wanted & self._plain(call)
        found: Json = {}
        for name, read in self._chosen(wanted):
            value = read(item, call)
            if value is not ABSENT:
                found[name] = value
        return found

    def field(self, path: list[str], call: Call) -> Field[T] | None:
        """What reads one value without making a row; None when only a row can tell."""
        if self._plain is not None and not call.has_stats and path[0] not in self._plain(call):
            return lambda item, call: ABSENT
        return self._keys.get(".".join(path)) or (self._fields.get(path[0]) if len(path) == 1 else None)

    def _choose(self, wanted: frozenset[str] | None) -> list[tuple[str, Field[T]]]:
        return [(name, read) for name, read in self._fields.items() if wanted is None or name in wanted]


def row_of(
    fields: Fields[T],
    plain: Callable[[Call], frozenset[str]] | None = None,
    keys: Fields[T] | None = None,
) -> Rows[T]:
    """`plain` names the fields that remain without statistics; None: there are no statistics among them.

    `keys` read what long lists are sorted by, by path with dots, where that is cheaper than making the field.
    """
    return Rows(fields, plain, keys)


def as_it_is(item: Json, call: Call, wanted: frozenset[str] | None) -> Json:
    """For objects that are rows already."""
    return item


def columns_of(call: Call) -> Columns | None:
    """The projection that was asked for; None for everything."""
    return parse_columns(call.request.query_params.get("columns", ""))


def parse_columns(asked: str) -> Columns | None:
    """From names between commas, with dots for what is below."""
    wanted: Columns = {}
    # Short ones first: "a" asks for all that "a.b" asks a part of.
    for path in sorted((column.split(".") for column in asked.split(",") if column), key=len):
        below = wanted
        for step in path[:-1]:
            if below.get(step) == {}:
                break
            below = below.setdefault(step, {})
        else:
            below.setdefault(path[-1], {})
    return wanted or None


def top_level(columns: Columns | None) -> frozenset[str] | None:
    return None if columns is None else frozenset(columns)


def project(row: Json, columns: Columns | None) -> Json:
    """Only these columns of the row, and of the objects in its lists. What is not there stays away."""
    if columns is None:
        return row
    found: Json = {}
    for name, below in columns.items():
        if name not in row:
            continue
        value = row[name]
        if not below:
            found[name] = value
        elif isinstance(value, dict):
            found[name] = project(value, below)
        elif isinstance(value, list):
            found[name] = [project(item, below) for item in value if isinstance(item, dict)]
    return found


async def one(call: Call, item: T, make: RowMaker[T]) -> Response:
    """The reply for a single object."""
    columns = columns_of(call)
    return await value(call, project(make(item, call, top_level(columns)), columns))


async def value(call: Call, body: Any, status: int = 200) -> Response:
    return await _response(call, dumps(body), status)


async def rows(call: Call, items: Sequence[T], make: RowMaker[T], envelope: Json | None = None) -> Response:
    """The reply for a list: a bare array, or `items` inside the envelope of a page."""
    columns = columns_of(call)
    wanted = top_level(columns)
    turns, parts = Turns(), list[bytes]()
    for batch in batches(items):
        made = [project(make(item, call, wanted), columns) for item in batch]
        parts.append(dumps(made)[1:-1])
        await turns.give_way()
    body = b"[" + b",".join(parts) + b"]"
    if envelope is not None:
        body = dumps(envelope)[:-1] + b',"items":' + body + b"}"
    return await _response(call, body, 200)


def batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def dumps(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def text(call: Call, body: bytes, headers: dict[str, str]) -> Response:
    """The reply for JSON that is text already."""
    return await _response(call, body, 200, headers)


async def _response(call: Call, body: bytes, status: int, more_headers: Mapping[str, str] | None = None) -> Response:
    headers = dict(more_headers or {})
    if len(body) > COMPRESS_BYTES and negotiation.takes_gzip(call.request):
        if len(body) > IN_THREAD_BYTES:
            body = await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL)
        else:
            body = gzip.compress(body, GZIP_LEVEL)
        headers["content-encoding"] = "gzip"
    return Response(body, status, headers, media_type="application/json")


def done(status: int = 204, location: str | None = None) -> Response:
    """The reply of a change: no body."""
    return Response(status_code=status, headers={"location": location} if location else None)
