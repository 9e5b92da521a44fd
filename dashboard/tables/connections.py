"""The list of connections: who is connected, from where, and how much goes over it."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brokerctl.clients.models import Connection
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Column, Kind, Value
from dashboard.listing.table import Table, View
from dashboard.looks import shapes
from dashboard.pages.things import Placed
from dashboard.templatetags.looks import state_of
from dashboard.words import visible

Row = Placed[Connection]

BYTES_IN, BYTES_OUT = "Bytes per second from the client", "Bytes per second to the client"


def of(name: str) -> Callable[[Row], Value]:
    return attrgetter(f"thing.{name}")


def _client(each: Row) -> str:
    return shapes.client(each.thing)


def _name(each: Row) -> SafeString:
    href = reverse("connection", args=[each.slug, each.thing.name])
    title = each.thing.name
    return format_html('<a class="tbl__name" href="{}" title="{}">{}</a>', href, title, visible(_client(each)))


def _library(each: Row) -> str:
    told = each.thing.client_properties
    parts = [part for part in (told.get("product"), told.get("version")) if isinstance(part, str)]
    return " ".join(parts)


def _platform(each: Row) -> str:
    found = each.thing.client_properties.get("platform")
    return found if isinstance(found, str) else ""


def _tls(name: str) -> Callable[[Row], Value]:
    return lambda each: each.thing.tls_details.get(name, "")


COLUMNS: tuple[Column[Row], ...] = (
    Column("client", "Client", Kind.TEXT, _client, "What the client calls itself", draw=_name, is_searched=True),
    Column("name", "Name", Kind.TEXT, of("name"), "As the broker calls it", is_searched=True, is_shown=False),
    Column("vhost", "Vhost", Kind.TEXT, of("vhost"), is_wide=True),
    Column("user", "User", Kind.TEXT, of("user")),
    Column(
        "state", "State", Kind.TEXT, of("state"), draw=lambda each: state_of(each.thing.state),
    ),
    Column("tls", "TLS", Kind.FLAG, of("tls"), is_wide=True),
    Column("tls_version", "TLS version", Kind.TEXT, _tls("protocol"), is_shown=False),
    Column("cipher", "Cipher", Kind.TEXT, _tls("cipher"), is_shown=False),
    Column("subject", "Certificate", Kind.TEXT, _tls("subject"), "That the client showed", is_shown=False),
    Column("protocol", "Protocol", Kind.TEXT, of("protocol"), is_wide=True),
    Column("library", "Library", Kind.TEXT, _library, "Product and version", is_wide=True, is_searched=True),
    Column("platform", "Platform", Kind.TEXT, _platform, is_shown=False),
    Column("node", "Node", Kind.TEXT, of("node"), is_shown=False),
    Column("address", "From", Kind.TEXT, of("peer_host"), "Address of the client", is_searched=True, is_wide=True),
    Column("port", "Port", Kind.NUMBER, of("peer_port"), is_shown=False),
    Column("container", "Container id", Kind.TEXT, of("container_id"), "Of AMQP 1.0", is_shown=False),
    Column("channels", "Channels", Kind.NUMBER, of("channels"), is_live=True),
    Column("channel_max", "Most channels", Kind.NUMBER, of("channel_max"), "0: no limit", is_shown=False),
    Column("frame_max", "Largest frame", Kind.BYTES, of("frame_max"), "0: no limit", is_shown=False),
    Column("heartbeat", "Heartbeat", Kind.SECONDS, of("heartbeat_seconds"), is_shown=False),
    Column("login", "Logged in by", Kind.TEXT, of("auth_mechanism"), is_shown=False),
    Column("from", "In/s", Kind.BYTES, of("traffic.receive_rate"), BYTES_IN, is_live=True),
    Column("to", "Out/s", Kind.BYTES, of("traffic.send_rate"), BYTES_OUT, is_live=True),
    Column("received", "Received", Kind.BYTES, of("traffic.received_bytes"), is_live=True, is_shown=False),
    Column("sent", "Sent", Kind.BYTES, of("traffic.sent_bytes"), is_live=True, is_shown=False),
    Column("connected", "Connected", Kind.SINCE, of("connected_at"), "How long ago"),
)  # fmt: skip

TABLE: Table[Row] = Table(
    name="connections",
    noun="connection",
    nouns="connections",
    columns=COLUMNS,
    key=lambda each: shapes.key(each.thing.name),
    sort="client",
    tie=lambda each: (_client(each), each.thing.name),
    views=(
        View("All", Asked()),
        View("Blocked", Asked("state:block*")),
        View("Without TLS", Asked("tls:no")),
        View("Without channels", Asked("channels:0")),
    ),
    example="Filter: client, user:orders  state:running  channels>10  from>1MiB  connected<5m",
)
