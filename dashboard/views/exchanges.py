"""The list of exchanges, and one exchange with its bindings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.clients.models import Exchange
from brokerctl.errors import ClientError, ObjectNotFound
from dashboard import access, brokers
from dashboard.models.grant import Role
from dashboard.pages.exchanges import ExchangePage, ExchangesPage, ListedExchange
from dashboard.snapshot import Snapshot
from dashboard.views.place import says_why


def list_exchanges(request: HttpRequest, broker: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    vhost, text = request.GET.get("vhost", ""), request.GET.get("q", "").strip()
    shown = [
        _listed(each, taken)
        for each in taken.exchanges
        if (not vhost or each.vhost == vhost) and text.lower() in (each.name or "(default)").lower()
    ]
    shown.sort(key=lambda each: (each.exchange.vhost, each.exchange.name.startswith("amq."), each.exchange.name))
    page = ExchangesPage(
        broker=found,
        snapshot=taken,
        rows=tuple(shown),
        filter=text,
        vhost=vhost,
        vhosts=tuple(
            sorted(
                {*({vhost} - {""}), *(each.name for each in taken.vhosts), *(each.vhost for each in taken.exchanges)}
            )
        ),
        total=len(taken.exchanges),
    )
    return render(request, "exchanges/list.html", {"page": page})


@says_why
def detail(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    taken = access.visible_snapshot(request.user, found)
    known = next((each for each in taken.exchanges if (each.vhost, each.name) == (vhost, exchange)), None)
    outgoing, incoming, error = None, None, ""
    try:
        client = brokers.client(found)
        known = known or client.exchange(vhost, exchange)
        source, destination = client.exchange_bindings(vhost, exchange)
        outgoing, incoming = tuple(source), tuple(destination)
    except ClientError as failure:
        if known is None or isinstance(failure, ObjectNotFound):
            raise
        error = str(failure)
    role = access.role_on(request.user, found, vhost)
    page = ExchangePage(
        broker=found,
        vhost=vhost,
        snapshot=taken,
        listed=_listed(known, taken),
        may_operate=role is not None and access.RANKS[role] >= access.RANKS[Role.OPERATOR],
        may_administer=role is Role.ADMIN,
        outgoing=outgoing,
        incoming=incoming,
        detail_error=error,
    )
    return render(request, "exchanges/exchange.html", {"page": page})


def _listed(exchange: Exchange, taken: Snapshot) -> ListedExchange:
    arriving, leaving = taken.exchange_rates.get((exchange.vhost, exchange.name), (None, None))
    return ListedExchange(exchange, arriving, leaving)
