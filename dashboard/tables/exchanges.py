"""The list of exchanges: those that people declared first, then those that every vhost has."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import paths
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.pages.exchanges import ListedExchange
from dashboard.tables.links import link
from dashboard.templatetags.amqp import table_value


def of(name: str) -> Callable[[ListedExchange], Value]:
    return attrgetter(f"exchange.{name}")


def _called(each: ListedExchange) -> str:
    return each.exchange.name or "(default)"


def _name(each: ListedExchange) -> SafeString:
    return link("exchange", each.slug, each.exchange.vhost, each.exchange.name, _called(each))


def _is_built_in(each: ListedExchange) -> bool:
    return not each.exchange.name or each.exchange.name.startswith("amq.")


def _marks(each: ListedExchange) -> list[tuple[str, str]]:
    exchange = each.exchange
    found = (
        (exchange.durable, "Durable", "D"),
        (exchange.auto_delete, "Deleted with its last binding", "AD"),
        (exchange.internal, "Internal: only other exchanges publish to it", "I"),
        ("alternate-exchange" in exchange.arguments, "What has no route goes to another exchange", "AE"),
    )
    return [(title, letters) for is_so, title, letters in found if is_so]


def _features(each: ListedExchange) -> tuple[str, ...]:
    return tuple(letters for _, letters in _marks(each))


def _drawn_features(each: ListedExchange) -> SafeString:
    marks = format_html_join("", '<abbr class="feat" title="{}">{}</abbr>', _marks(each))
    return format_html('<span class="feats">{}</span>', marks)


def _arguments(each: ListedExchange) -> tuple[str, ...]:
    return tuple(f"{name}={table_value(value)}" for name, value in each.exchange.arguments.items())


def _order(each: ListedExchange) -> tuple[str, bool, str]:
    return each.exchange.vhost, _is_built_in(each), each.exchange.name


LETTERS = "D durable, AD auto-delete, I internal, AE alternate exchange"

COLUMNS: tuple[Column[ListedExchange], ...] = (
    Column("name", "Name", Kind.TEXT, _called, draw=_name, is_searched=True, order=_order),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost")),
    Column("type", "Type", Kind.TEXT, of("type")),
    Column(
        "features", "Features", Kind.TAGS, _features, LETTERS, is_wide=True, is_sortable=False, draw=_drawn_features
    ),
    Column("policy", "Policy", Kind.TEXT, of("policy"), is_wide=True),
    Column("arguments", "Arguments", Kind.TAGS, _arguments, is_shown=False, is_sortable=False),
    Column("own", "Declared", Kind.FLAG, lambda each: not _is_built_in(each), "Not one of every vhost", is_shown=False),
    Column("durable", "Durable", Kind.FLAG, of("durable"), is_shown=False),
    Column("internal", "Internal", Kind.FLAG, of("internal"), is_shown=False),
    Column("in", "In/s", Kind.RATE, attrgetter("rate_in"), "Published to it", is_live=True),
    Column("out", "Out/s", Kind.RATE, attrgetter("rate_out"), "Routed from it", is_live=True),
)

TABLE: Table[ListedExchange] = Table(
    name="exchanges",
    noun="exchange",
    nouns="exchanges",
    columns=COLUMNS,
    key=lambda each: paths.row_key(each.exchange.vhost, each.exchange.name),
    sort="name",
    tie=_order,
    views=(View("All", Asked()), View("Declared", Asked("own:yes")), View("Busy", Asked("in>0"))),
    example="Filter: name, or type:topic  in>10  policy:*  own:yes",
)
