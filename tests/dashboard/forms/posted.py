"""Form data as a browser posts it."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict


def posted(**values: Any) -> QueryDict:
    """Each value as text; a list is a field that is there several times."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [str(item) for item in (value if isinstance(value, list) else [value])])
    return data
