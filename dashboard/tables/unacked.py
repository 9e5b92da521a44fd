"""Who holds unacked messages: the most first."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.looks.holders import Holder
from dashboard.pages.things import Placed
from dashboard.tables.links import link
from dashboard.words import visible

Row = Placed[Holder]


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.{name}")


def _client(each: Row) -> str:
    return each.thing.client_name or each.thing.connection_name


def _linked_client(each: Row) -> SafeString:
    href = reverse("connection", args=[each.slug, each.thing.connection_name])
    title = each.thing.connection_name
    return format_html('<a class="tbl__name" href="{}" title="{}">{}</a>', href, title, visible(_client(each)))


def _queues(each: Row) -> SafeString:
    holder = each.thing
    if not holder.queues:
        return format_html('<span class="dim">{}</span>', "taken by basic.get, the broker does not tell where")
    links = [(link("queue", each.slug, holder.vhost, name),) for name in holder.queues]
    return format_html_join(" or ", "{}", links)


def _consumer(each: Row) -> SafeString:
    tag = each.thing.consumer_tag
    if tag:
        return format_html('<span class="mono">{}</span>', visible(tag))
    return format_html('<span class="dim">{}</span>', "several" if len(each.thing.queues) > 1 else "–")


def _channel(each: Row) -> SafeString:
    href = reverse("channel", args=[each.slug, each.thing.channel_name])
    return format_html('<a href="{}" title="{}">{}</a>', href, each.thing.channel_name, _number(each))


def _number(each: Row) -> str:
    return each.thing.channel_name.rpartition("(")[2].rstrip(")") or "open"


COLUMNS: tuple[Column[Row], ...] = (
    Column("client", "Client", Kind.TEXT, _client, draw=_linked_client, is_searched=True),
    Column("messages", "Unacked", Kind.NUMBER, of("messages"), is_live=True),
    Column("bytes", "Bytes", Kind.BYTES, of("message_bytes"), "Of the bodies", is_live=True, is_wide=True),
    Column("since", "Longest", Kind.SINCE, of("since"), "Since when it holds the one it holds longest", is_live=True),
    Column("queue", "Queue", Kind.TAGS, of("queues"), draw=_queues, is_searched=True),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost"), is_wide=True),
    Column("consumer", "Consumer", Kind.TEXT, of("consumer_tag"), draw=_consumer, is_searched=True),
    Column("channel", "Channel", Kind.TEXT, _number, draw=_channel),
    Column("user", "User", Kind.TEXT, of("user"), is_wide=True),
    Column("connection", "Connection", Kind.TEXT, of("connection_name"), is_shown=False),
)

TABLE: Table[Row] = Table(
    name="unacked",
    noun="holder",
    nouns="holders",
    columns=COLUMNS,
    key=lambda each: shapes.holder_key(each.thing),
    sort="-messages",
    tie=_client,
    views=(
        View("All", Asked()),
        View("Longer than 1 min", Asked("since>1m")),
        View("By basic.get", Asked('consumer:""')),
    ),
    example="Filter: client or queue, messages>100  since>10m  user:orders",
)
