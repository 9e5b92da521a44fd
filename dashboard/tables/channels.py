"""The list of channels: what each publishes, what it holds, and what it promises."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerctl.clients.models import Channel
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.things import Placed
from dashboard.templatetags.looks import channel_mode, prefetch
from dashboard.words import visible

Row = Placed[Channel]


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.{name}")


def of_rates(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.rates.{name}")


def _name(each: Row) -> SafeString:
    href = reverse("channel", args=[each.slug, each.thing.name])
    shown = f"{visible(each.client or each.thing.connection_name)} ({each.thing.number})"
    return format_html('<a class="tbl__name" href="{}" title="{}">{}</a>', href, each.thing.name, shown)


def _called(each: Row) -> str:
    return f"{each.client or each.thing.connection_name} ({each.thing.number})"


def _mode(each: Row) -> str:
    return "transactions" if each.thing.transactional else "confirms" if each.thing.confirm else "none"


MODES: dict[str, Callable[[Row], bool]] = {
    "confirms": lambda each: each.thing.confirm,
    "transactions": lambda each: each.thing.transactional,
    "none": lambda each: not each.thing.confirm and not each.thing.transactional,
}

UNCONFIRMED = "Published, not yet confirmed"
LOST = "No route"

COLUMNS: tuple[Column[Row], ...] = (
    Column("channel", "Channel", Kind.TEXT, _called, "Client and number", draw=_name, is_searched=True),
    Column("name", "Name", Kind.TEXT, of("name"), "As the broker calls it", is_searched=True, is_shown=False),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost"), is_wide=True),
    Column("user", "User", Kind.TEXT, of("user"), is_wide=True),
    Column("node", "Node", Kind.TEXT, of("node"), is_shown=False),
    Column("address", "From", Kind.TEXT, of("peer_host"), "Address of the client", is_shown=False),
    Column(
        "mode", "Mode", Kind.WORD, _mode, "C confirms, T transactions", words=MODES,
        draw=lambda each: channel_mode(each.thing),
    ),
    Column("state", "State", Kind.TEXT, of("state"), is_wide=True),
    Column("consumers", "Cons", Kind.NUMBER, of("consumers"), "Consumers", is_live=True),
    Column(
        "prefetch", "Prefetch", Kind.NUMBER, of("prefetch"), "Unacked messages that a consumer may hold; 0: any number",
        draw=lambda each: format_html("{}", prefetch(each.thing.prefetch)),
    ),
    Column("global_prefetch", "Channel’s prefetch", Kind.NUMBER, of("global_prefetch"), is_shown=False),
    Column("unacked", "Unacked", Kind.NUMBER, of("messages_unacknowledged"), is_live=True),
    Column("unconfirmed", "Unconf", Kind.NUMBER, of("messages_unconfirmed"), UNCONFIRMED, is_live=True),
    Column("uncommitted", "Uncommitted", Kind.NUMBER, of("messages_uncommitted"), is_live=True, is_shown=False),
    Column("acks_uncommitted", "Uncommitted acks", Kind.NUMBER, of("acks_uncommitted"), is_live=True, is_shown=False),
    Column("publish", "Publish/s", Kind.RATE, of_rates("publish"), is_live=True),
    Column("confirm", "Confirm/s", Kind.RATE, of_rates("confirm"), is_live=True),
    Column("dropped", "Dropped/s", Kind.RATE, of_rates("drop_unroutable"), LOST, is_live=True, is_shown=False),
    Column("returned", "Returned/s", Kind.RATE, of_rates("return_unroutable"), LOST, is_live=True, is_shown=False),
    Column("deliver", "Deliver/s", Kind.RATE, of_rates("deliver_get"), "Delivered or got", is_live=True),
    Column("redeliver", "Redeliv/s", Kind.RATE, of_rates("redeliver"), is_live=True),
    Column("ack", "Ack/s", Kind.RATE, of_rates("ack"), is_live=True),
)  # fmt: skip

TABLE: Table[Row] = Table(
    name="channels",
    noun="channel",
    nouns="channels",
    columns=COLUMNS,
    key=lambda each: shapes.key(each.thing.name),
    sort="-unacked",
    tie=_called,
    views=(
        View("All", Asked()),
        View("Holding messages", Asked("unacked>0")),
        View("Consuming", Asked("consumers>0")),
        View("Publishing", Asked("publish>0")),
    ),
    example="Filter: client, user:orders  unacked>100  mode:confirms  prefetch:0",
)
