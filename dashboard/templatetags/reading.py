"""Marks of the pages about messages and jobs: icons, status shapes, search hits, durations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboard.templatetags import amqp

register = template.Library()

COLOURS = {"off": "crit", "pause": "idle"}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; size 'sm' for rows."""
    css = f"ico ico--{size}" if size else "ico"
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', css, name)


@register.simple_tag
def glyph(name: str) -> SafeString:
    """The shape of a status; the words beside it say the same."""
    return format_html(
        '<svg class="glyph glyph--{}" aria-hidden="true"><use href="#g-{}"/></svg>', COLOURS.get(name, name), name
    )


@register.filter
def marked(text: str, needles: Sequence[str] | None) -> SafeString:
    """The text escaped, with what was looked for marked."""
    if not needles:
        return conditional_escape(str(text))
    pattern = re.compile(
        "|".join(re.escape(needle) for needle in sorted(needles, key=len, reverse=True)), re.IGNORECASE
    )
    pieces, at = [], 0
    for hit in pattern.finditer(text):
        pieces += [conditional_escape(text[at : hit.start()]), format_html("<mark>{}</mark>", hit[0])]
        at = hit.end()
    # Every piece was escaped just above.
    return mark_safe("".join([*pieces, conditional_escape(text[at:])]))  # noqa: S308


@register.filter
def lasting(seconds: float | None) -> str:
    """A duration in its largest unit: 840 -> '14 min'; unknown -> '–'."""
    return amqp.lasting(seconds)
