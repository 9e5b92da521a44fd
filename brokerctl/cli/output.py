"""What commands print: tables and sentences for people, one JSON document for programs. Progress goes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from brokerctl.operations.lines import readable

Row = Sequence[object]


def table(headers: Sequence[str], rows: Iterable[Row]) -> Table:
    """Numbers to the right. Cells are plain text: a name in brackets is a name, not a colour."""
    found = list(rows)
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headers))
    for number, header in enumerate(headers):
        is_number = bool(found) and all(isinstance(row[number], int | float | None) for row in found)
        made.add_column(header, justify="right" if is_number else "left", overflow="fold")
    for row in found:
        made.add_row(*(Text(cell(value)) for value in row))
    return made


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dict():
            return visible(", ".join(f"{key}={json.dumps(each, ensure_ascii=False)}" for key, each in value.items()))
        case list() | tuple():
            return visible(", ".join(map(str, value)))
        case _:
            return visible(str(value))


def visible(text: str) -> str:
    """Control characters in names would move the cursor, or worse."""
    return "".join(each if each.isprintable() or each == " " else f"\\x{ord(each):02x}" for each in text)


def plain(value: Any) -> Any:
    """As JSON says it: dataclasses are objects, times ISO 8601 in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(each) for key, each in asdict(value).items()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return readable(value)


def document(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(text(value))


def text(value: Any) -> str:
    """As a JSON document of many lines."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n"


def line(value: Any) -> str:
    """As JSON on one line, without its end."""
    return json.dumps(plain(value), ensure_ascii=False)


def console() -> Console:
    """For stdout. Made anew: tests and pipes exchange sys.stdout."""
    found = Console(highlight=False, soft_wrap=False)
    if not found.is_terminal:
        # A table for a pipe or a file has no edge to fit into.
        found.width = 10_000
    return found


def to_terminal() -> Console:
    """For stderr."""
    return Console(stderr=True, highlight=False)
