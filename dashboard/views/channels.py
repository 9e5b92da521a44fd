"""One channel with its consumers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.clients.models import Channel
from brokerctl.errors import ObjectNotFound
from dashboard import access
from dashboard.looks import kinds, look, shapes
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.pages.connections import ChannelPage
from dashboard.views.place import says_why


@says_why
def detail(request: HttpRequest, broker: str, channel: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    seen = look.take(found, kinds.CHANNEL, channel)
    shown = seen.value.channel
    try:
        access.require(request.user, found, shown.vhost, Role.VIEWER)
    except Http404:
        raise ObjectNotFound("no such channel") from None
    taken = access.visible_snapshot(request.user, found)
    page = ChannelPage(
        broker=found,
        snapshot=taken,
        look=seen,
        feed=shapes.feed(kinds.CHANNEL.name, found.slug, channel),
        shape=shapes.of_channel(seen.value),
        client_name=_client_name(found, shown),
        facts=_facts(shown),
        may_operate=access.may(request.user, found, shown.vhost, Role.OPERATOR),
        can_cancel=taken.can.cancel_consumer,
    )
    return render(request, "channels/channel.html", {"page": page})


def _client_name(broker: Broker, channel: Channel) -> str:
    """From what was heard of connections anyway."""
    one = look.latest(broker, kinds.CONNECTION, channel.connection_name)
    if one is not None:
        return one.value.connection.client_name
    many = look.latest(broker, kinds.CONNECTIONS)
    names = {} if many is None else {each.name: each.client_name for each in many.value}
    return names.get(channel.connection_name, "")


def _facts(channel: Channel) -> tuple[tuple[str, str], ...]:
    facts = {
        "Name": channel.name,
        "User": channel.user,
        "Node": channel.node,
        "Client": f"{channel.peer_host}:{channel.peer_port}" if channel.peer_host else "",
        "State": channel.state,
        "Mode": mode(channel),
        "Prefetch per consumer": f"{channel.prefetch:,}" if channel.prefetch else "unlimited",
        "Prefetch of the channel": f"{channel.global_prefetch:,}" if channel.global_prefetch else "unlimited",
        "Waiting for quorum queues": _number(channel.pending_raft_commands),
        "Cached segments": _number(channel.cached_segments),
    }
    return tuple((name, value) for name, value in facts.items() if value)


def mode(channel: Channel) -> str:
    """What it promises its publisher, in words."""
    if channel.transactional:
        return "transactions"
    return "confirms" if channel.confirm else "no confirms"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
