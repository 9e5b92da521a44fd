"""What every page's frame needs: the brokers of the sidebar with their state, and what is running."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from dashboard import access, attention
from dashboard.attention import Count
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.models.operation import UNFINISHED
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class SidebarBroker:
    broker: Broker
    snapshot: Snapshot


@dataclass(slots=True, frozen=True)
class Frame:
    brokers: tuple[SidebarBroker, ...]
    running_jobs: int
    attention: Count
    current: Broker | None
    """The broker that the address names."""
    may_declare: bool
    """Whether this person may declare and delete on some vhost of it."""
    may_administer: bool
    """Whether on the broker as a whole."""


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame`, for people who are logged in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    visible = list(access.visible_brokers(user))
    running = access.visible_operations(user).filter(state__in=UNFINISHED).count()
    shown = tuple(SidebarBroker(broker, access.visible_snapshot(user, broker)) for broker in visible)
    now = timezone.now()
    counts = [attention.count(each.snapshot, now) for each in shown]
    needs = Count(sum(each.things for each in counts), sum(each.critical for each in counts))
    slug = request.resolver_match.kwargs.get("broker") if request.resolver_match else None
    current = next((broker for broker in visible if broker.slug == slug), None)
    may_administer = current is not None and access.role_on(user, current) is Role.ADMIN
    may_declare = may_administer or (current is not None and access.is_admin_somewhere(user, current))
    return {"frame": Frame(shown, running, needs, current, may_declare, may_administer)}
