"""The list of vhosts."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerctl.clients.models import Vhost
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.things import ListedVhost
from dashboard.tables.limits import limit
from dashboard.words import visible

Row = ListedVhost


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"vhost.{name}")


def _name(each: Row) -> SafeString:
    href = reverse("vhost", args=[each.slug, each.vhost.name])
    return format_html('<a class="tbl__name" href="{}">{}</a>', href, visible(each.vhost.name))


def _state(each: Row) -> str:
    return " ".join(sorted(set(each.vhost.cluster_state.values())))


def _total(vhost: Vhost) -> int:
    return vhost.messages_ready + vhost.messages_unacknowledged


NOBODY = "Nobody may use a vhost with 0"

COLUMNS: tuple[Column[Row], ...] = (
    Column("vhost", "Vhost", Kind.TEXT, of("name"), draw=_name, is_searched=True),
    Column("description", "Description", Kind.TEXT, of("description"), is_searched=True, is_wide=True),
    Column("tags", "Tags", Kind.TAGS, of("tags"), is_wide=True),
    Column("users", "Users", Kind.NUMBER, lambda each: each.users, NOBODY),
    Column("state", "State", Kind.TEXT, _state, is_wide=True),
    Column(
        "default_type", "Queue type", Kind.TEXT, of("default_queue_type"), "Of queues that do not say", is_wide=True
    ),
    Column("queues", "Queues", Kind.NUMBER, lambda each: each.queues),
    Column("ready", "Ready", Kind.NUMBER, of("messages_ready"), is_live=True),
    Column("unacked", "Unacked", Kind.NUMBER, of("messages_unacknowledged"), is_live=True),
    Column("total", "Total", Kind.NUMBER, lambda each: _total(each.vhost), is_live=True),
    Column("publish", "Publish/s", Kind.RATE, of("rates.publish"), is_live=True),
    Column("deliver", "Deliver/s", Kind.RATE, of("rates.deliver_get"), "Delivered or got", is_live=True),
    Column("ack", "Ack/s", Kind.RATE, of("rates.ack"), is_live=True, is_shown=False),
    Column("from", "In/s", Kind.BYTES, of("traffic.receive_rate"), "Bytes from clients", is_live=True),
    Column("to", "Out/s", Kind.BYTES, of("traffic.send_rate"), "Bytes to clients", is_live=True),
    Column("max_connections", "Most connections", Kind.NUMBER, limit("max-connections"), is_shown=False),
    Column("max_queues", "Most queues", Kind.NUMBER, limit("max-queues"), is_shown=False),
    Column("protected", "Protected", Kind.FLAG, of("is_protected"), "From deletion", is_shown=False),
    Column("traced", "Traced", Kind.FLAG, of("is_traced"), is_shown=False),
)

TABLE: Table[Row] = Table(
    name="vhosts",
    noun="vhost",
    nouns="vhosts",
    columns=COLUMNS,
    key=lambda each: shapes.key(each.vhost.name),
    sort="vhost",
    tie=lambda each: each.vhost.name,
    views=(View("All", Asked()), View("Nobody may use", Asked("users:0")), View("With messages", Asked("total>0"))),
    example="Filter: name or description, total>1000  users:0  tags:team-a",
)
