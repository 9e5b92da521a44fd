"""What a broker kept of the past of one thing, as a table: for those who have no script to draw its chart with.

What the database keeps, of queues and of brokers as a whole, is in dashboard/views/past.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from brokerctl.errors import ObjectNotFound
from dashboard import access, brokers
from dashboard.looks import charted, kinds, look, shapes
from dashboard.looks.look import Kind, Look, Names
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.confirm import Crumb
from dashboard.pages.past import PastPage, PastRow, cells
from dashboard.views.place import says_why


@says_why
def of_broker(request: HttpRequest, broker: str) -> HttpResponse:
    """Of what the database does not have of the whole broker."""
    found = _whole(request, broker)
    seen = look.take(found, kinds.NODES)
    return _page(request, found, kinds.NODES, (), seen, found.name, [_crumb("Nodes", "nodes", found)])


@says_why
def of_node(request: HttpRequest, broker: str, node: str) -> HttpResponse:
    found = _whole(request, broker)
    seen = look.take(found, kinds.NODE, node)
    crumbs = [_crumb("Nodes", "nodes", found), _crumb(node, "node", found, node)]
    return _page(request, found, kinds.NODE, (node,), seen, node, crumbs)


@says_why
def of_vhost(request: HttpRequest, broker: str, vhost: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    seen = look.take(found, kinds.VHOST, vhost)
    crumbs = [_crumb("Vhosts", "vhosts", found), _crumb(vhost, "vhost", found, vhost)]
    return _page(request, found, kinds.VHOST, (vhost,), seen, f"vhost {vhost}", crumbs)


@says_why
def of_exchange(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    seen = look.take(found, kinds.EXCHANGE, vhost, exchange)
    title = exchange or "the default exchange"
    crumbs = [
        _crumb("Exchanges", "exchanges", found),
        _crumb(exchange or "(default)", "exchange", found, vhost, exchange),
    ]
    return _page(request, found, kinds.EXCHANGE, (vhost, exchange), seen, title, crumbs)


@says_why
def of_channel(request: HttpRequest, broker: str, channel: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    seen = look.take(found, kinds.CHANNEL, channel)
    _require(request, found, seen.value.channel.vhost, "channel")
    crumbs = [_crumb("Channels", "channels", found), _crumb(channel, "channel", found, channel)]
    return _page(request, found, kinds.CHANNEL, (channel,), seen, f"channel {channel}", crumbs)


@says_why
def of_connection(request: HttpRequest, broker: str, connection: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    seen = look.take(found, kinds.CONNECTION, connection)
    shown = seen.value.connection
    _require(request, found, shown.vhost, "connection")
    client = shapes.client(shown)
    crumbs = [_crumb("Connections", "connections", found), _crumb(client, "connection", found, connection)]
    return _page(request, found, kinds.CONNECTION, (connection,), seen, client, crumbs)


def _whole(request: HttpRequest, slug: str) -> Broker:
    found = access.broker_or_404(request.user, slug)
    if access.visible_vhosts(request.user, found) is not None:
        raise Http404("No such page.")
    return found


def _require(request: HttpRequest, broker: Broker, vhost: str, noun: str) -> None:
    """As if there were none, for those who do not see its vhost."""
    try:
        access.require(request.user, broker, vhost, Role.VIEWER)
    except Http404:
        raise ObjectNotFound(f"no such {noun}") from None


def _crumb(title: str, page: str, broker: Broker, *names: str) -> Crumb:
    return Crumb(title, reverse(page, args=[broker.slug, *names]))


def _page(
    request: HttpRequest,
    broker: Broker,
    kind: Kind[Any],
    names: Names,
    seen: Look[Any],
    of: str,
    crumbs: list[Crumb],
) -> HttpResponse:
    columns = charted.CHARTED[kind.name].columns
    points = charted.table(brokers.client(broker), kind.name, names, seen)
    rows = [PastRow(datetime.fromtimestamp(at, UTC), cells(values, columns)) for at, values in reversed(points)]
    page = PastPage(
        broker=broker,
        of=of,
        crumbs=tuple(crumbs),
        columns=columns,
        rows=tuple(rows),
        range="",
        ranges=(),
        point_seconds=charted.TABLE_STEP_SECONDS,
        why_empty=f"{broker.name} does not count it.",
    )
    return render(request, "past/table.html", {"page": page})
