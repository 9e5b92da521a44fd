"""What an address asks of a table, and addresses that ask for something else. All of a list's state is in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

MAX_PAGE_DIGITS = 6
ROWS = 100
SIZES = frozenset({"25", "50", "100", "250", "500"})
"""Rows of a page that may be asked for: more cost the browser, and nobody reads them."""


@dataclass(slots=True, frozen=True)
class Asked:
    filter: str = ""
    vhost: str = ""
    """Empty: all of them."""
    sort: str = ""
    """A column's name, with a `-` before it for the largest first; empty for the table's own order."""
    columns: tuple[str, ...] = ()
    """Empty: those that the person chose, or else the table's own."""
    page: int = 1
    rows: int = ROWS
    """On one page. It is in the address only when it is not ROWS."""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Of any query; what makes no sense is as if it were not there."""
        page, rows = query.get("page", "1"), query.get("rows", "")
        return cls(
            filter=query.get("q", "").strip(),
            vhost=query.get("vhost", ""),
            sort=query.get("sort", ""),
            columns=tuple(filter(None, query.get("columns", "").split(","))),
            page=max(1, int(page)) if page.isdecimal() and page.isascii() and len(page) <= MAX_PAGE_DIGITS else 1,
            rows=int(rows) if rows in SIZES else ROWS,
        )

    def but(self, **changes: Any) -> Self:
        """The same with something changed; the page begins at 1 again unless it is named."""
        return replace(self, **{"page": 1} | changes)

    @property
    def query(self) -> str:
        """As a query string without the question mark; empty when nothing is asked."""
        page = str(self.page) if self.page > 1 else ""
        parts = {
            "q": self.filter,
            "vhost": self.vhost,
            "sort": self.sort,
            "columns": ",".join(self.columns),
            "page": page,
            "rows": str(self.rows) if self.rows != ROWS else "",
        }
        return urlencode({name: value for name, value in parts.items() if value}, safe=",:/")

    @property
    def link(self) -> str:
        return f"?{self.query}"
