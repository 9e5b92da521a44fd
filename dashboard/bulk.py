"""What somebody can do with a selection of queues: for the list that offers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse

from dashboard import access
from dashboard.access import Person
from dashboard.models import Broker
from dashboard.models.grant import Role
from dashboard.models.operation import Kind
from dashboard.operations.effects import ACTIONS, Action
from dashboard.snapshot import Snapshot


@dataclass(slots=True, frozen=True)
class Bulk:
    action: str
    """The address that a selection is sent to."""
    actions: tuple[Action, ...]


def bulk(user: Person, broker: Broker, taken: Snapshot) -> Bulk | None:
    """None for somebody who only looks. For which vhosts is checked when something is to be done."""
    if not access.may_somewhere(user, broker, Role.OPERATOR):
        return None
    is_admin = access.may_somewhere(user, broker, Role.ADMIN)
    return Bulk(
        reverse("queues-many", args=[broker.slug]),
        tuple(replace(action, refusal=_refusal(action, broker, taken, is_admin)) for action in ACTIONS),
    )


def _refusal(action: Action, broker: Broker, taken: Snapshot, is_admin: bool) -> str:
    """Why not, as the title of a button that stays where it is."""
    if action.needs_admin and not is_admin:
        return "This needs the role admin"
    can_pause = taken.overview is not None and taken.overview.capabilities.pause
    if action.kind in (Kind.PAUSE, Kind.RESUME) and not can_pause:
        return f"{taken.overview.product if taken.overview else broker.name} cannot pause a queue"
    return ""
