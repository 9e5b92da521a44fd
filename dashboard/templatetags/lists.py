"""Tags of templates/lists."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from dashboard.listing import cells
from dashboard.listing.columns import Column
from dashboard.listing.table import Listing

register = template.Library()


@register.simple_tag
def list_row(listing: Listing[Any], each: Any, bulk: object = None) -> SafeString:
    """One row; with a box to tick when there is something to do with a selection."""
    return cells.row(listing, each, is_selectable=bool(bulk))


@register.filter
def choices(listing: Listing[Any]) -> list[tuple[Column[Any], bool]]:
    """Every column and whether it is shown: those shown first, in their order."""
    shown = listing.columns
    return [
        *((column, True) for column in shown),
        *((each, False) for each in listing.table.columns if each not in shown),
    ]


@register.simple_tag
def export_link(listing: Listing[Any]) -> str:
    return f"{listing.asked.but().link}&format=csv".replace("?&", "?")
