"""What every page's frame needs: the brokers of the sidebar with their state, and what is running."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from dashboard import access
from dashboard.models import Broker
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


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame`, for people who are logged in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    visible = list(access.visible_brokers(user))
    running = access.visible_operations(user).filter(state__in=UNFINISHED).count()
    shown = tuple(SidebarBroker(broker, access.visible_snapshot(user, broker)) for broker in visible)
    return {"frame": Frame(shown, running)}
