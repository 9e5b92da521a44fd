"""Texts of brokers and their users, made fit to be read: refusals as sentences, names without tricks. Pure."""

from __future__ import annotations

import re
import unicodedata

HARMLESS_FORMATS = frozenset("\u200c\u200d")
"""Joiners: emoji and several scripts need them."""

SPACES = re.compile(r"^ +| +$| {2,}")


def sentence(error: object) -> str:
    """An error of a client as a whole sentence; nothing stays nothing."""
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "?")) else ".")


def counted(number: int, noun: str) -> str:
    """counted(1, "queue") is '1 queue', counted(1200, "queue") '1,200 queues'."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def visible(name: str) -> str:
    """A name that looks like no other: what cannot be seen in it, or would turn its letters around, becomes a sign."""
    return "".join(map(_sign, SPACES.sub(lambda found: "␣" * len(found[0]), name)))


def _sign(char: str) -> str:
    kind = unicodedata.category(char)
    if kind not in ("Cc", "Cf", "Zl", "Zp") or char in HARMLESS_FORMATS:
        return char
    return f"⟨U+{ord(char):04X}⟩"
