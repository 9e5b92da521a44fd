"""The list of consumers of all queues."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerctl.clients.models import Consumer
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.things import Placed
from dashboard.tables.links import link
from dashboard.templatetags.amqp import table_value
from dashboard.templatetags.looks import activity, cancel_button, prefetch
from dashboard.words import visible

Row = Placed[Consumer]


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.{name}")


def _tag(each: Row) -> SafeString:
    tag = each.thing.tag
    return format_html('<span class="tbl__name mono" title="{}">{}</span>', tag, visible(tag))


def _client(each: Row) -> str:
    return each.client or each.thing.connection_name


def _linked_client(each: Row) -> SafeString:
    if not each.thing.connection_name:
        return format_html('<span class="z">{}</span>', "–")
    href = reverse("connection", args=[each.slug, each.thing.connection_name])
    title = each.thing.connection_name
    return format_html('<a class="tbl__name" href="{}" title="{}">{}</a>', href, title, visible(_client(each)))


def _linked_channel(each: Row) -> SafeString:
    if not each.thing.channel_name:
        return format_html('<span class="z">{}</span>', "–")
    href = reverse("channel", args=[each.slug, each.thing.channel_name])
    return format_html('<a href="{}">{}</a>', href, each.thing.channel_number or "open")


def _arguments(each: Row) -> tuple[str, ...]:
    return tuple(f"{name}={table_value(value)}" for name, value in each.thing.arguments.items())


ACTIVE: dict[str, Callable[[Row], bool]] = {
    "active": lambda each: each.thing.active,
    "waiting": lambda each: not each.thing.active,
    "single": lambda each: each.thing.activity == "single_active",
}

TIMEOUT = "How long it may hold a message"

COLUMNS: tuple[Column[Row], ...] = (
    Column("tag", "Consumer tag", Kind.TEXT, of("tag"), draw=_tag, is_searched=True),
    Column(
        "queue", "Queue", Kind.TEXT, of("queue"), is_searched=True,
        draw=lambda each: link("queue", each.slug, each.thing.vhost, each.thing.queue),
    ),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost"), is_wide=True),
    Column("client", "Client", Kind.TEXT, _client, draw=_linked_client, is_searched=True),
    Column("channel", "Channel", Kind.NUMBER, of("channel_number"), draw=_linked_channel),
    Column("user", "User", Kind.TEXT, of("user"), is_wide=True),
    Column("address", "From", Kind.TEXT, of("peer_host"), "Address of the client", is_shown=False),
    Column("activity", "Activity", Kind.WORD, lambda each: activity(each.thing), words=ACTIVE),
    Column("manual", "Acks", Kind.FLAG, of("ack_required"), "Acknowledges what it has done; else it is done when sent"),
    Column("exclusive", "Exclusive", Kind.FLAG, of("exclusive"), "No other consumer may read the queue", is_wide=True),
    Column(
        "prefetch", "Prefetch", Kind.NUMBER, of("prefetch"), "Unacked messages that it may hold; 0: any number",
        draw=lambda each: format_html("{}", prefetch(each.thing.prefetch)),
    ),
    Column("timeout", "Timeout", Kind.SECONDS, lambda each: each.timeout_seconds, TIMEOUT, is_shown=False),
    Column("arguments", "Arguments", Kind.TAGS, _arguments, is_sortable=False, is_wide=True),
    Column(
        "cancel", "", Kind.TEXT, lambda each: "", is_sortable=False,
        draw=lambda each: format_html(
            "{}", cancel_button(each.thing, each.slug, each.may_operate, each.can_cancel)
        ),
    ),
)  # fmt: skip

TABLE: Table[Row] = Table(
    name="consumers",
    noun="consumer",
    nouns="consumers",
    columns=COLUMNS,
    key=lambda each: shapes.consumer_key(each.thing),
    sort="queue",
    tie=lambda each: (each.thing.queue, each.thing.tag),
    views=(
        View("All", Asked()),
        View("Waiting", Asked("activity:waiting")),
        View("Any number unacked", Asked("prefetch:0 manual:yes")),
        View("Without acks", Asked("manual:no")),
    ),
    example="Filter: tag, queue or client, activity:waiting  prefetch>100  manual:no",
)
