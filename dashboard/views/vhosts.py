"""One vhost: what is in it, what it may hold, and who may use it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from brokerctl.clients.models import Permission, Vhost
from dashboard import access
from dashboard.declaring.rights import RIGHTS, allows
from dashboard.looks import kinds, look, shapes
from dashboard.models.grant import Role
from dashboard.pages.users import granted
from dashboard.pages.vhosts import Able, OnNode, VhostPage
from dashboard.views.place import says_why
from dashboard.views.vhost_switches import why_no_protection

LIMITS = {"max-connections": "Connections", "max-queues": "Queues"}


@says_why
def detail(request: HttpRequest, broker: str, vhost: str) -> HttpResponse:
    found = access.broker_or_404(request.user, broker)
    access.require(request.user, found, vhost, Role.VIEWER)
    seen = look.take(found, kinds.VHOST, vhost)
    taken = access.visible_snapshot(request.user, found).only({vhost})
    may_see_users = access.may(request.user, found, vhost, Role.ADMIN)
    why = "" if may_see_users else "Who may use a vhost is shown to administrators of it."
    if may_see_users and seen.value.permissions is None:
        why = f"{found.name} does not tell {found.username} who may use it: that takes the tag administrator."
    limits = {**dict.fromkeys(LIMITS, -1), **seen.value.limits}
    page = VhostPage(
        broker=found,
        snapshot=taken,
        look=seen,
        feed=shapes.feed(kinds.VHOST.name, found.slug, vhost),
        shape=shapes.of_vhost(seen.value),
        queues=len(taken.queues),
        exchanges=len(taken.exchanges),
        consumers=sum(row.queue.consumers for row in taken.queues.values()),
        facts=_facts(seen.value.vhost),
        states=tuple(OnNode(node, state) for node, state in seen.value.vhost.cluster_state.items()),
        why_no_protection=why_no_protection(taken.overview),
        limits=tuple(
            (LIMITS.get(name, name), "no limit" if value < 0 else f"{value:,}") for name, value in limits.items()
        ),
        permissions=granted(seen.value.permissions, seen.value.topic_permissions or (), taken)
        if may_see_users and seen.value.permissions is not None
        else None,
        why_no_permissions=why,
        able=_able(request, seen.value.permissions or ()) if may_see_users else None,
        has_topics=seen.value.topic_permissions is not None,
    )
    return render(request, "vhosts/vhost.html", {"page": page})


def _able(request: HttpRequest, permissions: Sequence[Permission]) -> Able | None:
    """?can=read&name=orders: whom their patterns let."""
    right, name = request.GET.get("can", ""), request.GET.get("name", "")
    if not name or right not in {each.name for each in RIGHTS}:
        return None
    found = ((each.user, str(getattr(each, right))) for each in permissions)
    able = tuple(sorted((user, pattern) for user, pattern in found if allows(pattern, name)))
    return Able(right, name, able, len(permissions) - len(able))


def _facts(vhost: Vhost) -> tuple[tuple[str, str], ...]:
    facts = {
        "Description": vhost.description or "none",
        "Tags": ", ".join(vhost.tags) or "none",
        "Default queue type": vhost.default_queue_type or "the broker’s own",
        "Tracing": "on" if vhost.is_traced else "off",
    }
    return tuple(facts.items())
