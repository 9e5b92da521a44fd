"""What travels on the one websocket of a tab: JSON both ways. `static/js/live.js` is the other end.

From the browser:
    {"op": "subscribe", "feed": "queues:local", "only": ["~2F/orders"], "query": "sort=-ready"}
                                                start a feed; `only` limits a list to rows, `query` asks for their order
    {"op": "unsubscribe", "feed": …}
    {"op": "renew"}                                                       every LEASE_SECONDS / 3, or feeds end

To the browser:
    {"type": "snapshot", "feed", "seq", "at", "data"}    everything; replaces what was there
    {"type": "delta", "feed", "seq", "at", "data"}       a JSON merge patch (RFC 7396): null removes
    {"type": "tick", "at"}                               nothing changed, but we are alive
    {"type": "refused", "feed", "reason"}                no such feed for you
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LEASE_SECONDS = 45.0
"""A tab that is gone without a word costs this long at most."""

MAX_MESSAGE_BYTES = 65_536
MAX_FEEDS = 50
"""Per tab: a page has a handful."""

MAX_ONLY = 1_000
"""Rows that one list feed may name."""

MAX_QUERY = 4_000
"""Characters of a list's query."""

Data = dict[str, Any]


@dataclass(slots=True, frozen=True)
class Asked:
    op: str
    feed: str
    only: tuple[str, ...] | None
    query: str = ""
    """Of a list's address: its feed then has the keys of the rows that stand there now, as `order`."""


class BadMessage(Exception):
    """The browser sent something that is not of this protocol."""


def parse(text: str) -> Asked:
    """One message of the browser. Raises BadMessage."""
    if len(text) > MAX_MESSAGE_BYTES:
        raise BadMessage("message too long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(found, dict) or found.get("op") not in ("subscribe", "unsubscribe", "renew"):
        raise BadMessage("no op")
    feed, only = found.get("feed", ""), found.get("only")
    if not isinstance(feed, str) or not _is_text(feed):
        raise BadMessage("feed is not a text")
    query = found.get("query") or ""
    if not isinstance(query, str) or len(query) > MAX_QUERY:
        raise BadMessage("query is not a short text")
    if only is None:
        return Asked(found["op"], feed, None, query)
    if not isinstance(only, list) or len(only) > MAX_ONLY or not all(isinstance(row, str) for row in only):
        raise BadMessage("only is not a list of rows")
    return Asked(found["op"], feed, tuple(only), query)


def _is_text(value: str) -> bool:
    """JSON can hold halves of surrogate pairs, which no answer could carry."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def encode(kind: str, **values: Any) -> str:
    return json.dumps({"type": kind, **values}, separators=(",", ":"), ensure_ascii=False, default=str)


def merge_patch(old: Data, new: Data) -> Data:
    """The RFC 7396 patch from old to new; empty when nothing changed. None in `new` and a missing key are the same."""
    patch: Data = {}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if inner := merge_patch(before, value):
                patch[key] = inner
        elif value != before:
            patch[key] = value
    for key in old.keys() - new.keys():
        if old[key] is not None:
            patch[key] = None
    return patch
