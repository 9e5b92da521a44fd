"""One connection with its channels, and closing connections."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from brokerctl.clients.models import Connection, Queue
from brokerctl.errors import ObjectNotFound
from brokerctl.operations.progress import ItemResult, Outcome
from dashboard import access, brokers, verdicts
from dashboard.forms.close import CloseForm
from dashboard.listing import kept
from dashboard.listing.table import arrange
from dashboard.looks import kinds, look, shapes
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations import closing
from dashboard.operations.changes import change_each
from dashboard.operations.parameters import ChangeParameters
from dashboard.pages.connections import ClosePage, ConnectionPage
from dashboard.tables.connections import TABLE
from dashboard.views import lists
from dashboard.views.place import says_why
from dashboard.views.things import connection_rows
from dashboard.words import counted, visible

SHOWN_FAILURES = 3
MAX_CLOSED = 1000
"""In one request: some seconds. The rest stays, and the page says so."""


@says_why
def detail(request: HttpRequest, broker: str, connection: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    seen = look.take(found, kinds.CONNECTION, connection)
    shown = seen.value.connection
    _require(request, found, shown, Role.VIEWER)
    told = shown.client_properties
    capabilities = told.get("capabilities")
    page = ConnectionPage(
        broker=found,
        snapshot=access.visible_snapshot(request.user, found),
        look=seen,
        feed=shapes.feed(kinds.CONNECTION.name, found.slug, connection),
        shape=shapes.of_connection(seen.value),
        may_operate=access.may(request.user, found, shown.vhost, Role.OPERATOR),
        unacked=sum(each.messages_unacknowledged for each in seen.value.channels),
        facts=_facts(shown),
        tls=tuple((name.replace("_", " ").capitalize(), value) for name, value in shown.tls_details.items()),
        client={name: value for name, value in told.items() if name != "capabilities"},
        capabilities=tuple(sorted((name, has is True) for name, has in capabilities.items()))
        if isinstance(capabilities, dict)
        else (),
    )
    return render(request, "connections/connection.html", {"page": page})


@require_http_methods(["GET", "POST"])
@says_why
def close(request: HttpRequest, broker: str, connection: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    shown = brokers.client(found).connection(connection)
    _require(request, found, shown, Role.OPERATOR)
    back = reverse("connection", args=[found.slug, connection])
    title = f"Close the connection of {visible(shapes.client(shown))}?"
    return _close(request, found, [shown], title, back)


@require_http_methods(["GET", "POST"])
@says_why
def close_user(request: HttpRequest, broker: str, user: str) -> HttpResponse:
    """All connections of one user of the broker, in the vhosts where this person may do so."""
    found = access.broker_or_404(request.user, broker)
    access.require_somewhere(request.user, found, Role.OPERATOR)
    mine = _operated(request, found, [each for each in brokers.client(found).connections() if each.user == user])
    title = f"Close all connections of {visible(user)}?"
    return _close(request, found, mine, title, reverse("connections", args=[found.slug]))


@require_POST
@says_why
def close_chosen(request: HttpRequest, broker: str) -> HttpResponse:
    """Those that were ticked in the list, or all that its filter matches."""
    found = access.broker_or_404(request.user, broker)
    access.require_somewhere(request.user, found, Role.OPERATOR)
    back = lists.came_from(request, reverse("connections", args=[found.slug]))
    keys = _chosen(request, found, back)
    chosen = [each for each in brokers.client(found).connections() if shapes.key(each.name) in keys]
    mine = _operated(request, found, chosen)
    if not mine:
        messages.warning(request, "Choose connections first: tick the boxes beside them.")
        return redirect(back)
    title = f"Close {counted(len(mine), 'connection')}?"
    return _close(request, found, mine, title, back, " ".join(shapes.key(each.name) for each in mine))


def _operated(request: HttpRequest, broker: Broker, found: list[Connection]) -> list[Connection]:
    """Those in vhosts where this person may act: one question for all, there may be thousands."""
    vhosts = access.vhosts_with(request.user, broker, Role.OPERATOR, {each.vhost for each in found})
    return [each for each in found if each.vhost in vhosts]


def _chosen(request: HttpRequest, broker: Broker, back: str) -> frozenset[str]:
    """Row keys: what the review carried along, the ticked rows, or those of the list's address."""
    if "chosen" in request.POST:
        return frozenset(request.POST["chosen"].split())
    scope = request.POST.get("scope", "ticked")
    if scope == "ticked":
        return frozenset(request.POST.getlist("row"))
    rows, _ = connection_rows(request, broker)
    # With the person's own number of rows: "this page" is the page that they saw.
    listing = arrange(TABLE, rows, kept.asked(lists.person(request), QueryDict(urlsplit(back).query)))
    wanted = listing.matching if scope == "all" else listing.rows
    return frozenset() if listing.error else frozenset(shapes.key(each.thing.name) for each in wanted)


def _close(
    request: HttpRequest, broker: Broker, found: list[Connection], title: str, back: str, chosen: str = ""
) -> HttpResponse:
    vhosts = {each.vhost for each in found}
    vhost = next(iter(vhosts)) if len(vhosts) == 1 else ""
    # A selection comes by POST, too, and is only asked about then.
    data = request.POST if request.method == "POST" and (not chosen or "chosen" in request.POST) else None
    form = CloseForm(data, count=len(found))
    names = tuple(each.name for each in found)
    if names and form.is_valid():
        user, reason = request.user, form.cleaned_data["reason"]
        assert isinstance(user, User)
        now = found[:MAX_CLOSED]
        named = ("connection", now[0].name) if len(now) == 1 else (counted(len(now), "connection"), "")
        asked = ChangeParameters(*named, after={"reason told": reason} if reason else {})
        done = change_each(Kind.CLOSE, user, broker, vhost, asked, lambda client: closing.close(client, now, reason))
        _tell(request, done, left=max(0, len(names) - MAX_CLOSED))
        return redirect("connections", broker.slug)
    page = ClosePage(
        broker=broker,
        vhost=vhost,
        title=title,
        names=names,
        effect=closing.effect(brokers.client(broker), names, _queues(broker, vhosts)),
        form=form,
        back=back,
        chosen=chosen,
    )
    return render(request, "connections/close.html", {"page": page})


def _tell(request: HttpRequest, done: Sequence[ItemResult], left: int) -> None:
    failed = [item for item in done if item.outcome is Outcome.FAILED]
    if len(done) > len(failed):
        messages.success(request, f"{counted(len(done) - len(failed), 'connection')} closed.")
    for item in failed[:SHOWN_FAILURES]:
        messages.error(request, f"Not closed: {visible(item.queue)}: {item.reason}.")
    if len(failed) > SHOWN_FAILURES:
        messages.error(request, f"{len(failed) - SHOWN_FAILURES:,} more could not be closed.")
    if left:
        messages.warning(request, f"{left:,} more are open still: close them in a further go.")


def _queues(broker: Broker, vhosts: set[str]) -> list[Queue]:
    return [row.queue for (vhost, _), row in brokers.snapshot(broker).queues.items() if vhost in vhosts]


def _require(request: HttpRequest, broker: Broker, connection: Connection, role: Role) -> None:
    """As if it were not there, for somebody who may not see its vhost."""
    try:
        access.require(request.user, broker, connection.vhost, role)
    except Http404:
        raise ObjectNotFound("no such connection") from None


def _facts(shown: Connection) -> tuple[tuple[str, str], ...]:
    heartbeat = f"{shown.heartbeat_seconds} s" if shown.heartbeat_seconds else "none"
    facts = {
        "Name": shown.name,
        "Client": f"{shown.peer_host}:{shown.peer_port}",
        "Reached us at": f"{shown.host}:{shown.port}" if shown.host else "",
        "Node": shown.node,
        "Protocol": shown.protocol,
        "Container id": shown.container_id,
        "Logged in by": shown.auth_mechanism,
        "Heartbeat": heartbeat,
        "Largest frame": verdicts.size(shown.frame_max) if shown.frame_max else "no limit",
        "Most channels": f"{shown.channel_max:,}" if shown.channel_max else "no limit",
    }
    return tuple((name, value) for name, value in facts.items() if value)
