"""The limits of all vhosts and users of a broker, each row a form; and the form of one vhost."""

from __future__ import annotations

from dataclasses import dataclass

from brokerctl.clients.models import Vhost
from dashboard.forms.vhost import USER_LIMITS, VHOST_LIMITS, LimitsForm, VhostForm
from dashboard.models import Broker


@dataclass(slots=True, frozen=True)
class VhostFormPage:
    broker: Broker
    vhost: Vhost | None
    """The one that is edited; None for a new one."""
    form: VhostForm
    failure: str


@dataclass(slots=True, frozen=True)
class Limited:
    name: str
    form: LimitsForm
    now: str
    """How much of it is used, as far as it is known."""


@dataclass(slots=True, frozen=True)
class LimitsPage:
    broker: Broker
    vhosts: tuple[Limited, ...]
    users: tuple[Limited, ...] | None
    """None: the broker has none, or does not tell; `why_no_users` says which."""
    why_no_users: str
    failure: str
    found: str
    """What the lists were narrowed to."""

    vhost_limits = VHOST_LIMITS
    user_limits = USER_LIMITS
