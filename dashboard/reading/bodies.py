"""A message body as people can read it: a JSON tree, text, or a hex dump. Bytes in, values for a template out.

Bodies are data from strangers. Nothing here is markup; templates escape every piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.reading.json_tree import Line, tree

MAX_SHOWN_BYTES = 1024 * 1024
"""A body beyond this is shown cut: a browser takes seconds to lay out more text than this."""

MAX_HEX_BYTES = 16 * 1024
"""A hex dump is four times its body; a thousand rows are enough to recognise a format."""

HEX_ROW = 16


class View(StrEnum):
    TREE = "tree"
    RAW = "raw"
    HEX = "hex"


@dataclass(slots=True, frozen=True)
class HexRow:
    offset: str
    hex: str
    text: str


@dataclass(slots=True, frozen=True)
class Body:
    size_bytes: int
    view: View
    views: tuple[View, ...]
    """The views that this body allows, best first."""
    encoding: str
    """'UTF-8' or 'binary'."""
    note: str
    """Why less is shown than there is; empty when all is."""
    lines: tuple[Line, ...] = ()
    text: str = ""
    rows: tuple[HexRow, ...] = ()


def show(body: bytes, wanted: View | None = None) -> Body:
    """The body in the wanted view, or in the best one that it allows."""
    text = decode(body[:MAX_SHOWN_BYTES], is_cut=len(body) > MAX_SHOWN_BYTES)
    lines = tree(text) if text is not None and len(body) <= MAX_SHOWN_BYTES else None
    views = _views(text, lines is not None)
    view = wanted if wanted in views else views[0]
    note = _note(len(body), view)
    encoding = "binary" if text is None else "UTF-8"
    if view is View.HEX:
        return Body(len(body), view, views, encoding, note, rows=hex_rows(body[:MAX_HEX_BYTES]))
    if view is View.TREE and lines is not None:
        return Body(len(body), view, views, encoding, lines.note or note, lines=lines.lines)
    return Body(len(body), view, views, encoding, note, text=text or "")


def decode(body: bytes, *, is_cut: bool = False) -> str | None:
    """The body as text, or None when it is not UTF-8 text. A cut may fall inside a character; that is no fault."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        if not (is_cut and error.end == len(body) and len(body) - error.start < 4):
            return None
        text = body[: error.start].decode()
    # A NUL never occurs in text that people wrote, and is common in binary formats that happen to be valid UTF-8.
    return None if "\x00" in text else text


def preview(body: bytes, length: int = 120) -> str:
    """One line to recognise a message by in a list."""
    head = body[: length * 4]
    text = decode(head, is_cut=len(body) > len(head))
    if text is None:
        return head[: length // 3].hex(" ")
    return " ".join(text.split())[:length]


def hex_rows(body: bytes) -> tuple[HexRow, ...]:
    return tuple(_hex_row(start, body[start : start + HEX_ROW]) for start in range(0, len(body), HEX_ROW))


def _hex_row(start: int, chunk: bytes) -> HexRow:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in chunk)
    return HexRow(f"{start:06x}", chunk.hex(" "), text)


def _views(text: str | None, has_tree: bool) -> tuple[View, ...]:
    if text is None:
        return (View.HEX,)
    return (View.TREE, View.RAW, View.HEX) if has_tree else (View.RAW, View.HEX)


def _note(size_bytes: int, view: View) -> str:
    limit = MAX_HEX_BYTES if view is View.HEX else MAX_SHOWN_BYTES
    if size_bytes <= limit:
        return ""
    shown = "16 KiB" if view is View.HEX else "1 MiB"
    return f"Only the first {shown} of {size_bytes:,} bytes are shown. Download the body to see all of it."
