"""The lists of what runs on a broker: connections, channels, consumers, bindings, vhosts, and who holds what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from brokerctl.clients.models import Connection
from brokerctl.errors import ClientError
from dashboard import access
from dashboard.listing import export
from dashboard.listing.table import Table
from dashboard.looks import kinds, look, shapes
from dashboard.looks.holders import Holders
from dashboard.looks.kinds import ConsumersLook, UsersLook, VhostsLook
from dashboard.looks.look import Kind
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.things import Choice, Choices, ListedVhost, Placed, ThingsPage
from dashboard.pages.users import listed
from dashboard.snapshot import Snapshot
from dashboard.tables import bindings, channels, connections, consumers, unacked, users, vhosts
from dashboard.views import lists
from dashboard.words import counted, sentence, visible

T = TypeVar("T")
NO_HOLDERS = Holders((), 0, is_exact=True)


def list_connections(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    rows, error = connection_rows(request, found)
    users = len({row.thing.user for row in rows})
    return _page(
        request, found, connections.TABLE, rows, error,
        title="Connections", kind=kinds.CONNECTIONS, family="clients", icon="plug",
        summary=f" open, by {counted(users, 'user')}",
        empty_title="Nobody is connected",
        empty_text="A client that connects appears here within seconds.",
        bulk=_closing(request, found),
    )  # fmt: skip


def connection_rows(request: HttpRequest, broker: Broker) -> tuple[list[Placed[Connection]], str]:
    """As the list has them, and why they may be old."""
    seen, error = _taken(broker, kinds.CONNECTIONS, ())
    return [
        Placed(broker.slug, each) for each in shapes.within(seen, access.visible_vhosts(request.user, broker))
    ], error


def _closing(request: HttpRequest, broker: Broker) -> Choices | None:
    if not access.may_somewhere(request.user, broker, Role.OPERATOR):
        return None
    return Choices(reverse("connections-close", args=[broker.slug]), (Choice("close", "Close", "x", is_danger=True),))


def list_channels(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    seen, error = _taken(found, kinds.CHANNELS, ())
    clients = _clients(found)
    mine = shapes.within(seen, access.visible_vhosts(request.user, found))
    rows = [Placed(found.slug, each, clients.get(each.connection_name, "")) for each in mine]
    held = sum(row.thing.messages_unacknowledged for row in rows)
    return _page(
        request, found, channels.TABLE, rows, error,
        title="Channels", kind=kinds.CHANNELS, family="clients", icon="plug",
        summary=f" open, with {counted(held, 'unacked message')}",
        empty_title="No channel is open",
        empty_text="Clients publish and consume on channels; each has its own below its connection.",
    )  # fmt: skip


def list_consumers(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    seen, error = _taken(found, kinds.CONSUMERS, ConsumersLook((), {}))
    can_cancel = access.visible_snapshot(request.user, found).can.cancel_consumer
    mine = shapes.within(seen.consumers, access.visible_vhosts(request.user, found))
    may = set(access.vhosts_with(request.user, found, Role.OPERATOR, {each.vhost for each in mine}))
    rows = [
        Placed(
            found.slug,
            each,
            seen.clients.get(each.connection_name, ""),
            may_operate=each.vhost in may,
            can_cancel=can_cancel,
        )
        for each in mine
    ]
    queues = len({(row.thing.vhost, row.thing.queue) for row in rows})
    return _page(
        request, found, consumers.TABLE, rows, error,
        title="Consumers", kind=kinds.CONSUMERS, family="clients", icon="queue",
        summary=f" on {counted(queues, 'queue')}",
        empty_title="Nobody consumes",
        empty_text="Messages wait in their queues until a client consumes them.",
    )  # fmt: skip


def list_bindings(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    seen, error = _taken(found, kinds.BINDINGS, ())
    taken = access.visible_snapshot(request.user, found)
    mine = shapes.within(seen, access.visible_vhosts(request.user, found))
    may = set(access.vhosts_with(request.user, found, Role.ADMIN, {each.vhost for each in mine}))
    rows = [
        Placed(
            found.slug,
            each,
            rate=taken.exchange_rates.get((each.vhost, each.source), (None, None))[0],
            may_administer=each.vhost in may,
        )
        for each in mine
    ]
    return _page(
        request, found, bindings.TABLE, rows, error,
        title="Bindings", kind=kinds.BINDINGS, icon="link",
        summary=", those of every queue to the default exchange among them",
        empty_title="Nothing is bound",
        empty_text="A binding leads what is published to an exchange on to a queue or another exchange.",
    )  # fmt: skip


def list_vhosts(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    seen, error = _taken(found, kinds.VHOSTS, VhostsLook((), {}, None))
    scope = access.visible_vhosts(request.user, found)
    taken = access.visible_snapshot(request.user, found)
    queues = Counter(vhost for vhost, _ in taken.queues)
    users = _users(request, found, seen)
    rows = [
        ListedVhost(
            found.slug,
            each,
            seen.limits.get(each.name, {}),
            queues=queues[each.name],
            users=users.get(each.name),
        )
        for each in seen.vhosts
        if scope is None or each.name in scope
    ]
    return _page(
        request, found, vhosts.TABLE, rows, error,
        title="Vhosts", kind=kinds.VHOSTS, icon="overview",
        summary="" if scope is None else " that you may see",
        empty_title="No vhost to see",
        empty_text="A broker has at least one vhost; which ones its users see is a matter of permissions.",
    )  # fmt: skip


def list_users(request: HttpRequest, broker: str) -> HttpResponseBase:
    """For those who run the broker as a whole, as all that is about users is."""
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, None, Role.ADMIN)
    seen, error = _taken(found, kinds.USERS, UsersLook((), {}, (), None, ()))
    return _page(
        request, found, users.TABLE, listed(found.slug, seen, found.username), error,
        title="Users", kind=kinds.USERS, icon="user", is_live=False,
        summary=" of the broker, and what each may use",
        empty_title="No user to see",
        empty_text="A broker has at least one user: the one that Postroom logs in with.",
    )  # fmt: skip


def list_unacked(request: HttpRequest, broker: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    seen, error = _taken(found, kinds.UNACKED, NO_HOLDERS)
    taken = access.visible_snapshot(request.user, found)
    unacked_now = sum(row.queue.messages_unacknowledged for row in taken.queues.values())
    return _holders(request, found, seen, error, shapes.feed(kinds.UNACKED.name, found.slug), unacked_now)


def list_unacked_of_queue(request: HttpRequest, broker: str, vhost: str, queue: str) -> HttpResponseBase:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    seen, error = _taken(found, kinds.QUEUE_UNACKED, NO_HOLDERS, vhost, queue)
    feed = shapes.feed(kinds.QUEUE_UNACKED.name, found.slug, vhost, queue)
    return _holders(request, found, seen, error, feed, seen.unacked, queue)


def _holders(
    request: HttpRequest, broker: Broker, seen: Holders, error: str, feed: str, unacked_now: int, queue: str = ""
) -> HttpResponseBase:
    mine = shapes.within(seen.holders, access.visible_vhosts(request.user, broker))
    rows = [Placed(broker.slug, each) for each in mine]
    return _page(
        request, broker, unacked.TABLE, rows, error,
        title=f"Who holds messages of {visible(queue)}" if queue else "Who holds unacked messages",
        kind=kinds.UNACKED, family="clients", icon="clock", feed=feed,
        summary=f" holder{'' if len(rows) == 1 else 's'} of {counted(unacked_now, 'unacked message')}",
        note=_note(broker, seen, sum(each.messages for each in mine), unacked_now, queue),
        empty_title="Nobody holds a message",
        empty_text="What was delivered is acknowledged; nothing waits for a consumer.",
    )  # fmt: skip


def _note(broker: Broker, seen: Holders, known: int, unacked_now: int, queue: str) -> str:
    """How far the list can be trusted."""
    if seen.is_exact:
        if not seen.queues_left:
            return ""
        return (
            f"The {seen.queues_asked} queues with the most are looked into; {seen.queues_left:,} more have unacked "
            "messages: open one to see who holds them."
        )
    parts = [
        f"{broker.name} does not tell who holds which message: this is worked out from what it counts per channel, "
        "and from which queues the channel's consumers read. Since when is not known."
    ]
    if queue and known > unacked_now:
        parts.append("A channel that reads several queues is listed with all that it holds.")
    if known < unacked_now:
        parts.append(f"Of {unacked_now - known:,} it has not told the holder yet; its counts are seconds old.")
    return " ".join(parts)


def _users(request: HttpRequest, broker: Broker, seen: VhostsLook) -> dict[str, int]:
    """How many may use each vhost, of those where this person may know."""
    if seen.permissions is None:
        return {}
    counts = Counter(each.vhost for each in seen.permissions)
    mine = access.vhosts_with(request.user, broker, Role.ADMIN, {each.name for each in seen.vhosts})
    return {vhost: counts[vhost] for vhost in mine}


def _taken(broker: Broker, kind: Kind[T], nothing: T, *names: str) -> tuple[T, str]:
    """What the broker says, and why it does not."""
    try:
        seen = look.take(broker, kind, *names)
    except ClientError as error:
        return nothing, sentence(error)
    return seen.value, sentence(seen.error)


def _clients(broker: Broker) -> dict[str, str]:
    """What the clients call themselves, by connection; nothing when the broker does not say now."""
    found, _ = _taken(broker, kinds.CONNECTIONS, ())
    return {each.name: each.client_name for each in found}


def _page(
    request: HttpRequest,
    broker: Broker,
    table: Table[Any],
    rows: Sequence[Any],
    error: str,
    *,
    title: str,
    kind: Kind[Any],
    feed: str = "",
    is_live: bool = True,
    **page: Any,
) -> HttpResponseBase:
    taken: Snapshot = access.visible_snapshot(request.user, broker)
    # A table of vhosts needs no choice of one, and users are of none.
    choice = () if table in (vhosts.TABLE, users.TABLE) else taken.vhost_names
    listing = lists.listing_of(request, table, rows, broker=broker, vhosts=choice)
    if lists.wants_csv(request):
        return export.response(listing, f"{table.nouns} of {broker.slug}")
    shown = ThingsPage(
        broker=broker,
        snapshot=taken,
        listing=listing,
        title=title,
        feed=(feed or shapes.feed(kind.name, broker.slug)) if is_live else "",
        error=error if taken.is_live else "",
        **page,
    )
    return render(request, "things/list.html", {"page": shown})
