"""The list of bindings: what leads where, by which key."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from brokerctl.clients.models import Binding
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.things import Placed
from dashboard.tables.links import link
from dashboard.templatetags.amqp import table_value

Row = Placed[Binding]


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.{name}")


def _source(each: Row) -> SafeString:
    binding = each.thing
    return link("exchange", each.slug, binding.vhost, binding.source, "" if binding.source else "(default)")


def _destination(each: Row) -> SafeString:
    binding = each.thing
    page = "queue" if binding.destination_type == "queue" else "exchange"
    return link(page, each.slug, binding.vhost, binding.destination)


def _key(each: Row) -> SafeString:
    key = each.thing.routing_key
    return format_html('<span class="mono">{}</span>', key) if key else format_html('<span class="z">{}</span>', "–")


def _arguments(each: Row) -> tuple[str, ...]:
    return tuple(f"{name}={table_value(value)}" for name, value in each.thing.arguments.items())


def _unbind(each: Row) -> SafeString:
    """Leads to the page that asks first; for those who may."""
    binding = each.thing
    if not each.may_administer:
        return SafeString()
    if not binding.source:
        return format_html('<button class="btn btn--sm" type="button" disabled title="{}">Unbind</button>', IMPLICIT)
    query = urlencode(
        {
            "source": binding.source,
            "to": binding.destination_type,
            "destination": binding.destination,
            "key": binding.properties_key,
            "back": "bindings",
        }
    )
    href = f"{reverse('unbind', args=[each.slug, binding.vhost])}?{query}"
    return format_html('<a class="btn btn--sm btn--danger" href="{}">Unbind…</a>', href)


IMPLICIT = "Every queue is bound to the default exchange by its own name, for as long as it is there."

COLUMNS: tuple[Column[Row], ...] = (
    Column("source", "From exchange", Kind.TEXT, of("source"), draw=_source, is_searched=True),
    Column("destination", "To", Kind.TEXT, of("destination"), draw=_destination, is_searched=True),
    Column("kind", "Kind", Kind.TEXT, of("destination_type"), "queue or exchange"),
    Column("key", "Routing key", Kind.TEXT, of("routing_key"), draw=_key, is_searched=True),
    Column("arguments", "Arguments", Kind.TAGS, _arguments, is_sortable=False, is_searched=True),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost"), is_wide=True),
    Column("in", "Into the source/s", Kind.RATE, lambda each: each.rate, "What its exchange takes, over all bindings"),
    Column("unbind", "", Kind.TEXT, lambda each: "", is_sortable=False, draw=_unbind),
)

TABLE: Table[Row] = Table(
    name="bindings",
    noun="binding",
    nouns="bindings",
    columns=COLUMNS,
    key=lambda each: shapes.binding_key(each.thing),
    sort="source",
    tie=lambda each: (each.thing.source, each.thing.destination, each.thing.routing_key),
    views=(
        View("Declared", Asked('-source:""')),
        View("All", Asked()),
        View("Between exchanges", Asked("kind:exchange")),
        View("With arguments", Asked("arguments:*")),
    ),
    example="Filter: exchange, queue or key, source:orders  key:order.*  kind:exchange",
)
