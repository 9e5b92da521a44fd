"""The list of a broker's users."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.users import ListedUser
from dashboard.tables.limits import limit
from dashboard.words import visible

Row = ListedUser
NAMED = 3
"""Vhosts in a cell; of more it says how many."""


def _name(each: Row) -> SafeString:
    href = reverse("user", args=[each.slug, each.user.name])
    ours = format_html(' <span class="badge badge--line" title="{}">ours</span>', OURS) if each.is_ours else ""
    return format_html('<a class="tbl__name" href="{}">{}</a>{}', href, visible(each.user.name), ours)


def _vhosts(each: Row) -> SafeString:
    if not each.vhosts:
        return format_html('<span class="txt-warn">{}</span>', "none")
    more = len(each.vhosts) - NAMED
    names = ", ".join(map(visible, each.vhosts[:NAMED])) + (f" and {more:,} more" if more > 0 else "")
    return format_html('<span title="{}">{}</span>', ", ".join(map(visible, each.vhosts)), names)


def _full(each: Row) -> SafeString:
    if not each.full:
        return format_html('<span class="z">{}</span>', "0")
    return format_html('<span class="txt-warn">{} of {}</span>', each.full, len(each.vhosts))


def _connections(each: Row) -> SafeString:
    if not each.connections:
        return format_html('<span class="z">{}</span>', "0")
    href = f"{reverse('connections', args=[each.slug])}?{urlencode({'q': f'user:{each.user.name}'})}"
    return format_html('<a href="{}">{}</a>', href, f"{each.connections:,}")


OURS = "Postroom logs in as this user"

COLUMNS: tuple[Column[Row], ...] = (
    Column("user", "User", Kind.TEXT, lambda each: each.user.name, draw=_name, is_searched=True),
    Column("tags", "Tags", Kind.TAGS, lambda each: each.user.tags, is_searched=True),
    Column("vhosts", "May use", Kind.NUMBER, lambda each: len(each.vhosts), "Vhosts with permissions", draw=_vhosts),
    Column("in", "Vhosts", Kind.TAGS, lambda each: each.vhosts, "By name, for filters", is_shown=False),
    Column(
        "full",
        "Full access",
        Kind.NUMBER,
        lambda each: each.full,
        "Vhosts where all is allowed",
        draw=_full,
        is_wide=True,
    ),
    Column("password", "Password", Kind.FLAG, lambda each: each.user.has_password, "Whether it has one", is_wide=True),
    Column("connections", "Connections", Kind.NUMBER, lambda each: each.connections, "Open now", draw=_connections),
    Column("max_connections", "Most connections", Kind.NUMBER, limit("max-connections"), is_wide=True),
    Column("max_channels", "Most channels", Kind.NUMBER, limit("max-channels"), is_wide=True),
)

TABLE: Table[Row] = Table(
    name="users",
    noun="user",
    nouns="users",
    columns=COLUMNS,
    key=lambda each: shapes.key(each.user.name),
    sort="user",
    tie=lambda each: each.user.name,
    views=(
        View("All", Asked()),
        View("Administrators", Asked("tags:administrator")),
        View("Full access", Asked("full>0")),
        View("May use no vhost", Asked("vhosts:0")),
        View("Connected", Asked("connections>0")),
    ),
    example="Filter: name or tag, in:shop  password:no  connections>0",
)
