"""What every list's page shares: the listing that its address asks for, the choice of columns, and saved views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.contrib import messages as notices
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dashboard import access, tables
from dashboard.listing import kept
from dashboard.listing.asked import Asked
from dashboard.listing.columns import Row
from dashboard.listing.table import Listing, Table, arrange
from dashboard.models import Broker

MAX_TITLE = 40


def listing_of(
    request: HttpRequest,
    table: Table[Row],
    rows: Sequence[Row],
    *,
    broker: Broker | None,
    vhosts: Iterable[str] = (),
    is_tied: bool = False,
) -> Listing[Row]:
    """The page of the table that the request is about, with the columns and views of whoever asks."""
    return arrange(
        table,
        rows,
        kept.asked(person(request), request.GET),
        chosen=kept.columns(person(request), table.name),
        saved=kept.views(person(request), broker, table.name),
        vhosts=tuple(vhosts),
        is_tied=is_tied,
    )


def wants_csv(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"


@require_POST
def choose_columns(request: HttpRequest, table: str) -> HttpResponse:
    """Keep the ticked columns for this person, and show the list with them."""
    known = _table(table)
    path, asked = _came_from(request)
    names = () if "reset" in request.POST else tuple(filter(known.column, request.POST.getlist("columns")))
    kept.choose(person(request), table, names)
    return redirect(path + asked.but(columns=names, page=asked.page).link)


@require_POST
def save_view(request: HttpRequest, table: str) -> HttpResponse:
    """Keep filter, vhost, order and columns of the list under a title, as a tab of its own."""
    _table(table)
    path, asked = _came_from(request)
    slug, title = request.POST.get("broker", ""), request.POST.get("title", "").strip()
    broker = access.broker_or_404(request.user, slug) if slug else None
    if not title or len(title) > MAX_TITLE:
        notices.error(request, f"Name the view with at most {MAX_TITLE} characters.")
        return redirect(path + asked.link)
    try:
        kept.save(person(request), broker, table, title, asked)
    except kept.TooManyViews as problem:
        notices.error(request, str(problem))
    return redirect(path + asked.but().link)


@require_POST
def remove_view(request: HttpRequest, view: int) -> HttpResponse:
    """Forget a saved view; the list stays as it is."""
    path, asked = _came_from(request)
    kept.remove(person(request), view)
    return redirect(path + asked.link)


def person(request: HttpRequest) -> User:
    """Nobody else comes this far: every page but the login's is behind it."""
    assert isinstance(request.user, User)
    return request.user


def _table(name: str) -> tables.AnyTable:
    found = tables.named(name)
    if found is None:
        raise Http404("No such table.")
    return found


def _came_from(request: HttpRequest) -> tuple[str, Asked]:
    """The list's address, split; it must be one of ours."""
    address = request.POST.get("next", "")
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        raise Http404("No such list.")
    parts = urlsplit(address)
    return parts.path, Asked.read(QueryDict(parts.query))


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The address of the list that a selection was sent from, as its form says; `otherwise` when that is not ours."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else otherwise
