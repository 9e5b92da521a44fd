"""The list of exchanges, and one exchange with its bindings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from brokerctl.clients.models import Exchange, Policy
from brokerctl.errors import ClientError, ObjectNotFound
from dashboard import access
from dashboard.listing import export
from dashboard.looks import kinds, look, shapes
from dashboard.looks.kinds import ExchangeLook
from dashboard.models.grant import Role
from dashboard.pages.exchanges import Alternate, ExchangePage, ExchangesPage, Led, ListedExchange
from dashboard.snapshot import Snapshot
from dashboard.tables.exchanges import TABLE
from dashboard.views import lists
from dashboard.views.place import says_why


def list_exchanges(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    taken = access.visible_snapshot(request.user, found)
    rows = [_listed(each, taken, found.slug) for each in taken.exchanges]
    listing = lists.listing_of(request, TABLE, rows, broker=found, vhosts=taken.vhost_names)
    if lists.wants_csv(request):
        return export.response(listing, f"exchanges of {found.slug}")
    return render(request, "exchanges/list.html", {"page": ExchangesPage(found, taken, listing)})


@says_why
def detail(request: HttpRequest, broker: str, vhost: str, exchange: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    taken = access.visible_snapshot(request.user, found)
    known = next((each for each in taken.exchanges if (each.vhost, each.name) == (vhost, exchange)), None)
    seen, error = None, ""
    try:
        seen = look.take(found, kinds.EXCHANGE, vhost, exchange)
        known, error = seen.value.details.exchange, seen.error
    except ClientError as failure:
        if known is None or isinstance(failure, ObjectNotFound):
            raise
        error = str(failure)
    page = ExchangePage(
        broker=found,
        vhost=vhost,
        snapshot=taken,
        listed=_listed(known, taken, found.slug),
        feed=shapes.feed(kinds.EXCHANGE.name, found.slug, vhost, exchange),
        shape=shapes.of_exchange(seen.value) if seen else "",
        may_operate=access.may(request.user, found, vhost, Role.OPERATOR),
        may_administer=access.may(request.user, found, vhost, Role.ADMIN),
        look=seen,
        outgoing=_led(seen.value) if seen else None,
        alternate=_alternate(known, seen.value.policy if seen else None),
        policy=tuple(sorted(seen.value.policy.definition.items())) if seen and seen.value.policy else (),
        detail_error=error,
    )
    return render(request, "exchanges/exchange.html", {"page": page})


def _led(seen: ExchangeLook) -> tuple[Led, ...]:
    queues = [each.destination for each in seen.outgoing if each.destination_type == "queue"]
    return tuple(
        # The broker counts per queue: with two bindings to one nobody knows which it was.
        Led(each, seen.details.outgoing.get(each.destination) if queues.count(each.destination) == 1 else None)
        for each in seen.outgoing
    )


def _alternate(exchange: Exchange, policy: Policy | None) -> Alternate | None:
    """Its own argument goes before a policy's."""
    own = exchange.arguments.get("alternate-exchange")
    if isinstance(own, str):
        return Alternate(own, "argument")
    by_policy = policy.definition.get("alternate-exchange") if policy else None
    return Alternate(by_policy, f"policy {exchange.policy}") if isinstance(by_policy, str) else None


def _listed(exchange: Exchange, taken: Snapshot, slug: str) -> ListedExchange:
    arriving, leaving = taken.exchange_rates.get((exchange.vhost, exchange.name), (None, None))
    return ListedExchange(slug, exchange, arriving, leaving)
